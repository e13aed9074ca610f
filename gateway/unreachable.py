"""Routes that can never match, since more specific ones take whatever they would.

Two questions are put. Does the compiled matcher give a route any of a few examples? It nearly
always does. If not: is there a path that fits the route and none of its rivals? That is searched
for, and decided exactly. Nothing is said of a route for which the search would take too long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlencode

from gateway.languages import UndecidedError, example
from gateway.matcher import Matcher
from gateway.places import environ_key, methods_of
from gateway.rules import Rule, Segment, samples
from gateway.table import Route

_MOST_SEARCHED = 300
_MOST_RIVALS = 200
_PATIENCE = 100_000

_COMMON = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_NO_OTHER = "*"
"""A method that no route names: what a route for all methods has for itself, if anything."""


class Unreachable(NamedTuple):
    """A route that can never match, and those that take its requests, as the table orders them."""

    route: str
    taken_by: tuple[str, ...]


def unreachable(routes: Iterable[Route]) -> list[Unreachable]:
    """Find the routes that no request can reach. Ties are not looked at (`gateway.ties`)."""
    by_host: dict[str | None, list[Route]] = {}
    for route in routes:
        by_host.setdefault(route.host, []).append(route)
    # There is always a request to a host that only routes with the same `host` are for.
    doubted = ((route, some) for some in by_host.values() for route in _doubted(some))
    searched = ((route, _rivals(route, some)) for route, some in islice(doubted, _MOST_SEARCHED))
    return [
        Unreachable(route.name, _takers(route, rivals))
        for route, rivals in searched
        if _is_covered(route, rivals)
    ]


def leftovers(routes: Iterable[Route]) -> Iterator[tuple[Route, list[Route]]]:
    """Yield each route for all methods with those that name every common method at its place."""
    places: dict[object, list[Route]] = {}
    for route in routes:
        outline, literals = route.rule
        places.setdefault((route.host, outline.shape, literals), []).append(route)
    for some in places.values():
        naming = [route for route in some if route.methods]
        if not _names_all(naming):
            continue
        for route in some:
            others = [o for o in naming if _asked(o).items() <= _asked(route).items()]
            if route.methods is None and _names_all(others):
                yield route, others


def _names_all(routes: list[Route]) -> bool:
    return {method for route in routes for method in methods_of(route)} >= _COMMON


def _doubted(routes: list[Route]) -> Iterator[Route]:
    """Yield the routes of one host that get none of the examples."""
    matcher = Matcher(route.model_copy(update={"host": None}) for route in routes)
    for route in routes:
        # Nothing is more specific than a path that is all literal.
        if not route.rule.outline.static and not _gets_an_example(route, matcher):
            yield route


def _gets_an_example(route: Route, matcher: Matcher) -> bool:
    environ = {environ_key(name): value for name, value in route.headers.items()}
    environ["QUERY_STRING"] = urlencode(route.query)
    for method in _methods(route):
        for path in samples(route.rule):
            winner = matcher.match(method, path, environ)
            if winner is not None and winner.name == route.name:
                return True
    return False


def _methods(route: Route) -> list[str]:
    return sorted(methods_of(route)) or [_NO_OTHER]


def _rivals(route: Route, routes: list[Route]) -> list[Route]:
    """Return the routes that are more specific and may take what a route is for.

    A request need not have more than the route asks for: only who asks for no more is a rival.
    """
    asked = _asked(route)
    return [
        rival
        for rival in routes
        if rival.rule.outline.rank < route.rule.outline.rank
        and _asked(rival).items() <= asked.items()
        and _may_overlap(rival.rule.segments, route.rule.segments)
    ]


def _asked(route: Route) -> Mapping[tuple[str, str], str]:
    headers = {("header", environ_key(name)): value for name, value in route.headers.items()}
    return headers | {("query", name): value for name, value in route.query.items()}


def _may_overlap(one: tuple[Segment, ...], other: tuple[Segment, ...]) -> bool:
    return all(
        pair[0].open_ended or pair[1].open_ended or _meet(*pair)
        for pair in zip(one, other, strict=False)
    )


def _meet(one: Segment, other: Segment) -> bool:
    if one.literal is None:
        return other.literal is None or re.fullmatch(one.pattern, other.literal) is not None
    if other.literal is None:
        return re.fullmatch(other.pattern, one.literal) is not None
    return one.literal == other.literal


def _is_covered(route: Route, rivals: list[Route]) -> bool:
    """Tell whether the rivals leave a route no path under any of its methods."""
    return all(
        _path([route.rule], [rival.rule for rival in rivals if _answers(rival, method)]) is None
        for method in _methods(route)
    )


def _answers(rival: Route, method: str) -> bool:
    return rival.methods is None or method in methods_of(rival)


def _path(wanted: list[Rule], unwanted: list[Rule]) -> str | None:
    """Return a path that fits some rules and not others, or None; any text if that is undecided.

    Limits on numbers do not count: where one is out of a rival's, Werkzeug finds nothing at all.
    """
    if len(unwanted) > _MOST_RIVALS:
        return ""
    languages = [rule.language for rule in wanted], [rule.language for rule in unwanted]
    try:
        return example(*languages, patience=_PATIENCE)
    except UndecidedError:
        return ""


def _takers(route: Route, rivals: list[Route]) -> tuple[str, ...]:
    methods = _methods(route)
    return tuple(
        rival.name
        for rival in rivals
        if any(_answers(rival, method) for method in methods)
        and _path([route.rule, rival.rule], []) is not None
    )
