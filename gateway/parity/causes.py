"""The differences of a whole run, grouped by cause: one operation, one kind, one place.

All values are text by then, shortened, so that a run may find any number of them and the
workers of pytest-xdist can send them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from gateway.parity.difference import KINDS
from gateway.parity.report import shown

if TYPE_CHECKING:
    from gateway.parity.accepted import Operation
    from gateway.parity.report import Call

Key = tuple[str, str, str, str]

_WHICH = re.compile(r"(?<=\[)[^\]]+(?=\])|, piece \d+$")


@dataclass(frozen=True)
class Example:
    """One occurrence: in which call of which test, what each side said, and how to see it again."""

    test: str
    call: int
    control: str
    candidate: str
    note: str
    repeat: tuple[str, str]

    @property
    def size(self) -> tuple[int, int]:
        """How much there is to read; among equals, how many calls come before."""
        return len(self.control) + len(self.candidate) + len(self.repeat[0]), self.call


@dataclass(frozen=True)
class Cause:
    """What differs at one place of one operation, how often, and the smallest example."""

    method: str
    path: str
    kind: str
    place: str
    count: int
    tests: frozenset[str]
    example: Example

    @property
    def operation(self) -> str:
        """The operation's name, as coverage has it."""
        return f"{self.method} {self.path}"

    @property
    def key(self) -> Key:
        """What makes two differences one cause."""
        return self.method, self.path, self.kind, self.place

    def __add__(self, other: Cause) -> Cause:
        """Add other occurrences."""
        return replace(
            self,
            count=self.count + other.count,
            tests=self.tests | other.tests,
            example=min(self.example, other.example, key=lambda example: example.size),
        )

    def as_json(self, route: str | None) -> dict[str, Any]:
        """Give plain data."""
        return {**asdict(self), "route": route, "tests": sorted(self.tests)}


Causes = Mapping[Key, Cause]


def causes_of(call: Call, operation: Operation, test: str, repeat: tuple[str, str]) -> Causes:
    """Group the differences of one call."""
    return grouped(
        Cause(
            operation.method,
            operation.path,
            difference.kind,
            _WHICH.sub("", difference.place),
            1,
            frozenset({test}),
            Example(test, call.number, *shown(difference), difference.note, repeat),
        )
        for difference in call.differences
    )


def grouped(causes: Iterable[Cause]) -> Causes:
    """Make one of those that are the same."""
    found: dict[Key, Cause] = {}
    for cause in causes:
        found[cause.key] = found[cause.key] + cause if cause.key in found else cause
    return found


def merged(one: Causes, other: Causes) -> Causes:
    """Add what was found elsewhere."""
    return grouped([*one.values(), *other.values()])


def by_operation(causes: Causes) -> dict[str, list[Cause]]:
    """Sort causes by how early they strike and how often, and put them together by operation."""
    ordered = sorted(causes.values(), key=lambda c: (KINDS.index(c.kind), -c.count, c.key))
    found: dict[str, list[Cause]] = {}
    for cause in ordered:
        found.setdefault(cause.operation, []).append(cause)
    return found
