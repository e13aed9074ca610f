"""Files that are opened as descriptors, by os.open() or `tempfile`, and stay in memory.

The descriptor is a real one, of a file that the system keeps in memory and that has no name
(memfd_create, Linux). Where there is none, opening a file to write is stopped.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING, Any

from gateway.sandbox.outbound.files import content_of
from gateway.sandbox.outbound.gates import gate
from gateway.sandbox.outbound.guard import is_by_itself, is_written
from gateway.sandbox.outbound.held import CAN_HOLD, Held
from gateway.sandbox.outbound.overlay import key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.sandbox.outbound.overlay import Overlay
    from gateway.sandbox.outbound.watch import Watch

# What is done once, and what does not hold of the link that a descriptor has in /proc.
_ONCE = os.O_CREAT | os.O_EXCL | os.O_TRUNC | os.O_NOFOLLOW


def install_stand_ins() -> None:
    """Keep what is written through descriptors for effects."""
    if CAN_HOLD:
        gate(os, "open", _open)
    gate(os, "chmod", _chmod)
    gate(shutil, "rmtree", _rmtree)
    gate(tempfile._RandomNameSequence, "__next__", _next_name)  # type: ignore[attr-defined]  # noqa: SLF001
    _let_closers_ask()


def _open(
    watch: Watch,
    original: Callable[..., int],
    path: Any,
    flags: int,
    mode: int = 0o777,
    *,
    dir_fd: int | None = None,
) -> int:
    key, overlay = key_of(path), watch.overlay
    is_kept = is_written(path, None, flags) or key in overlay.files
    if dir_fd is not None or not is_kept or is_by_itself("file"):
        return original(path, flags, mode, dir_fd=dir_fd)
    _check(overlay, path, flags)
    before = b"" if flags & os.O_TRUNC else content_of(overlay, key) or b""
    held = Held(before)
    if is_written(path, None, flags):
        overlay.write(key, before)
        overlay.follow(key, held.changed)
        watch.at_end.append(lambda: _end(watch, held))
    return held.opened(flags & ~_ONCE)


def _check(overlay: Overlay, path: Any, flags: int) -> None:
    if not flags & os.O_CREAT:
        overlay.must_be_there(path)
    elif flags & os.O_EXCL:
        overlay.must_be_free(path)
    else:
        overlay.must_have_a_folder(path)


def _end(watch: Watch, held: Held) -> None:
    """Record what the file holds in the end, wherever it was moved meanwhile."""
    key = watch.overlay.let_go(held.changed)
    if key is not None:
        watch.record("file", f"write {key}", watch.overlay.files[key] or b"")
    held.close()


def _chmod(watch: Watch, original: Any, path: Any, mode: int, **named: Any) -> None:
    if isinstance(path, int) or is_by_itself("file"):
        original(path, mode, **named)
        return
    watch.overlay.must_be_there(path)
    watch.record("file", f"chmod {mode:o} {key_of(path)}")


def _rmtree(watch: Watch, original: Any, path: Any, *arguments: Any, **named: Any) -> None:
    if not watch.overlay.folders.get(key_of(path)):
        original(path, *arguments, **named)
        return
    watch.record("file", f"rmtree {key_of(path)}")
    watch.overlay.remove_tree(key_of(path))


def _let_closers_ask() -> None:
    """Let named temporary files be removed by what asks; `tempfile` took hold of os.unlink."""
    for function in vars(tempfile._TemporaryFileCloser).values():  # type: ignore[attr-defined]  # noqa: SLF001
        if defaults := getattr(function, "__defaults__", None):
            function.__defaults__ = tuple(
                os.unlink if getattr(each, "__name__", "") == "unlink" else each
                for each in defaults
            )


def _next_name(watch: Watch, _original: Any, _names: Any) -> str:
    # Names by chance would differ between two runs that do the same.
    watch.overlay.names += 1
    return f"{watch.overlay.names:08}"
