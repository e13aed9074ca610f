"""Who flipped which route, when and why: one JSON object a line, in a file beside the table.

The file is only ever appended to, a whole line in one write. A line that can't be read (the
machine stopped while it was written) is passed over with a note.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from gateway.percent import Said
from gateway.refusal import RefusalError


@dataclass(frozen=True, slots=True)
class Entry:
    """One flip. `at` is RFC 3339 in UTC; `from_` is `from` in the file.

    `undoes` is the revision of the flip that this one takes back, or None.
    """

    at: str
    who: str
    why: str | None
    route: str
    from_: Annotated[Said, Field(alias="from")]
    to: Said
    revision_before: str
    revision: str
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """All flips of a table, the oldest first; `notes` tells which lines could not be read."""

    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, route: str | None) -> tuple[Entry, ...]:
        """Return the flips of one route, or all."""
        return tuple(entry for entry in self.entries if route in {None, entry.route})

    def standing(self, route: str | None) -> tuple[Entry, ...]:
        """Return the flips of one route, or all, that were not undone; undos are not among them."""
        standing: list[Entry] = []
        for entry in self.of(route):
            if entry.undoes is None:
                standing.append(entry)
            elif (undone := _newest(standing, entry.route, entry.undoes)) is not None:
                del standing[undone]
        return tuple(standing)


def _newest(entries: list[Entry], route: str, revision: str) -> int | None:
    found = [n for n, e in enumerate(entries) if (e.route, e.revision) == (route, revision)]
    return found[-1] if found else None


_ENTRY = TypeAdapter(Entry)


def history_file(table: str) -> Path:
    """Return where the history of a table is: beside the file that a symbolic link leads to."""
    return Path(os.path.realpath(table) + ".history.jsonl")


def read(table: str) -> History:
    """Read the history of a table; it is empty before the first flip."""
    file = history_file(table)
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return History()
    except OSError as error:
        raise _unusable(file, "read", error) from error
    found = [_parsed(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    return History(
        tuple(entry for entry in found if isinstance(entry, Entry)),
        tuple(note for note in found if isinstance(note, str)),
    )


def _parsed(file: Path, number: int, line: bytes) -> Entry | str:
    try:
        return _ENTRY.validate_json(line)
    except ValidationError:
        return f"{file}:{number}: This line is not a flip, and was passed over."


@contextmanager
def recording(table: str) -> Iterator[Callable[[Entry], None]]:
    """Open the history, so that it is known to be writable before the table is changed."""
    file = history_file(table)
    try:
        mode = Path(table).stat().st_mode & 0o666
        fd = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, mode)
    except OSError as error:
        raise _unusable(file, "written", error) from error
    try:
        yield lambda entry: _append(file, fd, entry)
    finally:
        os.close(fd)


def _append(file: Path, fd: int, entry: Entry) -> None:
    line = as_json(entry) + b"\n"
    size = os.fstat(fd).st_size
    if size and os.pread(fd, 1, size - 1) != b"\n":  # a torn line must not spoil this one
        line = b"\n" + line
    try:
        complete = os.write(fd, line) == len(line)
        os.fsync(fd)
    except OSError as error:
        raise _unrecorded(file, entry, error.strerror or str(error)) from error
    if not complete:
        raise _unrecorded(file, entry, "the disk is full")


def as_json(entry: Entry) -> bytes:
    """Return a flip as one line of the file, without its end."""
    return _ENTRY.dump_json(entry, by_alias=True)


def who(environ: Mapping[str, str] = os.environ) -> str:
    """Return the name of the person at the keyboard: GATEWAY_USER, USER, or the user's number."""
    return environ.get("GATEWAY_USER") or environ.get("USER") or str(os.getuid())


def timestamp(seconds: float) -> str:
    """Return a time, in seconds since the epoch, as RFC 3339 in UTC, to the second."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _unusable(file: Path, what: str, error: OSError) -> RefusalError:
    return RefusalError(
        f"The history {file} can't be {what}: {error.strerror or error}. A flip is not made"
        " without a record of it."
    )


def _unrecorded(file: Path, entry: Entry, reason: str) -> RefusalError:
    return RefusalError(
        f"Route {entry.route!r} was flipped, revision {entry.revision}, but {file} could not"
        f" record it: {reason}. Make room, and write down that flip by hand."
    )
