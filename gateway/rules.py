"""Werkzeug's rule syntax, read into segments: what a route's `path` and `prefix` mean.

The weights are Werkzeug's (`werkzeug.routing.rules.Rule._parse_rule`): whoever copies a rule from
`@app.route` gets the precedence that the application's own router gives it. Where Werkzeug would
fall back to the order of registration, `narrow` decides, so that the order in the file never does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.routing import BaseConverter, Map
from werkzeug.routing.converters import (
    DEFAULT_CONVERTERS,
    AnyConverter,
    IntegerConverter,
    NumberConverter,
    UnicodeConverter,
)
from werkzeug.routing.rules import parse_converter_args

_PART = re.compile(
    r"""
    (?P<static>[^<>]+)
    | <
      (?:(?P<converter>[A-Za-z_]\w*)(?:\((?P<arguments>.*?)\))?:)?
      (?P<variable>[A-Za-z_]\w*)
      >
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN_STRING = UnicodeConverter(Map()).regex
_EXAMPLES = ["x", "1.5", "00000000-0000-0000-0000-000000000000", *("x" * n for n in range(2, 99))]
_CONVERTERS = {name: kind for name, kind in DEFAULT_CONVERTERS.items() if name != "default"}


class RuleError(ValueError):
    """A path or prefix that can't be read; the message is a full sentence."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a rule: a literal, a pattern for one segment, or one for all that follow.

    `rank` orders segments that stand in the same place: the lower one is more specific.
    `refuses` tells of a text that fits the pattern whether it is out of the converter's `limits`
    (digits, minimum, maximum); Werkzeug then finds nothing at all.
    """

    literal: str | None
    pattern: str
    rank: tuple[Any, ...]
    example: str
    open_ended: bool = False
    limits: str = ""
    refuses: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """The segments of a path; `prefix` says that everything below belongs to it too."""

    segments: tuple[Segment, ...]
    prefix: bool = False


def parse_path(path: str) -> Rule:
    """Read a path in Werkzeug's rule syntax. A slash at the end means nothing here."""
    parts = _segments("path", path)
    return Rule(tuple(_parse_parts(path, parts)))


def parse_prefix(prefix: str) -> Rule:
    """Read a prefix: the path itself and everything below it. `/` is everything."""
    rule = Rule(tuple(_parse_parts(prefix, _segments("prefix", prefix))), prefix=True)
    if any(segment.open_ended for segment in rule.segments):
        raise RuleError(f"The prefix {prefix!r} has a path converter. Write it as a path.")
    return rule


def sample(rule: Rule) -> str:
    """Return a path that a rule matches."""
    return "/" + "/".join(segment.example for segment in rule.segments)


def _segments(kind: str, text: str) -> list[str]:
    if not text.startswith("/"):
        raise RuleError(f"The {kind} {text!r} does not start with a slash. Write '/{text}'.")
    # A slash inside <...>, as in any('a/b'), is part of the converter's arguments.
    parts = re.split(r"/(?![^<]*>)", text)[1:]
    if parts[-1] == "":
        parts.pop()
    odd = [part for part in parts if part in {"", ".", ".."} or "\\" in part]
    if odd or not text.isprintable():
        raise RuleError(
            f"The {kind} {text!r} can never match: the gateway reads a request's path without"
            " double slashes, dot segments, backslashes and control characters."
        )
    return parts


def _parse_parts(rule: str, parts: list[str]) -> list[Segment]:
    segments: list[Segment] = []
    seen: set[str] = set()
    for index, part in enumerate(parts):
        pieces = _pieces(rule, part, seen)
        if any(isinstance(piece, BaseConverter) and not piece.part_isolating for piece in pieces):
            rest = [pieces, *(_pieces(rule, later, seen) for later in parts[index + 1 :])]
            return [*segments, _open_ended(rest)]
        segments.append(_segment(pieces))
    return segments


