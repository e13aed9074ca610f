"""A process that does nothing, says nothing and succeeds, in the place of those to be started."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

from gateway.sandbox.outbound.gates import gate

if TYPE_CHECKING:
    from gateway.sandbox.outbound.watch import Watch


def install_stand_ins() -> None:
    """Take processes for effects, and do not start them."""
    # Where all of subprocess meets, after the pipes are there and before anything is started.
    gate(subprocess.Popen, "_execute_child", _execute)
    gate(os, "system", _system)


def _execute(
    watch: Watch, _original: Any, process: Any, arguments: Any, *others: Any, **_named: Any
) -> None:
    _record(watch, arguments)
    process.returncode = 0
    process.pid = 0
    # What the process would have had of its pipes: p2cread, p2cwrite, c2pread, … of the signature.
    process._close_pipe_fds(*others[9:15])  # noqa: SLF001


def _system(watch: Watch, _original: Any, command: Any) -> int:
    _record(watch, command)
    return 0


def _record(watch: Watch, arguments: Any) -> None:
    parts = [arguments] if isinstance(arguments, str | bytes | os.PathLike) else list(arguments)
    texts = [os.fsdecode(part) for part in parts]
    program = os.path.basename(texts[0].split(" ", 1)[0]) if texts else ""  # noqa: PTH119
    watch.record("process", program, "\n".join(texts).encode())
