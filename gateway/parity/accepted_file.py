"""The text of `accepted_differences.yaml` → AcceptedDifferences, or every fault with its place.

The file is a list of entries::

    - id: AD-06
      where: [POST /conversations]         # METHODS RULE; `*` for all methods, or all paths
      control:   {status: 200, headers: {Location: null}}
      candidate: {status: 201, headers: {Location: {$from_body: "/conversations/{id}"}}}
      reason: Creating answers 201 and says where.
      owner: conversations
      expires: 2027-06-30

Both sides pin the same places: `status`, `headers` (null: absent), `json` (the whole body),
`page` (an HTML page's `title` and `text`) or `no_body: true`, `json_value` (any value in a body
that differs), `rows` (`table.column`), `outbound` (`mail.subject`, `http.body.id`; `mail`
is the destination itself, null if none is sent). Values are patterns (`gateway.parity.patterns`).
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from gateway import yamltext
from gateway.parity.accepted import AcceptedDifference, AcceptedDifferences, Pinned, Scope
from gateway.parity.pattern_reading import PatternError, parse_pattern
from gateway.parity.patterns import Path, Pattern, frees_order, names_of
from gateway.rules import RuleError, parse_path
from gateway.table import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

_ENTRY_KEYS = ("id", "where", "control", "candidate", "reason", "owner", "expires")
_SIDE_KEYS = ("status", "headers", "json", "page", "no_body", "json_value", "rows", "outbound")
_OPERATION = re.compile(r"(?P<methods>\*|[A-Z]+(?:,[A-Z]+)*) +(?P<path>\*|/\S*)")


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong with the file; line and column count from 1."""

    line: int
    column: int
    message: str


