"""The routes that an application serves, from its url_map."""

from __future__ import annotations

from collections.abc import Iterator
from types import MethodType
from typing import Any

from werkzeug.routing import Map

from gateway.languages import UndecidedError, example
from gateway.rules import Rule, parse_path, sample
from gateway.table import METHODS, Route
from gateway.urlmap import ServedRule, served_rules, skeleton

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
        level = [inner for outer in level for inner in inside(outer) if id(inner) not in seen]
    return None


def inside(outer: Any) -> Iterator[Any]:
    """Yield what a middleware may hold: applications, other middleware, and anything else."""
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


class Inventory:
    """The rules of one Flask application, to be asked what it serves."""

    def __init__(self, flask: Any) -> None:
        self.rules = tuple(served_rules(flask))
        self._router = flask.url_map.bind("localhost")
        self._alike: dict[str, list[ServedRule]] = {}
        for rule in self.rules:
            if rule.path is not None:
                self._alike.setdefault(skeleton(rule.path), []).append(rule)

    def serves(self, route: Route) -> bool:
        """Tell whether the application serves what a route matches.

        For a path: whether it answers every method of the route there (any, where the route names
        none). For a prefix: whether it has a rule below it.
        """
        if route.prefix is not None:
            return self._has_below(route.prefix)
        allowed = self.methods_at(route.path or "/")
        return bool(allowed) and (route.methods or frozenset()) <= allowed

    def methods_at(self, path: str) -> frozenset[str]:
        """Return the methods that the application answers at a path, in Werkzeug's rule syntax."""
        asked = parse_path(path)
        routed = self._methods_of(sample(asked))
        # Its rule may take only some of what the path does, as `any(a,b)` of a string.
        for rule in () if routed else self.alike(path):
            common = _common(asked, parse_path(rule.path or "/"))
            routed |= self._methods_of(common) if common else set()
        # What no request to localhost can reach by an example is known by its form.
        formed = (
            method
            for rule in self.alike(path)
            if not rule.probed
            for method in (METHODS if rule.allowed is None else rule.allowed)
        )
        return frozenset({*routed, *formed})

    def _methods_of(self, example: str) -> set[str]:
        return {
            method
            for spelling in (example, example.rstrip("/") + "/")
            for method in self._router.allowed_methods(spelling)
        }

    def alike(self, path: str) -> tuple[ServedRule, ...]:
        """Return the rules that have the form of a path, whatever their variables."""
        return tuple(self._alike.get(skeleton(path), ()))

    def _has_below(self, prefix: str) -> bool:
        above = skeleton(prefix) + "/"
        return any(
            (skeleton(rule.path or rule.text) + "/").startswith(above) for rule in self.rules
        )


def _common(one: Rule, other: Rule) -> str | None:
    try:
        return example([one.language, other.language])
    except UndecidedError:
        return None


def inventory(application: Any) -> Inventory | None:
    """Return what an application serves, or None if its routes can't be seen."""
    flask = find_flask(application)
    return None if flask is None else Inventory(flask)


def serves(application: Any, route: Route) -> bool | None:
    """Tell whether an application serves what a route matches; None if its routes can't be seen."""
    found = inventory(application)
    return None if found is None else found.serves(route)
