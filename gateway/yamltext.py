"""YAML text read into plain values, with the place of every one of them.

A strict reading of YAML 1.2's core schema: `no` and `2026-11` are text, a key stands once, there
is one document, and tags and merge keys are refused rather than half understood.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 32
MAX_VALUES = 1_000_000

Path = tuple[str | int, ...]

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_ODD_BREAK = re.compile("[\x85\u2028\u2029]")
_BREAK = re.compile(r"\r\n|[\r\n]")
_MAX_DIGITS = 40
# What any of the above begins with; the empty text is null.
_BEGINNINGS = {"", *"~nNtTfF+-.0123456789"}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the text; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is wrong with the text itself."""

    place: Place
    message: str
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says, where each value stands, and what is wrong with it."""

    value: Any
    places: dict[Path, Place] = field(default_factory=dict)
    flaws: tuple[Flaw, ...] = ()

    def place(self, path: Path) -> Place:
        """Return the place of a value, or of the nearest one around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(1, 1))


class UnreadableError(ValueError):
    """The text is not YAML that can be read at all."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


def read(text: str) -> Reading:
    """Read one YAML document. Raises UnreadableError where nothing can be made of it."""
    reader = _Reader(_placing(text))
    try:
        value = reader.document(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = reader.place(mark) if mark else Place(1, 1)
        raise UnreadableError(place, f"This is not YAML: {_problem(error)}.") from error
    except yaml.reader.ReaderError as error:
        raise UnreadableError(
            _place_at(text, error.position),
            f"The character {error.character!r} is not allowed in YAML.",
        ) from error
    return Reading(value, reader.places, tuple(reader.flaws))


def scalar(text: str) -> str:
    """Write a word so that it is read as this word anywhere: bare if it can be, else quoted."""
    try:
        bare = read(f"{{k: {text}}}").value == {"k": text}
    except UnreadableError:
        bare = False
    return text if bare else json.dumps(text, ensure_ascii=False)


def word(text: str) -> Any:
    """Return what a bare word means: null, a truth value, a number, else the text itself."""
    if text[:1] not in _BEGINNINGS:
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if len(text) <= _MAX_DIGITS:
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def _problem(error: yaml.MarkedYAMLError) -> str:
    return ", ".join(str(part) for part in (error.problem, error.context) if part)


def _placing(text: str) -> Callable[[Any], Place]:
    """Return what makes a place of one of the parser's marks."""
    if not _ODD_BREAK.search(text):
        return lambda mark: Place(mark.line + 1, mark.column + 1)
    # These end a line to the parser, but not to editors.
    starts = [0, *(found.end() for found in _BREAK.finditer(text))]

    def place(mark: Any) -> Place:
        line = bisect_right(starts, mark.index)
        return Place(line, mark.index - starts[line - 1] + 1)

    return place


def _place_at(text: str, position: int) -> Place:
    before = text[:position]
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))


class _Reader:
    """Builds values from the parser's events; recursion is bounded by MAX_DEPTH."""

    def __init__(self, place: Callable[[Any], Place]) -> None:
        self.place = place
        self.places: dict[Path, Place] = {}
        self.flaws: list[Flaw] = []
        self._events: Iterator[Any] = iter(())
        self._count = 0

    def document(self, events: Iterator[Any]) -> Any:
        self._events = events
        value: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "A second document starts here. Keep one a file.")
            elif isinstance(event, yaml.NodeEvent):
                value = self._value(event, ())
        return value

    def _value(self, event: Any, path: Path) -> Any:
        place = self.place(event.start_mark)
        self.places.setdefault(path, place)
        self._count += 1
        if self._count > MAX_VALUES:
            self._refuse(event, f"The file holds more than {MAX_VALUES:,} values.")
        if len(path) > MAX_DEPTH:
            self._refuse(event, f"The file is nested more than {MAX_DEPTH} levels deep.")
        if event.anchor:
            self._refuse(event, "Anchors and aliases are not read here. Write the value out.")
        if getattr(event, "tag", None) is not None:
            self._refuse(event, f"The tag {event.tag!r} is not read here. Write the bare value.")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return [self._value(item, (*path, i)) for i, item in enumerate(self._items())]
        return self._mapping(path)

    def _items(self) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, yaml.CollectionEndEvent):
                return
            yield event

    def _mapping(self, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_event in self._items():
            if not isinstance(key_event, yaml.ScalarEvent):
                self._refuse(key_event, "A key is a word here, not a list or a mapping.")
            key = key_event.value
            if key == "<<" and key_event.implicit[0]:
                self._refuse(key_event, "Merge keys are not read here. Write the values out.")
            place = self.place(key_event.start_mark)
            if key in mapping:
                first = self.places[(*path, key)]
                self.flaws.append(
                    Flaw(
                        place,
                        f"The key {key!r} stands here again; it is first on line {first.line}."
                        " Remove one of the two.",
                        (*path, key),
                    )
                )
            value_event = next(self._events)
            self.places.setdefault((*path, key), place)
            value = self._value(value_event, (*path, key))
            mapping.setdefault(key, value)
        return mapping

    def _refuse(self, event: Any, message: str) -> None:
        raise UnreadableError(self.place(event.start_mark), message)


def _scalar(event: Any) -> Any:
    # Only a bare word may be more than text: not what is quoted, and no block.
    return word(event.value) if event.implicit[0] else event.value
