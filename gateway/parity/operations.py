"""The operations of two applications: each URL rule with each of its methods.

The folder of static files that Flask gives each application is none, nor are the HEAD and
OPTIONS that come with other methods. A control that is no Flask application shows none; then the
routes of the table stand for its operations, and a request reaches the one that names it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException

from gateway.coverage import examples, names_of
from gateway.inventory import find_flask
from gateway.parity.accepted import Operation
from gateway.parity.client import environ_of
from gateway.parity.coverage import Served
from gateway.paths import UnreadablePathError, canonical
from gateway.urlmap import ServedRule, served_rules, skeleton

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import WSGIApplication

    from gateway.matcher import Matcher
    from gateway.parity.exchange import Request
    from gateway.table import Route

ANY = "*"
"""Stands for the method where a rule answers all."""


class Operations:
    """What control and candidate serve, and which operation a request reaches."""

    def __init__(
        self, control: WSGIApplication, candidate: WSGIApplication, routes: Iterable[Route]
    ) -> None:
        self._flasks = find_flask(control), find_flask(candidate)
        known = tuple(routes)
        self.by_routes = self._flasks[0] is None and bool(known)
        self._names = names_of(known)
        own = _served(*self._flasks, self._names)
        if self.by_routes:
            own = (*dict.fromkeys(_named(known)), *(s for s in own if s.route is None))
        self.served = tuple(own)

    def reached(self, requests: tuple[Request, Request]) -> Operation | None:
        """Find the operation of a pair of requests: control's, else candidate's own."""
        route = _matched(self._names, requests[0]) if self.by_routes else None
        if route is not None:
            return Operation(requests[0].method if route.methods else ANY, _text(route))
        pairs = zip(self._flasks, requests, strict=True)
        found = (_reached(flask, request) for flask, request in pairs if flask is not None)
        return next((operation for operation in found if operation is not None), None)


def _reached(flask: Any, request: Request) -> Operation | None:
    """Ask the application's router; what that answers itself, such as 404, is no operation."""
    environ = environ_of(replace(request, body=b""))
    try:
        if hasattr(flask, "create_url_adapter"):
            adapter = flask.create_url_adapter(flask.request_class(environ))
        else:
            adapter = flask.url_map.bind_to_environ(environ)
        rule, _ = adapter.match(return_rule=True)
    except HTTPException:
        return None
    return Operation(ANY if rule.methods is None else request.method, rule.rule)


def _named(routes: Iterable[Route]) -> Iterator[Served]:
    for route in routes:
        for method in sorted(route.methods or {ANY}):
            yield Served(method, _text(route), route.name, by_control=True)


def _text(route: Route) -> str:
    return route.path if route.path is not None else f"{route.prefix}/…"


def _matched(names: Matcher, request: Request) -> Route | None:
    try:
        path = canonical(environ_of(replace(request, body=b""))["PATH_INFO"])
        return names.match(request.method, path, None)
    except UnreadablePathError:
        return None


def _served(control: Any, candidate: Any, names: Matcher) -> Iterable[Served]:
    known = set()
    for flask, by_control in ((control, True), (candidate, False)):
        for rule, method in _operations(flask):
            key = method, skeleton(rule.text)
            if key not in known:
                known.add(key)
                yield Served(method, rule.text, _route(rule, method, names), by_control)


def _operations(flask: Any) -> Iterator[tuple[ServedRule, str]]:
    for rule in served_rules(flask) if flask is not None else ():
        if not rule.static:
            for method in sorted(rule.methods or {ANY}):
                yield rule, method


def _route(rule: ServedRule, method: str, names: Matcher) -> str | None:
    try:
        found = (names.match(method, path, None) for path in examples(rule))
        return next((route.name for route in found if route is not None), None)
    except UnreadablePathError:
        return None
