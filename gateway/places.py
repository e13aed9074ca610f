"""What is known of one place: for each method, the answer of the most specific route there.

An answer is whatever the compiler was asked to make of a route (`Payload`): the Route itself for a
Matcher, a Decision for the gateway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from gateway.table import METHODS, Route

Environ = Mapping[str, Any]
Condition = Callable[[Environ], bool]
Payload = Callable[[Route], Any]

ANY_METHOD = "*"
"""The method that stands for all that no route names."""

_KEYS = (*METHODS, ANY_METHOD)
_NO_ANSWERS: dict[str, Any] = dict.fromkeys(_KEYS)


class Candidate(NamedTuple):
    """One of several answers at a place, with what it asks beside path and method."""

    answer: Any
    conditions: tuple[Condition, ...]


Place = dict[str, Any]
"""By method: an answer, a tuple of Candidates to be asked in order, or None.

ANY_METHOD answers for a method that is not there. A plain dict, since the interpreter has a short
cut for looking into one, and none for a subclass.
"""


def make_place(routes: list[Route], payload: Payload, options: Any = None) -> Place:
    """Make the place of some routes.

    `options`, if given, is the answer to OPTIONS unless a route names that method and accepts the
    request.
    """
    if len(routes) == 1 and not (routes[0].headers or routes[0].query):
        return _place_of_one(routes[0], payload, options)
    return _place_of_several(sorted(routes, key=_fewest_conditions_last), payload, options)


def _place_of_one(route: Route, payload: Payload, options: Any) -> Place:
    """Make the kind of place that nearly all are, at a third of the time."""
    answer = payload(route)
    place = dict.fromkeys(_KEYS, answer) if route.methods is None else _NO_ANSWERS.copy()
    if options is not None:
        place["OPTIONS"] = options
    for method in methods_of(route):
        place[method] = answer
    return place


def _place_of_several(ordered: list[Route], payload: Payload, options: Any) -> Place:
    rest: list[Candidate] = []
    by_method: dict[str, list[Candidate]] = {}
    for route in ordered:
        candidate = Candidate(payload(route), _conditions(route))
        if route.methods is None:
            rest.append(candidate)
        for method in methods_of(route):
            by_method.setdefault(method, []).append(candidate)
    place = dict.fromkeys(_KEYS, _answer(rest))
    if options is not None:
        place["OPTIONS"] = options
    for method, named in by_method.items():
        asked = method == "OPTIONS" and options is not None
        place[method] = _answer(named + ([Candidate(options, ())] if asked else rest))
    return place


def chosen(candidates: tuple[Candidate, ...], environ: Environ | None) -> Any:
    """Return the answer of the first candidate that accepts a request, or None."""
    asked = {} if environ is None else environ
    for answer, conditions in candidates:
        if all(condition(asked) for condition in conditions):
            return answer
    return None


def methods_of(route: Route) -> frozenset[str]:
    """Return the methods that a route names; HEAD follows GET."""
    return _with_head(route.methods or frozenset())


@lru_cache
def _with_head(methods: frozenset[str]) -> frozenset[str]:
    return methods | {"HEAD"} if "GET" in methods else methods


def _answer(candidates: list[Candidate]) -> Any:
    if not candidates:
        return None
    return tuple(candidates) if candidates[0].conditions else candidates[0].answer


def _fewest_conditions_last(route: Route) -> tuple[int, int]:
    return -len(route.headers), -len(route.query)


def _conditions(route: Route) -> tuple[Condition, ...]:
    if not (route.headers or route.query):
        return ()
    return tuple(_each_condition(route))


def _each_condition(route: Route) -> Iterator[Condition]:
    for name, value in route.headers.items():
        yield _header_is(environ_key(name), value)
    for name, value in route.query.items():
        yield _query_has(name, value)


def environ_key(header: str) -> str:
    """Return the key under which a WSGI environment has a header."""
    key = header.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"


def _header_is(key: str, value: str) -> Condition:
    return lambda environ: environ.get(key) == value


def _query_has(name: str, value: str) -> Condition:
    # Of a name that stands twice the first counts, so that no request has two values of it.
    def has(environ: Environ) -> bool:
        pairs = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        return next((found for key, found in pairs if key == name), None) == value

    return has
