"""Which of the URLs that an application serves are named by routes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.matcher import Matcher
from gateway.paths import UnreadablePathError, canonical
from gateway.rules import samples
from gateway.table import METHODS, Route
from gateway.urlmap import ServedRule, skeleton


def names_of(routes: Iterable[Route]) -> Matcher:
    """Compile routes so that they match whatever host, headers and query a request has."""
    bare: dict[str, Any] = {"host": None, "headers": {}, "query": {}}
    return Matcher(route.model_copy(update=bare) for route in routes)


def unnamed(rule: ServedRule, names: Matcher) -> list[str]:
    """Return the methods under which no route names an application's rule."""
    methods = sorted(METHODS if rule.methods is None else rule.methods)
    try:
        found = examples(rule)
    except UnreadablePathError:
        return methods
    return [m for m in methods if any(names.match(m, e, None) is None for e in found)]


def examples(rule: ServedRule) -> list[str]:
    """Return paths for an application's rule, as the gateway reads them.

    Raises UnreadablePathError for a rule whose paths the gateway refuses.
    """
    if rule.path is not None:
        alone = Route.model_validate({"path": rule.path, "to": "somebody"})
        match = Matcher([alone]).match
        return [path for path in samples(alone.rule) if match("GET", path) is not None]
    return [canonical(skeleton(rule.text).replace("<>", "x").encode().decode("latin-1"))]
