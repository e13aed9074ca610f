"""The routes that an application serves, from its url_map."""

from __future__ import annotations

from collections.abc import Iterator
from types import MethodType
from typing import Any

from werkzeug.routing import Map

from gateway.rules import parse_path, sample
from gateway.table import Route

_WRAPPED = ("app", "wsgi_app", "application", "_app", "__wrapped__", "wrapped")
_DEPTH = 6


def find_flask(application: Any) -> Any | None:
    """Return the Flask object behind a WSGI callable, through any middleware, or None."""
    seen: set[int] = set()
    level = [application]
    for _ in range(_DEPTH):
        for candidate in level:
            if isinstance(getattr(candidate, "url_map", None), Map):
                return candidate
        seen |= {id(candidate) for candidate in level}
        level = [inner for outer in level for inner in _inside(outer) if id(inner) not in seen]
    return None


def _inside(outer: Any) -> Iterator[Any]:
    if isinstance(outer, MethodType):
        yield outer.__self__
    for cell in getattr(outer, "__closure__", None) or ():
        try:
            yield cell.cell_contents
        except ValueError:  # a cell that is not filled yet
            continue
    if not isinstance(outer, type):
        for name in _WRAPPED:
            inner = getattr(outer, name, None)
            if inner is not None:
                yield inner


def serves(application: Any, route: Route) -> bool | None:
    """Tell whether an application serves what a route matches; None if its routes can't be seen.

    For a path: whether it answers every method of the route there (any, where the route names
    none). For a prefix: whether it has a rule below it.
    """
    flask = find_flask(application)
    if flask is None:
        return None
    if route.prefix is not None:
        return _has_below(flask.url_map, route.prefix.rstrip("/"))
    allowed = _allowed(flask.url_map, sample(parse_path(route.path or "/")))
    return (route.methods or set()) <= allowed if allowed else False


def _allowed(url_map: Map, path: str) -> set[str]:
    adapter = url_map.bind("localhost")
    return {
        method
        for spelling in {path, path.rstrip("/") + "/"}
        for method in adapter.allowed_methods(spelling)
    }


def _has_below(url_map: Map, prefix: str) -> bool:
    return any((rule.rule + "/").startswith(prefix + "/") for rule in url_map.iter_rules())
