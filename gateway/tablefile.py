"""The file of a table, written whole: no reader sees half of it, and nobody's edit is lost.

Processes of ours take turns by a lock on the folder, which leaves no lock file behind. Others
(an editor, `git pull`) know nothing of locks: the new file therefore changes places with the old
one, and what came out is looked at. If it is not what the edit was made from, it goes back in.
"""

from __future__ import annotations

import fcntl
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path

from gateway.loader import TableError, parse_table, revision_of
from gateway.refusal import RefusalError
from gateway.swap import swap

PATIENCE = 30.0
"""Seconds to wait for another process that edits the same table."""

_PAUSE = 0.01

log = logging.getLogger("gateway")


class EditConflict(RefusalError):  # noqa: N818 - it is nobody's error: two people edited at once
    """Somebody else changed the table meanwhile; nothing of theirs was overwritten."""


@contextmanager
def locked(file: str, patience: float = PATIENCE) -> Iterator[None]:
    """Keep other processes of ours from editing the table until the block ends."""
    folder = _open_folder(file)
    try:
        _wait_for_lock(folder, file, patience)
        yield
    finally:
        os.close(folder)


def _open_folder(file: str) -> int:
    folder = Path(file).resolve().parent
    try:
        return os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise RefusalError(
            f"{file} can't be edited, since its folder can't be opened: {error.strerror}."
        ) from error


def _wait_for_lock(folder: int, file: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not _lock(folder):
        if time.monotonic() > deadline:
            raise RefusalError(
                f"Another gateway command has been editing the folder of {file} for more than"
                f" {patience:g} seconds. Let it finish, or stop it, and try again."
            )
        time.sleep(_PAUSE)


def _lock(folder: int) -> bool:
    """Lock a folder if nobody else does. Where a file system has no locks, `write` must do."""
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        log.debug("the folder can't be locked: %s", error)
    return True


def write(file: str, before: bytes, after: bytes) -> None:
    """Replace the table's content, in one step and with the same mode and owner.

    A symbolic link stays; the file that it leads to is replaced. Raises EditConflict, and changes
    nothing, if the content is not `before` any more; RefusalError if the file can't be replaced.
    Call it within `locked`.
    """
    real = os.path.realpath(file)
    if (now := _content(real)) != before:
        raise _conflict(file, before, now)
    try:
        _replace(file, real, before, after)
    except OSError as error:
        raise RefusalError(
            f"{file} can't be replaced: {error.strerror or error}. The gateway writes a new file"
            " into the same folder, with the same mode and owner, and renames it. Nothing was"
            " changed."
        ) from error


def create(file: str, content: bytes, *, force: bool = False) -> None:
    """Write a new file, or with force one in the place of an old one. Raises RefusalError."""
    real = os.path.realpath(file)
    with locked(file):
        try:
            if force and _content(real) is not None:
                Path(_beside(real, content)).replace(real)
            else:
                with Path(file).open("xb") as stream:
                    stream.write(content)
        except OSError as error:
            raise RefusalError(f"{file} can't be written: {error.strerror or error}.") from error


def _replace(file: str, real: str, before: bytes, after: bytes) -> None:
    new = _beside(real, after)
    try:
        came_out = _put(new, real, before, after)
    finally:
        with suppress(FileNotFoundError):
            Path(new).unlink()
    if came_out != before:
        raise _conflict(file, before, came_out)
    _sync_folder(real)


def _beside(real: str, content: bytes) -> str:
    """Write a file beside another one, like it in mode and owner; return its path."""
    like, path = Path(real).stat(), Path(real)
    fd, new = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    try:
        with open(fd, "wb") as stream:  # noqa: PTH123 - a descriptor, not a path
            stream.write(content)
            stream.flush()
            os.fchown(fd, like.st_uid, like.st_gid)
            os.fchmod(fd, like.st_mode & 0o7777)
            os.fsync(fd)
    except BaseException:
        Path(new).unlink()
        raise
    return new


def _put(new: str, real: str, before: bytes, after: bytes) -> bytes | None:
    """Put the new file in the place of the old; return what came out, None if nothing was there.

    If that is not `before`, it is put back, as is whatever else is written while that is done.
    """
    try:
        swapped = swap(new, real)
    except FileNotFoundError:
        return None
    if not swapped:
        return _rename(new, real, before)
    first = came_out = _content(new)
    put_in: bytes | None = after
    while first != before:
        swap(new, real)
        if (back := _content(new)) == put_in:
            break
        put_in, came_out = came_out, back
    return first


def _rename(new: str, real: str, before: bytes) -> bytes | None:
    """Look, then rename: what is left where files can't change places."""
    now = _content(real)
    if now == before:
        Path(new).replace(real)
    return now


def _content(file: str) -> bytes | None:
    try:
        return Path(file).read_bytes()
    except FileNotFoundError:
        return None


def _sync_folder(real: str) -> None:
    folder = os.open(Path(real).parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _conflict(file: str, before: bytes, now: bytes | None) -> EditConflict:
    if now is None:
        return EditConflict(f"{file} was removed while it was edited. Nothing was written.")
    return EditConflict(
        f"{file} was changed by somebody else while it was edited: revision {revision_of(before)}"
        f" became {revision_of(now)}, which changes {_lines(before, now)}"
        f"{_routes(file, before, now)}. Nothing was written: look at that change, then try again."
    )


def _lines(before: bytes, now: bytes) -> str:
    """Name the lines, as they stand now, from the first to the last that differ."""
    old, new = before.splitlines(), now.splitlines()
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    first, last = head + 1, len(new) - tail
    return f"line {first}" if last <= first else f"lines {first} to {last}"


def _common(one: list[bytes], other: list[bytes]) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _routes(file: str, before: bytes, now: bytes) -> str:
    old = parse_table(before, file).routes
    try:
        new = parse_table(now, file).routes
    except TableError:
        return " and leaves a table with faults"
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return f" (route {', '.join(map(repr, names))})" if names else ""