def _pieces(rule: str, part: str, seen: set[str]) -> list[str | BaseConverter]:
    pieces: list[str | BaseConverter] = []
    position = 0
    while position < len(part):
        found = _PART.match(part, position)
        if found is None:
            raise RuleError(
                f"The path {rule!r} can't be read at {part[position:]!r}. Variables are written"
                " <name> or <converter:name>."
            )
        pieces.append(found["static"] or _converter(rule, found, seen))
        position = found.end()
    return pieces


def _converter(rule: str, found: re.Match[str], seen: set[str]) -> BaseConverter:
    name, variable = found["converter"] or "string", found["variable"]
    if variable in seen:
        raise RuleError(f"The path {rule!r} uses the variable {variable!r} twice.")
    seen.add(variable)
    if name not in _CONVERTERS:
        known = ", ".join(sorted(_CONVERTERS))
        raise RuleError(
            f"The path {rule!r} uses the converter {name!r}, which is not one of {known}. Use one"
            " of these that accepts the same text, or a prefix."
        )
    try:
        args, kwargs = parse_converter_args(found["arguments"] or "")
        return _CONVERTERS[name](Map(), *args, **kwargs)
    except Exception as error:
        raise RuleError(
            f"The path {rule!r} gives {name!r} arguments that it does not take: {error}."
        ) from error


def _segment(pieces: list[str | BaseConverter]) -> Segment:
    example = "".join(map(_example, pieces))
    if all(isinstance(piece, str) for piece in pieces):
        return Segment(example, re.escape(example), (0,), example)
    limits, refuses = _limits(pieces)
    return Segment(None, _pattern(pieces), _rank(pieces), example, limits=limits, refuses=refuses)


def _open_ended(parts: list[list[str | BaseConverter]]) -> Segment:
    pieces = [piece for part in parts for piece in part]
    example = "/".join("".join(map(_example, part)) for part in parts)
    pattern = "/".join(map(_pattern, parts))
    return Segment(None, pattern, _rank(pieces), example, open_ended=True)


def _example(piece: str | BaseConverter) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, IntegerConverter):
        return piece.to_url(max(1, piece.min or 1))
    if isinstance(piece, AnyConverter):
        return min(piece.items)
    fitting = (text for text in _EXAMPLES if re.fullmatch(piece.regex, text))
    return next(fitting, "x")


def _pattern(pieces: list[str | BaseConverter]) -> str:
    return "".join(
        re.escape(piece) if isinstance(piece, str) else f"(?:{piece.regex})" for piece in pieces
    )


def _limits(pieces: list[str | BaseConverter]) -> tuple[str, Callable[[str], bool] | None]:
    converters = [piece for piece in pieces if isinstance(piece, BaseConverter)]
    limits = [
        (converter.fixed_digits, converter.min, converter.max)
        if isinstance(converter, NumberConverter)
        else (0, None, None)
        for converter in converters
    ]
    if all(limit == (0, None, None) for limit in limits):
        return "", None
    groups = re.compile(
        "".join(re.escape(p) if isinstance(p, str) else f"({p.regex})" for p in pieces)
    )

    def refuses(text: str) -> bool:
        found = groups.fullmatch(text)
        try:
            for converter, value in zip(converters, found.groups() if found else (), strict=True):
                converter.to_python(value)
        except ValueError:
            return True
        return False

    return repr(limits), refuses


def _rank(pieces: list[str | BaseConverter]) -> tuple[Any, ...]:
    texts = [piece for piece in pieces if isinstance(piece, str)]
    converters = [piece for piece in pieces if isinstance(piece, BaseConverter)]
    narrow = tuple(converter.regex == _PLAIN_STRING for converter in converters)
    return (
        1,
        -len(texts),
        tuple((index, -len(text)) for index, text in enumerate(texts)),
        -len(converters),
        tuple(converter.weight for converter in converters),
        narrow,
    )
