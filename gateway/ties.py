"""Routes of which neither is more specific: a fault of the table, not a surprise in production.

Two routes with the same path tie when a request can meet both and both ask for as much of it. Two
whose paths differ tie when the paths overlap and no segment of one is more specific than that of
the other, whatever else the routes ask for: as in Werkzeug, the path is decided on first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from gateway.overlaps import overlap
from gateway.places import environ_key, methods_of
from gateway.table import Route

_MOST_PAIRS = 200_000
_MOST_SEARCHES = 200
"""How many pairs of routes are compared at length; a table of any size is read in seconds."""


class Tie(NamedTuple):
    """Two routes of which neither is more specific; `other` is the one named first in the table.

    `reason` goes on after "Route … ties with route … on line …:". `same` tells whether both have
    the same path.
    """

    route: str
    other: str
    reason: str
    same: bool


def ties(routes: Iterable[Route]) -> list[Tie]:
    """Find routes that match the same requests and of which neither is more specific.

    A route is named with the first of those that it ties with.
    """
    places: dict[tuple[str | None, str, tuple[str, ...]], list[Route]] = {}
    for route in routes:
        outline, literals = route.rule
        places.setdefault((route.host, outline.place, literals), []).append(route)
    crowded = [together for together in places.values() if len(together) > 1]
    patience = _Patience(iter(range(_MOST_PAIRS)), iter(range(_MOST_SEARCHES)))
    return [tie for together in crowded for tie in _among(together, patience)]


class _Patience(NamedTuple):
    """What is left to be compared in a table, and to be searched for what overlaps."""

    pairs: Iterator[int]
    searches: Iterator[int]


class _Entry(NamedTuple):
    """A route in its order, with the headers and the query that it asks for."""

    number: int
    route: Route
    headers: tuple[tuple[str, str], ...]
    query: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return tuple(name for name, _ in self.headers), tuple(name for name, _ in self.query)

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(value for _, value in self.headers + self.query)


@dataclass(frozen=True, slots=True)
class _Kind:
    """The routes of one place that have the same path and ask for the same names, in order.

    Thousands may differ in a method or in the value of a header: those never meet.
    """

    all: list[_Entry] = field(default_factory=list)
    by_values: dict[tuple[str, ...], list[_Entry]] = field(default_factory=dict)
    first: dict[tuple[tuple[str, ...], str], _Entry] = field(default_factory=dict)

    def add(self, entry: _Entry) -> None:
        self.all.append(entry)
        self.by_values.setdefault(entry.values, []).append(entry)
        for method in methods_of(entry.route) or {""}:
            self.first.setdefault((entry.values, method), entry)

    def like(self, entry: _Entry) -> _Entry | None:
        """Return the first route that asks for the very same."""
        found = (self.first.get((entry.values, m)) for m in methods_of(entry.route) or {""})
        return min(filter(None, found), default=None, key=attrgetter("number"))


def _among(routes: list[Route], patience: _Patience) -> Iterator[Tie]:
    """Yield the ties of routes whose paths have the same rank and the same literals."""
    kinds: dict[object, _Kind] = {}
    for number, route in enumerate(routes):
        headers = {environ_key(name): value for name, value in route.headers.items()}
        asked = sorted(headers.items()), sorted(route.query.items())
        entry = _Entry(number, route, tuple(asked[0]), tuple(asked[1]))
        own = kinds.setdefault((route.rule.outline.shape, entry.names), _Kind())
        rival = _first_rival(own, kinds.values(), entry, patience)
        if rival is not None:
            yield _tie(route, rival.route)
        own.add(entry)


def _first_rival(
    own: _Kind, kinds: Iterable[_Kind], entry: _Entry, patience: _Patience
) -> _Entry | None:
    first = own.like(entry)
    others = (kind for kind in kinds if kind is not own)  # in the order of their first routes
    for kind, _ in zip(others, patience.pairs, strict=False):
        if first is not None and first.number < kind.all[0].number:
            break
        found = _rival(kind, entry, patience)
        if found is not None and (first is None or found.number < first.number):
            first = found
    return first


def _rival(kind: _Kind, entry: _Entry, patience: _Patience) -> _Entry | None:
    """Return the first route of another kind that ties with a route."""
    head = kind.all[0]
    if _same_path(head.route, entry.route):
        if list(map(len, head.names)) != list(map(len, entry.names)):
            return None
    elif not overlap(head.route.rule, entry.route.rule, patience.searches):
        return None
    candidates = kind.by_values.get(entry.values, []) if head.names == entry.names else kind.all
    met = (candidate for candidate, _ in zip(candidates, patience.pairs, strict=False))
    return next((candidate for candidate in met if _meet(candidate, entry)), None)


def _same_path(one: Route, other: Route) -> bool:
    return one.rule.outline.shape == other.rule.outline.shape


def _meet(one: _Entry, other: _Entry) -> bool:
    """Tell whether one request may have what both routes ask for beside their paths."""
    return _share_a_method(one.route, other.route) and not (
        _contradict(one.headers, other.headers) or _contradict(one.query, other.query)
    )


def _share_a_method(one: Route, other: Route) -> bool:
    if one.methods is None and other.methods is None:
        return True
    if one.methods is None or other.methods is None:
        return not _same_path(one, other)  # there, naming the method is more specific
    return not methods_of(one).isdisjoint(methods_of(other))


def _contradict(one: tuple[tuple[str, str], ...], other: tuple[tuple[str, str], ...]) -> bool:
    values = dict(other)
    return any(values.get(name, value) != value for name, value in one)


def _tie(route: Route, other: Route) -> Tie:
    if _same_path(route, other):
        reason = (
            "both match the same requests and neither is more specific. Give one of them other"
            " methods, another path or a further condition, or remove it."
        )
        return Tie(route.name, other.name, reason, same=True)
    path = overlap(route.rule, other.rule, iter([0]))
    reason = (
        f"both match {path} and neither path is more specific. Give one of them other methods or a"
        " path that does not overlap, or remove it."
    )
    if route.rule.outline.patterns == other.rule.outline.patterns:
        reason += " Digits, minimum and maximum do not tell them apart: as in Flask, a number out"
        reason += " of its range finds nothing."
    return Tie(route.name, other.name, reason, same=False)
