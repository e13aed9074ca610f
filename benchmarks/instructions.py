"""Counts the instructions that a piece of Python executes, by valgrind's callgrind.

A count is the difference of two runs that differ only in how often the piece is repeated, so that
start-up cancels out. It is the same whatever else the machine is doing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PROGRAM = """\
import gc, sys
{setup}
def repeat(n):
    for _ in range(n):
        {statement}
repeat({warm})
gc.collect(); gc.disable()
repeat({times})
"""


def count(setup: str, statement: str, times: int = 400) -> float:
    """Return how many instructions one execution of the statement takes, on average."""
    return (_total(setup, statement, 2 * times) - _total(setup, statement, times)) / times


def _total(setup: str, statement: str, times: int) -> int:
    program = _PROGRAM.format(setup=setup, statement=statement, times=times, warm=50)
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=_ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        raise RuntimeError(f"valgrind failed:\n{done.stderr[-2000:]}")
    return int(found[1])