class AcceptedDifferencesError(ValueError):
    """A file of accepted differences that can't be used; `faults` holds everything wrong."""

    def __init__(self, file: str, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        lines = (f"{file}:{fault.line}:{fault.column}: {fault.message}" for fault in self.faults)
        super().__init__("\n".join(lines))


def load_accepted(path: str | PathLike[str]) -> AcceptedDifferences:
    """Read the file; there are no accepted differences where there is none."""
    try:
        content = FilePath(path).read_bytes()
    except FileNotFoundError:
        return AcceptedDifferences()
    return parse_accepted(content, str(path))


def parse_accepted(content: bytes, file: str) -> AcceptedDifferences:
    """Read accepted differences. Raises AcceptedDifferencesError with every fault."""
    try:
        reading = yamltext.read(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        fault = Fault(line, 1, "This is not UTF-8. Save the file as UTF-8.")
        raise AcceptedDifferencesError(file, [fault]) from error
    except yamltext.UnreadableError as error:
        fault = Fault(error.place.line, error.place.column, str(error))
        raise AcceptedDifferencesError(file, [fault]) from error
    reader = _Reader(reading)
    entries = reader.entries()
    if reader.faults:
        raise AcceptedDifferencesError(file, reader.faults)
    return AcceptedDifferences(tuple(entries))


class _FaultyError(Exception):
    """A value that gave faults; they are recorded already."""


class _Reader:
    """Reads entries and records every fault on the way."""

    def __init__(self, reading: yamltext.Reading) -> None:
        self._reading = reading
        self.faults = [Fault(f.place.line, f.place.column, f.message) for f in reading.flaws]

    def entries(self) -> list[AcceptedDifference]:
        found: list[AcceptedDifference] = []
        if self._reading.value is None:
            return found
        data = self._reading.value
        if not isinstance(data, list):
            self._fault((), "The file holds no list. Write one entry after the other: '- id: …'.")
            return found
        for at, item in enumerate(data):
            with suppress(_FaultyError):
                found.append(self._entry(item, (at,)))
        self._fault_repeated_ids([item.get("id") for item in data if isinstance(item, dict)])
        return found

    def _fault(self, path: Path, message: str) -> None:
        place = self._reading.place(path)
        self.faults.append(Fault(place.line, place.column, message))

    def _fault_repeated_ids(self, ids: list[Any]) -> None:
        for at, identifier in enumerate(ids):
            if identifier is not None and identifier in ids[:at]:
                message = f"The id {identifier!r} stands here again. Give every entry its own."
                self._fault((at, "id"), message)

    def _entry(self, data: Any, path: Path) -> AcceptedDifference:
        before = len(self.faults)
        data = self._mapping(data, path, _ENTRY_KEYS)
        for key in _ENTRY_KEYS:
            if key not in data:
                self._fault(path, f"The entry {data.get('id', '')!r} has no {key!r}. Add it.")
        sides = [self._side(data.get(k, {}), (*path, k)) for k in ("control", "candidate")]
        entry = AcceptedDifference(
            id=self._text(data.get("id", "?"), (*path, "id")),
            where=self._where(data.get("where", ["* *"]), (*path, "where")),
            control=sides[0],
            candidate=sides[1],
            reason=self._text(data.get("reason", "?"), (*path, "reason")),
            owner=self._text(data.get("owner", "?"), (*path, "owner")),
            expires=self._date(data.get("expires", "2000-01-01"), (*path, "expires")),
        )
        if len(self.faults) == before:
            self._check_sides(entry, path)
        if len(self.faults) > before:
            raise _FaultyError
        return entry

    def _mapping(self, data: Any, path: Path, known: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(data, dict):
            self._fault(path, f"This is {data!r}. Write a mapping with {', '.join(known)}.")
            raise _FaultyError
        for key in data.keys() - set(known):
            near = get_close_matches(key, known, n=1)
            advice = f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(known)}."
            self._fault((*path, key), f"The key {key!r} is not known here. {advice}")
        return data

    def _text(self, value: Any, path: Path) -> str:
        if not isinstance(value, str) or not value.strip():
            self._fault(path, f"{path[-1]!r} is {value!r}. Write a text.")
        return str(value)

    def _date(self, value: Any, path: Path) -> date:
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self._fault(path, f"'expires' is {value!r}. Write a date, such as 2027-06-30.")
            return date.min

    def _where(self, data: Any, path: Path) -> tuple[Scope, ...]:
        if not isinstance(data, list) or not data:
            self._fault(path, f"'where' is {data!r}. Write a list, such as [POST /things].")
            return ()
        return tuple(self._scope(item, (*path, at)) for at, item in enumerate(data))

    def _scope(self, text: Any, path: Path) -> Scope:
        matched = _OPERATION.fullmatch(text) if isinstance(text, str) else None
        if matched is None:
            self._fault(path, f"{text!r} is no operation. Write METHODS RULE: 'GET,POST /things'.")
            return Scope()
        methods = matched["methods"]
        names = None if methods == "*" else frozenset(methods.split(","))
        for name in sorted((names or frozenset()) - set(METHODS)):
            self._fault(path, f"{name!r} is no HTTP method.")
        return Scope(names, self._rule(matched["path"], path))

    def _rule(self, rule: str, path: Path) -> re.Pattern[str] | None:
        if rule == "*":
            return None
        try:
            segments = parse_path(rule).segments
        except RuleError as error:
            self._fault(path, str(error))
            return None
        parts = (s.pattern if s.literal is None else re.escape(s.literal) for s in segments)
        return re.compile("/" + "/".join(parts) + "/?" if segments else "/")

    def _side(self, data: Any, path: Path) -> Pinned:
        data = self._mapping(data, path, _SIDE_KEYS)
        no_body = data.get("no_body", False)
        if no_body not in {True, False}:
            self._fault((*path, "no_body"), f"'no_body' is {no_body!r}. Write true.")
        return Pinned(
            status=self._optional(data, "status", path),
            headers={
                name.lower(): None if value is None else self._pattern(value, at)
                for name, value, at in self._named(data, "headers", path)
            },
            json=self._optional(data, "json", path),
            page=self._optional(data, "page", path),
            no_body=no_body is True,
            json_value=self._optional(data, "json_value", path),
            **{
                key: {n: self._pattern(v, at) for n, v, at in self._named(data, key, path)}
                for key in ("rows", "outbound")
            },
        )

    def _named(self, data: dict[str, Any], key: str, path: Path) -> list[tuple[str, Any, Path]]:
        found = data.get(key, {})
        if not isinstance(found, dict):
            self._fault((*path, key), f"{key!r} is {found!r}. Write a mapping of names to values.")
            return []
        return [(name, value, (*path, key, name)) for name, value in found.items()]

    def _optional(self, data: dict[str, Any], key: str, path: Path) -> Pattern | None:
        return self._pattern(data[key], (*path, key)) if key in data else None

    def _pattern(self, data: Any, path: Path) -> Pattern:
        try:
            return parse_pattern(data, path)
        except PatternError as error:
            self._fault(error.path, str(error))
            return parse_pattern(None)

    def _check_sides(self, entry: AcceptedDifference, path: Path) -> None:
        """Both sides pin the same places, name the same values, and say different things."""
        control, candidate = entry.control, entry.candidate
        shapes = [(side.places, side.rows.keys(), side.outbound.keys(), side.json_value is None)
                  for side in (control, candidate)]  # fmt: skip
        if shapes[0] != shapes[1]:
            self._fault(path, f"{entry.id}: control and candidate pin different places. Pin each"
                        " place on both sides; a header that is absent is null.")  # fmt: skip
        elif control == candidate and not frees_order(control.json):
            self._fault(path, f"{entry.id}: control and candidate are pinned to the same. Remove"
                        " the entry, or say what differs.")  # fmt: skip
        names = [names_of(side.json) if side.json else set[str]() for side in (control, candidate)]
        for name in sorted(names[0] ^ names[1]):
            self._fault(path, f"{entry.id}: the value {name!r} of $same stands on one side only, so"
                        " it would hide what is there. Pin it with another pattern.")  # fmt: skip
