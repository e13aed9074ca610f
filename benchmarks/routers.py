"""The routers that `match` compares, each filled with the same routes and called in its own way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.routing import Map, Rule
from werkzeug.routing.matcher import StateMachineMatcher

from benchmarks.needs import module
from benchmarks.routes import braced, rules, table
from gateway import compile_table


@dataclass(frozen=True, slots=True)
class Router:
    """How to fill a router, and how to ask it.

    `call` is Python in which `find` is what `fill` returned for a number of routes, and `path`
    the path. A `linear` one tries route after route.
    """

    fill: Callable[[int], Any]
    call: str
    linear: bool = False


def fill_gateway(size: int) -> Any:
    """Return the gateway's matcher."""
    return compile_table(table(size)).match


def fill_werkzeug_matcher(size: int) -> Any:
    """Return the bare matcher of Werkzeug: it tells the rule and the values as text."""
    matcher = StateMachineMatcher(merge_slashes=False)
    for rule in _werkzeug_rules(size):
        rule.bind(Map())
        matcher.add(rule)
    matcher.update()
    return matcher.match


def fill_werkzeug_map(size: int) -> Any:
    """Return `Map.bind`, which is what Flask calls for every request."""
    rules_by_path = Map(_werkzeug_rules(size))
    rules_by_path.update()
    return rules_by_path.bind


def _werkzeug_rules(size: int) -> list[Rule]:
    # An endpoint of its own each: looking for redirects walks all rules of one endpoint.
    return [Rule(rule, methods=["GET"], endpoint=rule) for rule in rules(size)]


def fill_falcon(size: int) -> Any:
    """Return `find` of Falcon's compiled router; it leaves the method to the caller."""
    router = module("falcon.routing", "falcon").CompiledRouter()
    resource = _Resource()
    for rule in rules(size):
        router.add_route(braced(rule), resource)
    router.find("/")  # it compiles itself when it is asked for the first time
    return router.find


class _Resource:
    def on_get(self, request: Any, response: Any, **values: Any) -> None:
        """Answer, if anybody asked."""


def fill_starlette(size: int) -> Any:
    """Return the loop of Starlette's `Router.app`: the first route that matches in full."""
    routing = module("starlette.routing", "starlette")
    full = routing.Match.FULL
    routes = [routing.Route(braced(rule), _nobody, methods=["GET"]) for rule in rules(size)]

    def find(scope: dict[str, Any]) -> Any:
        for route in routes:
            match, _ = route.matches(scope)
            if match is full:
                return route
        return None

    return find


async def _nobody(request: Any) -> None:
    """Stand in for an endpoint."""


def fill_pymatchit(size: int) -> Any:
    """Return `at` of matchit (Rust), which knows neither methods nor types of variables."""
    router = module("pymatchit", "pymatchit").PyRouter()
    for rule in rules(size):
        router.insert(braced(rule, typed=False), rule)
    return router.at


ROUTERS = {
    "gateway": Router(fill_gateway, 'find("GET", path, None)'),
    "Werkzeug StateMachineMatcher": Router(fill_werkzeug_matcher, 'find("", path, "GET", False)'),
    "Werkzeug Map.bind + match": Router(fill_werkzeug_map, 'find("localhost").match(path, "GET")'),
    "Falcon": Router(fill_falcon, "find(path)"),
    "Starlette": Router(
        fill_starlette, 'find({"type": "http", "method": "GET", "path": path})', linear=True
    ),
    "matchit (Rust)": Router(fill_pymatchit, "find(path)"),
}
