"""Files that are written into memory only, and read from there, until the sandbox ends.

This holds for open() and pathlib, and `descriptors` for os.open(); what changes a file by other
ways is stopped.
"""

from __future__ import annotations

import builtins
import io
import os
import stat
from typing import TYPE_CHECKING, Any

from gateway.sandbox.outbound.gates import gate
from gateway.sandbox.outbound.guard import is_by_itself
from gateway.sandbox.outbound.overlay import key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.sandbox.outbound.overlay import Overlay
    from gateway.sandbox.outbound.watch import Watch


def install_stand_ins() -> None:
    """Keep what is written to files for effects."""
    for owner in (builtins, io):
        gate(owner, "open", _open)
    gate(os, "stat", _stat)
    for name in ("remove", "unlink", "rmdir", "mkdir"):
        gate(os, name, _changed(name))
    for name in ("rename", "replace", "link", "symlink"):
        gate(os, name, _moved(name))


def _open(
    watch: Watch, original: Callable[..., Any], file: Any, mode: str = "r", *rest: Any, **named: Any
) -> Any:
    is_written = not set(mode).isdisjoint("wax+")
    # An opener, as `tempfile` has one, is looked at when it opens (`descriptors`).
    passes = isinstance(file, int) or os.fspath(file) == os.devnull or "opener" in named
    if passes or not (is_written or watch.overlay.knows(key_of(file))) or is_by_itself("file"):
        return original(file, mode, *rest, **named)
    held = _Held(watch, file, mode, original)
    return held if "b" in mode else _as_text(held, *rest, **named)


def _as_text(  # the further arguments of open()
    held: _Held,
    buffering: int = -1,  # noqa: ARG001  # there is nothing to buffer
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    **_others: object,
) -> io.TextIOWrapper:
    return io.TextIOWrapper(held, encoding, errors, newline, write_through=True)


class _Held(io.BytesIO):
    """An open file in memory."""

    def __init__(self, watch: Watch, file: Any, mode: str, original: Callable[..., Any]) -> None:
        self.name = file
        self._watch = watch
        self._mode = mode
        self._is_open = False
        before = self._before(original)
        super().__init__(b"" if "w" in mode else before)
        self._is_open = True
        if "a" in mode:
            self.seek(0, io.SEEK_END)
        if self.writable():
            watch.at_end.append(self.close)

    def _before(self, original: Callable[..., Any]) -> bytes:
        """Read what the file holds, by the rules of its mode."""
        key, mode, overlay = key_of(self.name), self._mode, self._watch.overlay
        if "r" in mode:
            overlay.must_be_there(self.name)
        elif "x" in mode:
            overlay.must_be_free(self.name)
        else:
            overlay.must_have_a_folder(self.name)
        return content_of(overlay, key, original) or b""

    def readable(self) -> bool:
        return "r" in self._mode or "+" in self._mode

    def writable(self) -> bool:
        return not set(self._mode).isdisjoint("wax+")

    def close(self) -> None:
        if self._is_open and self.writable():
            content = self.getvalue()
            self._watch.overlay.write(key_of(self.name), content)
            self._watch.record("file", f"write {key_of(self.name)}", content)
        self._is_open = False
        super().close()


def content_of(overlay: Overlay, key: str, original: Callable[..., Any] = open) -> bytes | None:
    """Read what a file holds by the overlay, else on the disk; None if it is not there."""
    overlay.catch_up()
    if key in overlay.files:
        return overlay.files[key]
    if not stat.S_ISREG(overlay.mode(key) or 0):
        return None
    with original(key, "rb") as real:
        content: bytes = real.read()
    return content


def _stat(watch: Watch, original: Any, path: Any, *arguments: Any, **named: Any) -> Any:
    if isinstance(path, int) or not watch.overlay.knows(key_of(path)):
        return original(path, *arguments, **named)
    return watch.overlay.stat(path)


def _changed(verb: str) -> Callable[..., Any]:
    def change(watch: Watch, original: Any, path: Any, *arguments: Any, **named: Any) -> None:
        if is_by_itself("file"):
            original(path, *arguments, **named)
            return
        key, overlay = key_of(path), watch.overlay
        if verb == "mkdir":
            overlay.must_be_free(path)
        else:
            overlay.must_be_there(path)
        watch.record("file", f"{verb} {key}")
        if verb in {"remove", "unlink"}:
            overlay.remove(key)
        else:
            overlay.folders[key] = verb == "mkdir"

    return change


def _moved(verb: str) -> Callable[..., Any]:
    def move(
        watch: Watch, original: Any, source: Any, target: Any, *arguments: Any, **named: Any
    ) -> None:
        if is_by_itself("file"):
            original(source, target, *arguments, **named)
            return
        if verb in {"rename", "replace"}:
            watch.overlay.must_be_there(source)
        watch.record("file", f"{verb} {key_of(source)} {key_of(target)}")
        if verb in {"rename", "replace"}:
            content = content_of(watch.overlay, key_of(source))
            if content is not None:
                watch.overlay.move(key_of(source), key_of(target), content)

    return move
