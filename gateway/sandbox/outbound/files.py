"""Files that are written into memory only, and read from there, until the sandbox ends.

This holds for open() and pathlib; what changes a file by other ways is stopped.
"""

from __future__ import annotations

import builtins
import io
import os
from typing import TYPE_CHECKING, Any

from gateway.sandbox.outbound.gates import gate
from gateway.sandbox.outbound.guard import is_by_itself

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.sandbox.outbound.watch import Watch


def install_stand_ins() -> None:
    """Keep what is written to files for effects."""
    for owner in (builtins, io):
        gate(owner, "open", _open)
    for name in ("remove", "unlink", "rmdir", "mkdir"):
        gate(os, name, _changed(name))
    for name in ("rename", "replace", "link", "symlink"):
        gate(os, name, _moved(name))


def _open(
    watch: Watch, original: Callable[..., Any], file: Any, mode: str = "r", *rest: Any, **named: Any
) -> Any:
    is_written = not set(mode).isdisjoint("wax+")
    passes = isinstance(file, int) or os.fspath(file) == os.devnull
    if passes or not (is_written or _key(file) in watch.files) or is_by_itself("file"):
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
        key, mode = _key(self.name), self._mode
        if key in self._watch.files:
            content = self._watch.files[key]
        else:
            content = None
            if os.path.exists(key):  # noqa: PTH110  # what open() was given
                with original(key, "rb") as real:
                    content = real.read()
        if content is None and ("r" in mode):
            raise FileNotFoundError(2, "No such file or directory", self.name)
        if content is not None and "x" in mode:
            raise FileExistsError(17, "File exists", self.name)
        return content or b""

    def readable(self) -> bool:
        return "r" in self._mode or "+" in self._mode

    def writable(self) -> bool:
        return not set(self._mode).isdisjoint("wax+")

    def close(self) -> None:
        if self._is_open and self.writable():
            content = self.getvalue()
            self._watch.files[_key(self.name)] = content
            self._watch.record("file", f"write {_key(self.name)}", content)
        self._is_open = False
        super().close()


def _changed(verb: str) -> Callable[..., Any]:
    def change(watch: Watch, original: Any, path: Any, *arguments: Any, **named: Any) -> None:
        if is_by_itself("file"):
            original(path, *arguments, **named)
            return
        watch.record("file", f"{verb} {_key(path)}")
        if verb in {"remove", "unlink"}:
            watch.files[_key(path)] = None

    return change


def _moved(verb: str) -> Callable[..., Any]:
    def move(
        watch: Watch, original: Any, source: Any, target: Any, *arguments: Any, **named: Any
    ) -> None:
        if is_by_itself("file"):
            original(source, target, *arguments, **named)
            return
        watch.record("file", f"{verb} {_key(source)} {_key(target)}")
        content = watch.files.get(_key(source))
        if content is not None and verb in {"rename", "replace"}:
            watch.files.update({_key(source): None, _key(target): content})

    return move


def _key(path: Any) -> str:
    return os.path.abspath(os.fsdecode(path))  # noqa: PTH100  # links stay as they are
