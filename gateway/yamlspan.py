"""Which characters of a YAML text one value takes: what an edit may touch, and what it must keep.

For text that `gateway.yamltext` reads without a flaw, and for values that are a scalar or a
mapping of scalars. Offsets count characters from 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

BREAK = r"\r\n|[\r\n\x85\u2028\u2029]"
"""What ends a line, to the parser."""

_COMMENT = re.compile(r"#[^\r\n\x85\u2028\u2029]*")
_BREAK = re.compile(BREAK)
_BLOCK_STYLES = ("|", ">")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scalar(Span):
    """One word or number; `quote` is the mark around it, or nothing."""

    text: str
    quote: str


@dataclass(frozen=True, slots=True)
class Value(Span):
    """A value with its scalars (of a mapping: key, value, key, value) and inner comments."""

    scalars: tuple[Scalar, ...]
    mapping: bool
    comments: tuple[Span, ...]


def value_at(text: str, path: tuple[str, ...]) -> Value:
    """Return the value that stands under these keys. Raises KeyError where there is none."""
    events = (
        event
        for event in yaml.parse(text, Loader=yaml.CSafeLoader)
        if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent)
    )
    for key in path:
        _enter(events, key)
    return _value(text, list(_node(events)))


def _enter(events: Iterator[Any], key: str) -> None:
    """Go on to the value of one key of the mapping that comes next."""
    next(events)
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            break
        if event.value == key:
            return
        list(_node(events))
    raise KeyError(key)


def _node(events: Iterator[Any]) -> Iterator[Any]:
    """Take the events of one whole value."""
    depth = 0
    for event in events:
        yield event
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if not depth:
            return


def _value(text: str, events: list[Any]) -> Value:
    # The parser counts without the byte order mark that it passes over.
    shift = text.startswith("\ufeff")
    scalars = tuple(_scalar(text, e, shift) for e in events if isinstance(e, yaml.ScalarEvent))
    first, last = events[0], events[-1]
    start = first.start_mark.index + shift
    mapping = isinstance(first, yaml.MappingStartEvent)
    # The end of a block mapping is noticed only where the next token begins.
    end = last.end_mark.index + shift if mapping and first.flow_style else scalars[-1].end
    return Value(start, end, scalars, mapping, tuple(_comments(text, start, end, scalars)))


def _scalar(text: str, event: Any, shift: int) -> Scalar:
    start, end = event.start_mark.index + shift, event.end_mark.index + shift
    if event.style in _BLOCK_STYLES:  # these end where the next line begins
        end = start + len(text[start:end].rstrip())
    return Scalar(start, end, event.value, event.style if event.style in ("'", '"') else "")


def _comments(text: str, start: int, end: int, scalars: tuple[Scalar, ...]) -> Iterator[Span]:
    """Find comments between the scalars, and behind the mark that opens a block scalar."""
    ends = (start, *(scalar.end for scalar in scalars))
    starts = (*(scalar.start for scalar in scalars), end)
    openings = (_opening(text, scalar) for scalar in scalars if text[scalar.start] in _BLOCK_STYLES)
    for gap in (*zip(ends, starts, strict=True), *openings):
        for found in _COMMENT.finditer(text, *gap):
            yield Span(*found.span())


def _opening(text: str, scalar: Scalar) -> tuple[int, int]:
    first_break = _BREAK.search(text, scalar.start)
    return scalar.start, first_break.start() if first_break else scalar.end
