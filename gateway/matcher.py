"""Which route a request belongs to: compiled once, then the same cost at any size.

An exact host comes before a wildcard before none; within a host, `shapes` finds the most specific
path, and `places` what answers the method, the headers and the query there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from gateway.places import Environ, chosen
from gateway.search import Find, compile_find
from gateway.shapes import arrange
from gateway.table import Route, RoutingTable


class Matcher:
    """The compiled routes of a table; immutable, and safe to share between threads.

    `match(method, path, environ=None)` returns the most specific Route for a request, or None when
    no route names it. `path` is canonical (`gateway.paths.canonical`). `environ` is the WSGI
    environment; it is needed only where the table matches by host, header or query.
    """

    __slots__ = ("match",)

    match: Callable[..., Route | None]

    def __init__(self, routes: Iterable[Route]) -> None:
        self.match = compile_by_host(
            routes, lambda some: compile_find(arrange(some, lambda route: route), Route, chosen)
        )


def compile_table(table: RoutingTable) -> Matcher:
    """Compile a table's routes; the order in which the table names them makes no difference."""
    return Matcher(table.routes.values())


def compile_by_host(routes: Iterable[Route], compile_some: Callable[[list[Route]], Find]) -> Find:
    """Compile routes host by host, to one `find(method, path, environ=None)` over them all."""
    by_host: dict[str, list[Route]] = {}
    for route in routes:
        by_host.setdefault(route.host or "", []).append(route)
    anywhere = compile_some(by_host.pop("", []))
    if not by_host:
        return anywhere  # without hosts in the table, no request pays for them
    exact = {host: compile_some(some) for host, some in by_host.items() if host[0] != "*"}
    # The longest suffix is the most specific wildcard.
    longest_first = sorted((host for host in by_host if host[0] == "*"), key=len, reverse=True)
    wildcard = [(host[1:], compile_some(by_host[host])) for host in longest_first]

    def of_host(environ: Environ) -> Iterator[Find]:
        host, name = _host(environ)
        for spelling in dict.fromkeys((host, name)):
            if spelling in exact:
                yield exact[spelling]
        for suffix, find in wildcard:
            if (host if ":" in suffix else name).endswith(suffix):
                yield find
        yield anywhere

    def find(method: str, path: str, environ: Environ | None = None) -> object:
        answers = (find(method, path, environ) for find in of_host(environ or {}))
        return next((answer for answer in answers if answer is not None), None)

    return find


def _host(environ: Environ) -> tuple[str, str]:
    """Return the host that a request names, with its port and without."""
    host = str(environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")).lower()
    return host, re.sub(r":\d+$", "", host)
