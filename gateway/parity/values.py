"""Two values that stand at one place, and two trees of them, place by place."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from numbers import Number
from typing import TYPE_CHECKING, Any

from gateway.parity.difference import ABSENT, Difference
from gateway.parity.noise import NO_NOISE, Noise, ordered_like

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.parity.accepted import AcceptedDifferences
    from gateway.parity.canonical import Tree
    from gateway.parity.renaming import Renaming


@dataclass
class Counts:
    """How many values were compared, and how many of them by their shape only."""

    values: int = 0
    by_shape: int = 0


@dataclass
class Values:
    """Compares values under one renaming, and remembers which accepted differences it took."""

    renaming: Renaming
    accepted: AcceptedDifferences
    noise: Noise = NO_NOISE
    used: list[str] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)

    def trees(self, kind: str, place: str, control: Tree, candidate: Tree) -> Iterator[Difference]:
        """Compare two pieces of JSON-like data, member by member and item by item."""
        if isinstance(control, dict) and isinstance(candidate, dict):
            for name in {**control, **candidate}:
                ours, theirs = control.get(name, ABSENT), candidate.get(name, ABSENT)
                yield from self.trees(kind, _member(place, name), ours, theirs)
        elif isinstance(control, list) and isinstance(candidate, list):
            if kind == "body" and place in self.noise.unordered:
                candidate = ordered_like(control, candidate)
                self.counts.by_shape += 1
            pairs = zip_longest(control, candidate, fillvalue=ABSENT)
            for at, (ours, theirs) in enumerate(pairs):
                yield from self.trees(kind, f"{place}[{at}]", ours, theirs)
        else:
            yield from self.scalars(kind, place or "body", control, candidate)

    def scalars(self, kind: str, place: str, control: Any, candidate: Any) -> Iterator[Difference]:
        """Compare two values that are compared as a whole."""
        note = self.reason(control, candidate)
        if note is None or self.is_noise(kind, place, control, candidate):
            return
        accepting = self.accepted.value(control, candidate) if kind == "body" else None
        if accepting is None:
            yield Difference(kind, place, control, candidate, note)
        else:
            self.used.append(accepting)

    def reason(self, control: Any, candidate: Any) -> str | None:
        """Say why two values don't agree; None if they do."""
        self.counts.values += 1
        if isinstance(control, str) and isinstance(candidate, str):
            return self.renaming.match(control, candidate)
        if control == candidate and _family(control) is _family(candidate):
            return None
        return None if self.renaming.same_key(control, candidate) else ""

    def is_noise(self, kind: str, place: str, control: Any, candidate: Any) -> bool:
        """Tell whether two values vary by themselves and have the same shape."""
        excused = self.noise.excuses(kind, place, control, candidate)
        self.counts.by_shape += excused
        return excused


def _family(value: Any) -> type:
    """Give what keeps equal values apart: true is not 1, but 1 is 1.0 in JSON."""
    if isinstance(value, bool):
        return bool
    return Number if isinstance(value, Number) else object


def _member(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
