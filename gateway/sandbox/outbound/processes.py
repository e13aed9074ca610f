"""A process that does nothing, says nothing and succeeds, in the place of those to be started."""

from __future__ import annotations

import os
import stat
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gateway.sandbox.outbound.effect import NO_MORE_ARGUMENTS
from gateway.sandbox.outbound.gates import gate
from gateway.sandbox.outbound.held import CAN_HOLD, Held

if TYPE_CHECKING:
    from gateway.sandbox.outbound.effect import OutboundEffect
    from gateway.sandbox.outbound.watch import Watch


def install_stand_ins() -> None:
    """Take processes for effects, and do not start them."""
    # Where all of subprocess meets, after the pipes are there and before anything is started.
    gate(subprocess.Popen, "_execute_child", _execute)
    gate(os, "system", _system)


def _execute(
    watch: Watch, _original: Any, process: Any, arguments: Any, *others: Any, **_named: Any
) -> None:
    effect = _record(watch, arguments)
    process.returncode = 0
    process.pid = 0
    # What the process would have had of its pipes: p2cread, p2cwrite, c2pread, … of the signature.
    pipes = others[9:15]
    _take_input(watch, effect, *pipes[:2])
    process._close_pipe_fds(*pipes)  # noqa: SLF001


def _take_input(watch: Watch, effect: OutboundEffect, read: int, write: int) -> None:
    """Add what the process is given to read: what a file holds, or what is written to its pipe."""
    if write == -1:
        if read != -1 and stat.S_ISREG(os.fstat(read).st_mode):
            with open(read, "rb", closefd=False) as file:
                _add_input(watch, effect, file.read())
    elif CAN_HOLD:
        held = Held()
        # In the place of the pipe, which would be full some day with nobody to read it.
        ours = held.opened(os.O_WRONLY)
        os.dup2(ours, write, inheritable=False)
        os.close(ours)
        watch.at_end.append(lambda: _end(watch, effect, held))


def _end(watch: Watch, effect: OutboundEffect, held: Held) -> None:
    _add_input(watch, effect, held.content())
    held.close()


def _add_input(watch: Watch, effect: OutboundEffect, content: bytes) -> None:
    if content:
        at = next(at for at, each in enumerate(watch.effects) if each is effect)
        watch.effects[at] = replace(effect, content=effect.content + NO_MORE_ARGUMENTS + content)


def _system(watch: Watch, _original: Any, command: Any) -> int:
    _record(watch, command)
    return 0


def _record(watch: Watch, arguments: Any) -> OutboundEffect:
    parts = [arguments] if isinstance(arguments, str | bytes | os.PathLike) else list(arguments)
    texts = [os.fsdecode(part) for part in parts]
    program = os.path.basename(texts[0].split(" ", 1)[0]) if texts else ""  # noqa: PTH119
    return watch.record("process", program, "\n".join(texts).encode())
