"""Whether workers could serve a table with the code as it is now, before any is started.

A process of its own looks (`gateway.preflight`), so that the one that outlives all workers never
holds an application's modules, threads or connections.
"""

from __future__ import annotations

import logging
import subprocess
import sys

log = logging.getLogger("gateway")


def problems_of(table: str) -> str:
    """Return all that would keep workers from serving a table, as sentences; empty if nothing."""
    done = subprocess.run(  # noqa: S603 - our own module, by our own interpreter
        [sys.executable, "-m", "gateway.preflight", table],
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout.strip() or done.stderr.strip()) if done.returncode else ""


def may_restart(table: str) -> bool:
    """Tell whether workers may be replaced by new ones; log why not."""
    problems = problems_of(table)
    if problems:
        log.error("The workers are not replaced, since new ones could not serve.\n%s", problems)
    return not problems
