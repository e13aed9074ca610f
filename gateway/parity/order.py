"""Which lists hold the same in another order when they are asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.parity.accepted import AcceptedDifferences
from gateway.parity.matching import member, partners
from gateway.parity.renaming import Renaming
from gateway.parity.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.parity.canonical import Tree


def unordered_places(before: Tree, after: Tree, place: str = "") -> Iterator[str]:
    """Find the lists of two trees that hold the same in another order."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in before.keys() & after.keys():
            yield from unordered_places(before[name], after[name], member(place, name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        if _in_another_order(before, after):
            yield place
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from unordered_places(one, other, f"{place}[{at}]")


def _in_another_order(before: list[Tree], after: list[Tree]) -> bool:
    values = Values(Renaming(), AcceptedDifferences())
    return not values.agree(before, after, Renaming()) and None not in partners(
        before, after, values.renaming, values.agree
    )
