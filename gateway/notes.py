"""What is no fault of a table but good to know before a flip: URLs that no route names, and routes
that the applications do not answer alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gateway.coverage import names_of, unnamed
from gateway.inventory import Inventory
from gateway.loader import Fault, Placing
from gateway.table import Route, RoutingTable
from gateway.unreachable import leftovers
from gateway.urlmap import ServedRule, slash_policy


def notes(
    table: RoutingTable, inventories: Mapping[str, Inventory], place: Placing
) -> Iterator[Fault]:
    """Yield the notes on a table, given what its backends serve."""
    for message in _unnamed(table, inventories):
        yield place(("default",), message)
    for route, others in leftovers(table.routes.values()):
        yield place(("routes", route.name), _leftover(route, others, place))
    for route in table.routes.values():
        for difference in (_methods(route, inventories), _slashes(route, inventories)):
            if difference:
                yield place(("routes", route.name), difference)


def _leftover(route: Route, others: Iterable[Route], place: Placing) -> str:
    named = " and ".join(
        f"{other.name!r} on line {place(('routes', other.name), '').line}" for other in others
    )
    return (
        f"Route {route.name!r}: {named} name every common method at its path. It is left only"
        " others, such as OPTIONS or TRACE."
    )


def _unnamed(table: RoutingTable, inventories: Mapping[str, Inventory]) -> Iterator[str]:
    names = names_of(table.routes.values())
    for backend, inventory in inventories.items():
        for rule in inventory.rules:
            if methods := unnamed(rule, names):
                yield (
                    f"{', '.join(methods)} {rule.host or ''}{rule.text} of {backend} is answered by"
                    f" the default, {table.default!r}. Write a route to name it."
                )


def _methods(route: Route, inventories: Mapping[str, Inventory]) -> str | None:
    if route.path is None:
        return None
    answered = {
        backend: _asked(route, inventory.methods_at(route.path))
        for backend, inventory in inventories.items()
    }
    answers = {
        b: "answers " + ", ".join(sorted(methods)) for b, methods in answered.items() if methods
    }
    return _differing(route, answers, "A flip changes what the URL allows.")


def _asked(route: Route, methods: frozenset[str]) -> frozenset[str]:
    return methods & (route.methods or methods) - {"HEAD", "OPTIONS"}


def _slashes(route: Route, inventories: Mapping[str, Inventory]) -> str | None:
    plain = (route.path or "").rstrip("/")
    if not plain:
        return None
    answers = {
        backend: slash_policy(plain, rules)
        for backend, inventory in inventories.items()
        if (rules := [rule for rule in inventory.alike(plain) if _answers(rule, route)])
    }
    return _differing(route, answers, "A flip changes which of the two addresses works.")


def _answers(rule: ServedRule, route: Route) -> bool:
    return rule.methods is None or route.methods is None or bool(rule.methods & route.methods)


def _differing(route: Route, answers: Mapping[str, str], consequence: str) -> str | None:
    if len(set(answers.values())) < 2:
        return None
    told = "; ".join(f"{backend} {answer}" for backend, answer in answers.items())
    return f"Route {route.name!r}: {told}. {consequence}"
