"""Two values that stand at one place, and two trees of them, place by place."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from numbers import Number
from typing import TYPE_CHECKING, Any

from gateway.parity.difference import ABSENT, Difference
from gateway.parity.matching import filled, member, partner_names, partners
from gateway.parity.noise import NO_NOISE, Noise
from gateway.parity.opaque import SHORTEST
from gateway.parity.renaming import DIFFERENT

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
    """Compares values under one renaming, and remembers which accepted differences it took.

    `unordered` are the places of a body where the order of a list is declared to mean nothing.
    `counterparts` tells, by place of the body, where candidate has what control has elsewhere:
    for a list the places of the items, for an object the names of the members.
    """

    renaming: Renaming
    accepted: AcceptedDifferences
    noise: Noise = NO_NOISE
    used: list[str] = field(default_factory=list)
    unordered: frozenset[str] = frozenset()
    counts: Counts = field(default_factory=Counts)
    counterparts: dict[str, Any] = field(default_factory=dict)

    def trees(self, kind: str, place: str, control: Tree, candidate: Tree) -> Iterator[Difference]:
        """Compare two pieces of JSON-like data, member by member and item by item."""
        if isinstance(control, dict) and isinstance(candidate, dict):
            yield from self._members(kind, place, control, candidate)
        elif isinstance(control, list) and isinstance(candidate, list):
            ordered = self.in_order(kind, place, control, candidate)
            pairs = zip_longest(control, ordered, fillvalue=ABSENT)
            for at, (ours, theirs) in enumerate(pairs):
                yield from self.trees(kind, f"{place}[{at}]", ours, theirs)
        elif (note := self.reason(control, candidate)) is not None:
            yield from self._disagreeing(kind, place or "body", control, candidate, note)

    def agree(self, control: Tree, candidate: Tree, renaming: Renaming) -> bool:
        """Tell whether two trees agree under another renaming, and bind it."""
        trial = Values(renaming, self.accepted)
        return next(trial.trees("body", "", control, candidate), None) is None

    def in_order(
        self, kind: str, place: str, control: list[Tree], candidate: list[Tree]
    ) -> list[Tree]:
        """Bring the items into control's order where order means nothing, the odd ones in gaps."""
        varies = place in self.noise.unordered
        if kind != "body" or not (varies or place in self.unordered):
            return candidate
        self.counts.by_shape += varies
        found = filled(partners(control, candidate, self.renaming, self.agree), len(candidate))
        self.counterparts[place] = found
        return [ABSENT if at is None else candidate[at] for at in found]

    def _members(
        self, kind: str, place: str, control: dict[str, Tree], candidate: dict[str, Tree]
    ) -> Iterator[Difference]:
        for ours, theirs in self._names(kind, place, control, candidate):
            name = theirs if ours is None else ours
            assert name is not None
            if len(name) >= SHORTEST and ours and theirs:
                self.renaming.match(ours, theirs)
            values = (ABSENT if ours is None else control[ours],
                      ABSENT if theirs is None else candidate[theirs])  # fmt: skip
            yield from self.trees(kind, member(place, name), *values)

    def _names(
        self, kind: str, place: str, control: dict[str, Tree], candidate: dict[str, Tree]
    ) -> list[tuple[str | None, str | None]]:
        """Pair the names of members, control's first."""
        if control.keys() == candidate.keys() and not self.renaming.names_keys(control):
            return [(name, name) for name in control]
        found = partner_names(control, candidate, self.renaming, self.agree)
        if kind == "body" and any(ours != theirs for ours, theirs in found.items()):
            self.counterparts[place] = found
        alone = [name for name in candidate if name not in found.values()]
        return [*found.items(), *((None, name) for name in alone)]

    def scalars(self, kind: str, place: str, control: Any, candidate: Any) -> Iterator[Difference]:
        """Compare two values that are compared as a whole."""
        note = self.reason(control, candidate)
        if note is not None:
            yield from self._disagreeing(kind, place, control, candidate, note)

    def _disagreeing(
        self, kind: str, place: str, control: Any, candidate: Any, note: str
    ) -> Iterator[Difference]:
        if self.is_noise(kind, place, control, candidate, note):
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
        if control == candidate and (
            type(control) is type(candidate) or _family(control) is _family(candidate)
        ):
            return None
        return None if self.renaming.same_key(control, candidate) else ""

    def is_noise(self, kind: str, place: str, control: Any, candidate: Any, note: str) -> bool:
        """Tell whether two values vary by themselves and have the same shape.

        The note says why they don't agree: what stands for something else than before is of the
        right shape, and wrong.
        """
        if note not in {"", DIFFERENT}:
            return False
        excused = self.noise.excuses(kind, place, control, candidate)
        self.counts.by_shape += excused
        return excused


def _family(value: Any) -> type:
    """Give what keeps equal values apart: true is not 1, but 1 is 1.0 in JSON."""
    if isinstance(value, bool):
        return bool
    return Number if isinstance(value, Number) else object
