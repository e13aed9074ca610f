"""Which route a request belongs to: compiled once, then the same cost at any size.

An exact host comes before a wildcard before none; within a host, `shapes` finds the most specific
path, and `places` the route for the method, the headers and the query.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gateway.places import Environ
from gateway.shapes import Find, compile_routes
from gateway.table import Route, RoutingTable


class Matcher:
    """The compiled routes of a table; immutable, and safe to share between threads.

    `match(method, path, environ=None)` returns the most specific Route for a request, or None when
    no route names it. `path` is canonical (`gateway.paths.canonical`). `environ` is the WSGI
    environment; it is needed only where the table matches by host, header or query.
    """

    __slots__ = ("match",)

    match: Find

    def __init__(self, routes: Iterable[Route]) -> None:
        by_host: dict[str, list[Route]] = {}
        for route in routes:
            by_host.setdefault(route.host or "", []).append(route)
        anywhere = compile_routes(by_host.pop("", []))
        # Without hosts in the table, no request pays for them.
        self.match = _by_host(by_host, anywhere) if by_host else anywhere


def compile_table(table: RoutingTable) -> Matcher:
    """Compile a table's routes; the order in which the table names them makes no difference."""
    return Matcher(table.routes.values())


def _by_host(routes: dict[str, list[Route]], anywhere: Find) -> Find:
    exact = {host: compile_routes(r) for host, r in routes.items() if not host.startswith("*")}
    # The longest suffix is the most specific wildcard.
    wildcard = [
        (host[1:], compile_routes(routes[host]))
        for host in sorted(routes, key=len, reverse=True)
        if host.startswith("*")
    ]

    def of_host(environ: Environ) -> Iterator[Find]:
        host, name = _host(environ)
        for spelling in dict.fromkeys((host, name)):
            if spelling in exact:
                yield exact[spelling]
        for suffix, find in wildcard:
            if (host if ":" in suffix else name).endswith(suffix):
                yield find
        yield anywhere

    def find(method: str, path: str, environ: Environ | None = None) -> Route | None:
        found = (find(method, path, environ) for find in of_host(environ or {}))
        return next((route for route in found if route is not None), None)

    return find


def _host(environ: Environ) -> tuple[str, str]:
    """Return the host that a request names, with its port and without."""
    host = str(environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")).lower()
    return host, re.sub(r":\d+$", "", host)
