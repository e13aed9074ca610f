"""A first routing table from what two applications serve: everything goes to the old one.

What the new one does not serve yet is said on the line to flip, and what only the new one serves
stands at the end, to be uncommented.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from pydantic import ValidationError

from gateway.coverage import names_of, unnamed
from gateway.inventory import Inventory
from gateway.places import methods_of
from gateway.table import Route
from gateway.ties import Tie, ties
from gateway.unreachable import unreachable
from gateway.urlmap import ServedRule
from gateway.yamltext import scalar

LEGACY, MODERN = "legacy", "modern"

_HEAD = """\
# Who answers which URL. Change a "to:" and save: every worker follows, no request is lost.
# `gateway check` finds what is wrong here, `gateway explain GET /` says who would answer.
backends:
  legacy: {legacy}
  modern: {modern}
default: legacy

"""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A route with the rule that it was made from; `route` is None where a table has none."""

    rule: ServedRule
    route: Route | None
    why_none: str = ""


def first_table(targets: tuple[str, str], legacy: Inventory, modern: Inventory) -> str:
    """Return the text of a table; `targets` is where the two applications are."""
    taken: set[str] = set()
    drafts = _drafts(legacy.rules, LEGACY, taken)
    routes = _routes(drafts)
    additions = _drafts(_only_in(modern, routes), MODERN, taken, routes)
    head = _HEAD.format(legacy=scalar(targets[0]), modern=scalar(targets[1]))
    head += "routes:" if routes else "routes: {}"
    return "\n".join([head, *_active(drafts, modern), *_commented(additions), ""])


def _only_in(modern: Inventory, routes: list[Route]) -> Iterator[ServedRule]:
    """Yield what no route names, each rule with just the methods under which none does."""
    names = names_of(routes)
    for rule in modern.rules:
        if methods := unnamed(rule, names):
            yield replace(rule, allowed=rule.allowed and frozenset(methods))


def _routes(drafts: Iterable[_Draft]) -> list[Route]:
    return [draft.route for draft in drafts if draft.route is not None]


def _drafts(
    rules: Iterable[ServedRule], backend: str, taken: set[str], others: Sequence[Route] = ()
) -> list[_Draft]:
    drafts = _untied([_draft(rule, backend, taken) for rule in rules], others)
    hidden = {found.route for found in unreachable([*others, *_routes(drafts)])}
    return [_unless_hidden(draft, hidden) for draft in drafts]


def _unless_hidden(draft: _Draft, hidden: set[str]) -> _Draft:
    if draft.route is None or draft.route.name not in hidden:
        return draft
    return replace(draft, route=None, why_none="is never reached: more specific rules take it")


def _draft(rule: ServedRule, backend: str, taken: set[str]) -> _Draft:
    try:
        route = Route.model_validate(_fields(rule, backend))
    except ValidationError:
        return _Draft(rule, None, "is nothing that a route can say; the default answers it")
    return _Draft(rule, route.named(_name(rule.endpoint, taken)))


def _fields(rule: ServedRule, backend: str) -> dict[str, Any]:
    if rule.static:
        return {"prefix": rule.folder, "host": rule.host, "to": backend}
    methods = rule.methods and sorted(rule.methods)
    return {"path": rule.path, "methods": methods, "host": rule.host, "to": backend}


def _name(endpoint: str, taken: set[str]) -> str:
    """Make an endpoint a name that no route has yet."""
    base = re.sub(r"[^A-Za-z0-9_.-]+", "_", endpoint).lstrip("_.-") or "route"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name


def _untied(drafts: list[_Draft], others: Sequence[Route]) -> list[_Draft]:
    """Leave each method of a place to the rule that came first, as `/x` and `/x/` are one place."""
    while True:
        routes = {route.name: route for route in (*others, *_routes(drafts))}
        found = {tie.route: tie for tie in ties(routes.values())}
        if not found:
            return drafts
        # What ties with two others is told of the first, and in the next round of the second.
        drafts = [_without(draft, found, routes) for draft in drafts]


def _without(draft: _Draft, found: Mapping[str, Tie], routes: Mapping[str, Route]) -> _Draft:
    if draft.route is None or draft.route.name not in found:
        return draft
    tie = found[draft.route.name]
    other = routes[tie.other]
    if other.methods is not None:
        left = (draft.route.methods or frozenset()) - methods_of(other)
        if left:
            return replace(draft, route=draft.route.model_copy(update={"methods": left}))
    why = "belongs to" if tie.same else "overlaps and comes after"
    return replace(draft, route=None, why_none=f"{why} {tie.other}")


def _active(drafts: list[_Draft], modern: Inventory) -> Iterator[str]:
    """Yield the lines of the routes; those with the same first segment stand together."""
    for number, (_, section) in enumerate(groupby(drafts, key=_section)):
        if number:
            yield ""
        for draft in section:
            yield from _lines(draft, modern)


def _section(draft: _Draft) -> str:
    return draft.rule.text.split("/")[1]


def _commented(additions: list[_Draft]) -> Iterator[str]:
    if additions:
        yield "\n  # Only modern serves what follows. Uncomment a route to let modern answer it."
    for draft in additions:
        for line in _lines(draft):
            yield line if draft.route is None else f"  # {line.removeprefix('  ')}"


def _lines(draft: _Draft, modern: Inventory | None = None) -> Iterator[str]:
    rule, route = draft.rule, draft.route
    if route is None:
        yield f"  # {_methods_and_url(rule)} {draft.why_none}."
        return
    yield f"  {scalar(route.name)}:"
    if route.prefix is not None:
        yield f"    prefix: {scalar(route.prefix)}"
    if route.path is not None:
        nearest = "" if rule.exact else f"  # the nearest to {rule.text}"
        yield f"    path: {scalar(route.path)}{nearest}"
    if route.methods is not None:
        yield f"    methods: [{', '.join(map(scalar, sorted(route.methods)))}]"
    if route.host is not None:
        yield f"    host: {scalar(route.host)}"
    (backend,) = route.to.shares
    yield f"    to: {backend}{_progress(route, modern) if modern else ''}"


def _methods_and_url(rule: ServedRule) -> str:
    methods = ", ".join(sorted(rule.methods)) + " " if rule.methods else ""
    return f"{methods}{rule.host or ''}{rule.text}"


def _progress(route: Route, modern: Inventory) -> str:
    """Return what is to be done in modern before the route can be flipped, as a comment."""
    if modern.serves(route):
        return ""
    served = modern.methods_at(route.path) & methods_of(route) if route.path else frozenset()
    if not served:
        return "  # modern does not serve this yet"
    return f"  # modern serves {', '.join(sorted(served - {'HEAD'}))} only"
