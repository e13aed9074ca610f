"""Plain data, as YAML gives it → the pattern that it writes down, or what is wrong with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gateway.parity.patterns import (
    AnyOf,
    Each,
    FromBody,
    Integer,
    Items,
    Literal,
    Members,
    OfResponse,
    Path,
    Pattern,
    Same,
    Text,
    Unordered,
    names_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_UNRELATED = ("x", "any text, at all", "0 %")


class PatternError(ValueError):
    """A pattern that can't be read; `path` is where in the data, the message a full sentence."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


def parse_pattern(data: Any, path: Path = ()) -> Pattern:
    """Read a pattern from plain data. Raises PatternError."""
    if isinstance(data, dict):
        special = [key for key in data if key.startswith("$")]
        return _parse_special(data, path) if special else _parse_members(data, path)
    if isinstance(data, list):
        return Items(tuple(parse_pattern(item, (*path, at)) for at, item in enumerate(data)))
    return Literal(data)


def _parse_members(data: dict[str, Any], path: Path) -> Pattern:
    return Members({name: parse_pattern(value, (*path, name)) for name, value in data.items()})


def _parse_special(data: dict[str, Any], path: Path) -> Pattern:
    key, argument = next(iter(data.items()))
    if len(data) > 1 or key not in _SPECIAL:
        raise PatternError(
            path,
            f"{', '.join(data)} is not a pattern. A pattern has one key, which is one of"
            f" {', '.join(_SPECIAL)}.",
        )
    return _SPECIAL[key](argument, (*path, key))


def _parse_same(argument: Any, path: Path) -> Pattern:
    return Same(_text(argument, path))


def _parse_unordered(argument: Any, path: Path) -> Pattern:
    return Unordered(_text(argument, path))


def _parse_text(argument: Any, path: Path) -> Pattern:
    try:
        expression = re.compile(_text(argument, path))
    except re.error as error:
        message = f"{argument!r} is not a regular expression: {error}. Correct it."
        raise PatternError(path, message) from error
    if all(map(expression.fullmatch, _UNRELATED)):
        raise PatternError(
            path, f"{argument!r} matches every text, so it pins nothing. Say what is expected."
        )
    return Text(expression)


def _parse_integer(argument: Any, path: Path) -> Pattern:
    bounds = argument if isinstance(argument, dict) else {"": 0}
    if not bounds.keys() <= {"min", "max"} or not all(type(b) is int for b in bounds.values()):
        raise PatternError(path, f"$integer is {argument!r}. Write {{min: 1, max: 9}} or {{}}.")
    return Integer(bounds.get("min"), bounds.get("max"))


def _parse_each(argument: Any, path: Path) -> Pattern:
    item = parse_pattern(argument, path)
    if names_of(item):
        message = "$same and $unordered can't stand inside $each, where they would be many values."
        raise PatternError(path, message)
    return Each(item)


def _parse_any_of(argument: Any, path: Path) -> Pattern:
    if not isinstance(argument, list) or len(argument) < 2:
        raise PatternError(path, f"$any_of is {argument!r}. Give a list of two patterns or more.")
    choices = tuple(parse_pattern(item, (*path, at)) for at, item in enumerate(argument))
    if any(map(names_of, choices)):
        message = "$same and $unordered can't stand inside $any_of, where they might be missing."
        raise PatternError(path, message)
    return AnyOf(choices)


def _parse_response(argument: Any, path: Path) -> Pattern:
    if argument not in {"status", "phrase"}:
        raise PatternError(path, f"$response is {argument!r}. Write 'status' or 'phrase'.")
    return OfResponse(argument)


def _parse_from_body(argument: Any, path: Path) -> Pattern:
    return FromBody(_text(argument, path))


def _text(argument: Any, path: Path) -> str:
    if not isinstance(argument, str) or not argument:
        raise PatternError(path, f"{path[-1]} is {argument!r}. Write a text.")
    return argument


_SPECIAL: dict[str, Callable[[Any, Path], Pattern]] = {
    "$same": _parse_same,
    "$unordered": _parse_unordered,
    "$text": _parse_text,
    "$integer": _parse_integer,
    "$each": _parse_each,
    "$any_of": _parse_any_of,
    "$response": _parse_response,
    "$from_body": _parse_from_body,
}
