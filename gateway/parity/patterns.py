"""Patterns that pin a value: what an accepted difference says of each side.

In `accepted_differences.yaml` a plain value stands for itself, a mapping for an object with
exactly those members, a list for an array of exactly those items. A mapping with one key
that begins with `$` is one of:

| pattern | matches |
|---|---|
| `{$same: NAME}` | any value, compared with the other side's `NAME` under all other rules |
| `{$unordered: NAME}` | the same for an array whose order means nothing |
| `{$text: REGEX}` | a text that is all matched; groups named alike must be equal |
| `{$integer: {min: 1, max: 9}}` | a whole number between the bounds, which may be left out |
| `{$each: PATTERN}` | an array whose items all match |
| `{$any_of: [PATTERN, …]}` | what one of them matches |
| `{$response: status}` | the status of the side's own response; `phrase`: the words for it |
| `{$from_body: "/things/{id}"}` | the text, filled in from the side's own JSON body |
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from werkzeug.http import HTTP_STATUS_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.parity.canonical import Tree

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Context:
    """What a pattern may refer to beside the value: the side's own response."""

    status: int
    body: Tree = None


@dataclass
class Findings:
    """What matching collects: where `$same` values stand, and the named groups of texts."""

    same: dict[str, Path] = field(default_factory=dict)
    unordered: set[str] = field(default_factory=set)
    groups: dict[str, str | None] = field(default_factory=dict)


class Pattern(Protocol):
    """Pins a value."""

    def match(self, value: Tree, path: Path, context: Context, found: Findings) -> bool:
        """Tell whether the value is what the pattern says, and collect what it names."""


@dataclass(frozen=True)
class Literal:
    """A value that stands for itself."""

    value: Any

    def match(self, value: Tree, path: Path, context: Context, found: Findings) -> bool:  # noqa: ARG002
        """Tell whether the values are equal; true and 1 are not."""
        return bool(self.value == value) and isinstance(self.value, bool) == isinstance(value, bool)


@dataclass(frozen=True)
class Members:
    """An object with exactly these members."""

    members: Mapping[str, Pattern]

    def match(self, value: Tree, path: Path, context: Context, found: Findings) -> bool:
        """Tell whether every member matches and there is no other."""
        return (
            isinstance(value, dict)
            and value.keys() == self.members.keys()
            and all(
                pattern.match(value[name], (*path, name), context, found)
                for name, pattern in self.members.items()
            )
        )


@dataclass(frozen=True)
class Items:
    """An array of exactly these items."""

    items: tuple[Pattern, ...]

    def match(self, value: Tree, path: Path, context: Context, found: Findings) -> bool:
        """Tell whether every item matches and there is no other."""
        return (
            isinstance(value, list)
            and len(value) == len(self.items)
            and all(
                pattern.match(item, (*path, at), context, found)
                for at, (pattern, item) in enumerate(zip(self.items, value, strict=True))
            )
        )


@dataclass(frozen=True)
class Same:
    """Any value, to be compared with the other side's value of the same name."""

    name: str

    def match(self, value: Tree, path: Path, context: Context, found: Findings) -> bool:  # noqa: ARG002
        """Remember where the value stands."""
        found.same[self.name] = path
        return True


@dataclass(frozen=True)
class Unordered:
    """An array whose order means nothing, to be compared with the other side's of that name."""

    name: str

    def match(self, value: Tree, path: Path, context: Context, found: Findings) -> bool:  # noqa: ARG002
        """Remember where the array stands."""
        found.same[self.name] = path
        found.unordered.add(self.name)
        return isinstance(value, list)


@dataclass(frozen=True)
class Text:
    """A text that an expression matches as a whole."""

    expression: re.Pattern[str]

    def match(self, value: Tree, path: Path, context: Context, found: Findings) -> bool:  # noqa: ARG002
        """Match, and remember the named groups."""
        matched = self.expression.fullmatch(value) if isinstance(value, str) else None
        if matched is None:
            return False
        found.groups.update(matched.groupdict())
        return True


@dataclass(frozen=True)
class Integer:
    """A whole number within bounds."""

    least: int | None = None
    most: int | None = None

    def match(self, value: Tree, path: Path, context: Context, found: Findings) -> bool:  # noqa: ARG002
        """Tell whether the value is an integer within the bounds."""
        return (
            type(value) is int
            and (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
        )


@dataclass(frozen=True)
class Each:
    """An array whose items all match one pattern."""

    item: Pattern

    def match(self, value: Tree, path: Path, context: Context, found: Findings) -> bool:
        """Tell whether every item matches."""
        return isinstance(value, list) and all(
            self.item.match(item, (*path, at), context, found) for at, item in enumerate(value)
        )


@dataclass(frozen=True)
class AnyOf:
    """What one of several patterns matches."""

    choices: tuple[Pattern, ...]

    def match(self, value: Tree, path: Path, context: Context, found: Findings) -> bool:
        """Tell whether a pattern matches; the first that does counts."""
        return any(choice.match(value, path, context, found) for choice in self.choices)


@dataclass(frozen=True)
class OfResponse:
    """The status of the side's own response, or the phrase for it."""

    part: str

    def match(self, value: Tree, path: Path, context: Context, found: Findings) -> bool:  # noqa: ARG002
        """Tell whether the value says what the response's status does."""
        if self.part == "status":
            return type(value) is int and value == context.status
        return bool(value == HTTP_STATUS_CODES.get(context.status))


@dataclass(frozen=True)
class FromBody:
    """A text filled in from the side's own JSON body."""

    template: str

    def match(self, value: Tree, path: Path, context: Context, found: Findings) -> bool:  # noqa: ARG002
        """Tell whether the value is the template filled in."""
        try:
            return bool(value == self.template.format_map(context.body))
        except (KeyError, TypeError, ValueError):
            return False


def names_of(pattern: Pattern) -> set[str]:
    """Give the names of all `$same` and `$unordered` values in a pattern."""
    return {part.name for part in _parts(pattern) if isinstance(part, Same | Unordered)}


def frees_order(pattern: Pattern | None) -> bool:
    """Tell whether a pattern has an array whose order means nothing."""
    return any(isinstance(part, Unordered) for part in _parts(pattern))


def _parts(pattern: Pattern | None) -> Iterator[Pattern | None]:
    """Yield a pattern, and all those of its members and items."""
    yield pattern
    if isinstance(pattern, Members):
        for member in pattern.members.values():
            yield from _parts(member)
    elif isinstance(pattern, Items):
        for item in pattern.items:
            yield from _parts(item)
