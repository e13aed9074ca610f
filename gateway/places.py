"""Who answers at one place: of the routes with the same path, the one for a request's method,
headers and query."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from gateway.table import METHODS, Route

Environ = Mapping[str, Any]
Condition = Callable[[Environ], bool]


class Candidate(NamedTuple):
    """One of several routes at a place, with what it asks beside path and method."""

    route: Route
    conditions: tuple[Condition, ...]


Answer = Route | tuple[Candidate, ...] | None
"""The route that always answers, or the candidates that must be asked, or nobody."""


class Place(dict[str, Answer]):
    """The answer for each method, prepared: a look-up of any method gives one."""

    def __init__(self, routes: list[Route]) -> None:
        super().__init__()
        ordered = sorted(routes, key=lambda route: (-len(route.headers), -len(route.query)))
        rest = [route for route in ordered if route.methods is None]
        self._any_method = _answer(rest)
        for method in {*METHODS, *(m for route in routes for m in methods_of(route))}:
            named = [route for route in ordered if method in methods_of(route)]
            self[method] = _answer([*named, *rest])

    def __missing__(self, method: str) -> Answer:
        return self._any_method


def chosen(candidates: tuple[Candidate, ...], environ: Environ | None) -> Route | None:
    """Return the first candidate that accepts a request."""
    asked = {} if environ is None else environ
    for route, conditions in candidates:
        if all(condition(asked) for condition in conditions):
            return route
    return None


def methods_of(route: Route) -> frozenset[str]:
    """Return the methods that a route names; HEAD follows GET."""
    methods = route.methods or frozenset()
    return methods | {"HEAD"} if "GET" in methods else methods


def _answer(routes: list[Route]) -> Answer:
    candidates = tuple(Candidate(route, tuple(_conditions(route))) for route in routes)
    if not candidates:
        return None
    return candidates if candidates[0].conditions else candidates[0].route


def _conditions(route: Route) -> Iterator[Condition]:
    for name, value in route.headers.items():
        yield _header_is(_environ_key(name), value)
    for name, value in route.query.items():
        yield _query_has(name, value)


def _environ_key(header: str) -> str:
    key = header.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"


def _header_is(key: str, value: str) -> Condition:
    return lambda environ: environ.get(key) == value


def _query_has(name: str, value: str) -> Condition:
    def has(environ: Environ) -> bool:
        pairs = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        return (name, value) in pairs

    return has
