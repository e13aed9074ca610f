"""Routes of which neither is more specific: a fault of the table, not a surprise in production."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from gateway.places import methods_of
from gateway.table import Route

Names = tuple[tuple[str, ...], tuple[str, ...]]
Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tie:
    """Two routes of which neither is more specific; `other` is the one named first in the table."""

    route: str
    other: str


def ties(routes: Iterable[Route]) -> list[Tie]:
    """Find routes that match the same requests and of which neither is more specific.

    A route is named with the first of those that it ties with.
    """
    places: dict[Any, list[Route]] = {}
    for route in routes:
        outline, literals = route.rule
        conditions = len(route.headers), len(route.query)
        identity = (route.host, outline.place, literals, conditions)
        places.setdefault(identity, []).append(route)
    return [tie for together in places.values() if len(together) > 1 for tie in _among(together)]


def _among(routes: list[Route]) -> Iterator[Tie]:
    """Yield the ties of one place, where thousands may differ in the value of a header."""
    seen: dict[Names, dict[Values, list[Route]]] = {}
    for route in routes:
        names, values = _conditions(route)
        for rival in _rivals(seen, names, values):
            if _overlap(rival, route):
                yield Tie(route.name, rival.name)
                break
        seen.setdefault(names, {}).setdefault(values, []).append(route)


def _rivals(
    seen: dict[Names, dict[Values, list[Route]]], names: Names, values: Values
) -> Iterator[Route]:
    for other, by_values in seen.items():
        if other == names:
            yield from by_values.get(values, ())
        else:
            yield from chain.from_iterable(by_values.values())


def _conditions(route: Route) -> tuple[Names, Values]:
    """Return what a route asks for beside path and method, and the values that it asks for."""
    headers, query = sorted(route.headers.items()), sorted(route.query.items())
    names = tuple(name for name, _ in headers), tuple(name for name, _ in query)
    return names, tuple(value for _, value in headers + query)


def _overlap(one: Route, other: Route) -> bool:
    if (one.methods is None) != (other.methods is None):
        return False  # naming the method is more specific
    if one.methods is not None and not methods_of(one) & methods_of(other):
        return False
    return not (_contradict(one.headers, other.headers) or _contradict(one.query, other.query))


def _contradict(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return any(name in other and other[name] != value for name, value in one.items())
