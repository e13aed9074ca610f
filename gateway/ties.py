"""Routes of which neither is more specific: a fault of the table, not a surprise in production."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from gateway.places import methods_of
from gateway.table import Route


@dataclass(frozen=True, slots=True)
class Tie:
    """Two routes of which neither is more specific; `other` is the one named first in the table."""

    route: str
    other: str


def ties(routes: Iterable[Route]) -> list[Tie]:
    """Find routes that match the same requests and of which neither is more specific."""
    places: dict[Any, list[Route]] = {}
    for route in routes:
        outline, literals = route.rule
        conditions = len(route.headers), len(route.query)
        identity = (route.host, outline.place, literals, conditions)
        places.setdefault(identity, []).append(route)
    return [
        Tie(later.name, earlier.name)
        for together in places.values()
        for earlier, later in combinations(together, 2)
        if _overlap(earlier, later)
    ]


def _overlap(one: Route, other: Route) -> bool:
    if (one.methods is None) != (other.methods is None):
        return False  # naming the method is more specific
    if one.methods is not None and not methods_of(one) & methods_of(other):
        return False
    return not (_contradict(one.headers, other.headers) or _contradict(one.query, other.query))


def _contradict(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return any(name in other and other[name] != value for name, value in one.items())
