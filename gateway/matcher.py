"""Which route a request belongs to: compiled once, then the same cost at any size.

Rules are grouped by *shape*: how many segments they have and which of them are literal. A path
is looked up once per shape, by the tuple of its segments at the literal places, so the number of
rules does not count, only the number of shapes that a table has. Shapes are tried in the order of
precedence: segment by segment, literal before typed converter before string before path before
prefix. Within one place, methods, headers and query decide; a route that they exclude is passed
over, as in Werkzeug and the Gateway API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, groupby
from operator import attrgetter, itemgetter
from typing import Any
from urllib.parse import parse_qsl

from gateway.rules import Rule, Segment, parse_path, parse_prefix
from gateway.table import Route, RoutingTable

Environ = Mapping[str, Any]
Condition = Callable[[Environ], bool]
_PREFIX_RANK = (2,)
_NOTHING: Environ = {}


@dataclass(frozen=True, slots=True)
class Tie:
    """Two routes of which neither is more specific; `other` is the one named first in the table."""

    route: str
    other: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A route with its rule taken apart: where it sorts, and what its segments are."""

    route: Route
    rule: Rule
    rank: tuple[Any, ...]
    patterns: tuple[str, ...]
    literals: tuple[str, ...]

    @property
    def shape(self) -> tuple[Any, ...]:
        return self.rank, self.patterns

    @property
    def static(self) -> bool:
        return not self.patterns and not self.rule.prefix


class _Candidate:
    """One route at its place, with what it asks of the request beside path and method."""

    __slots__ = ("conditions", "order", "route")

    def __init__(self, route: Route) -> None:
        self.route = route
        self.conditions = tuple(_conditions(route))
        self.order = (-len(route.headers), -len(route.query))

    def accepts(self, environ: Environ) -> bool:
        return all(condition(environ) for condition in self.conditions)


class _Place:
    """All routes with one and the same path: who answers which method."""

    __slots__ = ("any_method", "by_method")

    def __init__(self, routes: Iterable[Route]) -> None:
        candidates = sorted(map(_Candidate, routes), key=lambda candidate: candidate.order)
        self.any_method = tuple(c for c in candidates if c.route.methods is None)
        named = {m for c in candidates for m in _methods(c.route)}
        self.by_method = {
            method: (*(c for c in candidates if method in _methods(c.route)), *self.any_method)
            for method in named
        }

    def find(self, method: str, environ: Environ) -> Route | None:
        for candidate in self.by_method.get(method, self.any_method):
            if not candidate.conditions or candidate.accepts(environ):
                return candidate.route
        return None


@dataclass(frozen=True, slots=True)
class _Shape:
    """All rules that are literal in the same places and alike in the others."""

    pick: Callable[[list[str]], Any]
    checks: tuple[tuple[int, Callable[[str], object]], ...]
    tail: tuple[int, Callable[[str], object]] | None
    least: int
    open_ended: bool
    places: dict[Any, _Place]

    def find(self, method: str, parts: list[str], environ: Environ) -> Route | None:
        place = self.places.get(self.pick(parts))
        if place is None:
            return None
        for index, check in self.checks:
            if not check(parts[index]):
                return None
        if self.tail is not None:
            start, matches = self.tail
            if not matches("/".join(parts[start:])):
                return None
        return place.find(method, environ)


class _Paths:
    """The rules of one host."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.static: dict[str, _Place] = {}
        shapes: list[_Shape] = []
        by_shape = attrgetter("shape")
        for _, group in groupby(sorted(map(_entry, routes), key=by_shape), key=by_shape):
            members = list(group)
            if members[0].static:
                self.static |= _static_places(members)
            else:
                shapes.append(_shape(members))
        longest = max((shape.least for shape in shapes), default=0)
        self._by_length = tuple(
            tuple(s for s in shapes if s.least == n or (s.open_ended and s.least < n))
            for n in range(longest + 2)
        )

    def find(self, method: str, path: str, environ: Environ) -> Route | None:
        place = self.static.get(path)
        if place is not None and (route := place.find(method, environ)) is not None:
            return route
        parts = path.split("/")
        # Past the longest rule only open-ended ones are left, and they are the same for any length.
        for shape in self._by_length[min(len(parts) - 1, len(self._by_length) - 1)]:
            if (route := shape.find(method, parts, environ)) is not None:
                return route
        return None


class Matcher:
    """The compiled routes of a table; immutable, and safe to share between threads."""

    def __init__(self, routes: Iterable[Route]) -> None:
        by_host: dict[str, list[Route]] = {}
        for route in routes:
            by_host.setdefault(route.host or "", []).append(route)
        self._anywhere = _Paths(by_host.pop("", []))
        self._exact = {h: _Paths(r) for h, r in by_host.items() if not h.startswith("*")}
        # The longest suffix is the most specific wildcard.
        self._wildcard = tuple(
            (host[1:], _Paths(by_host[host]))
            for host in sorted(by_host, key=len, reverse=True)
            if host.startswith("*")
        )

    def match(self, method: str, path: str, environ: Environ | None = None) -> Route | None:
        """Return the most specific route for a request, or None when no route names it.

        `path` is canonical (`gateway.paths.canonical`). `environ` is the WSGI environment; it is
        needed only where the table matches by host, header or query.
        """
        environ = _NOTHING if environ is None else environ
        if path[-1:] == "/":
            path = path[:-1]
        if self._exact or self._wildcard:
            for paths in self._of_host(environ):
                if (route := paths.find(method, path, environ)) is not None:
                    return route
        return self._anywhere.find(method, path, environ)

    def _of_host(self, environ: Environ) -> Iterable[_Paths]:
        host = str(environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")).lower()
        name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
        for exact in dict.fromkeys((host, name)):
            if exact in self._exact:
                yield self._exact[exact]
        for suffix, paths in self._wildcard:
            if (host if ":" in suffix else name).endswith(suffix):
                yield paths


def compile_table(table: RoutingTable) -> Matcher:
    """Compile a table's routes; the order in which the table names them makes no difference."""
    return Matcher(table.routes.values())


def ties(routes: Iterable[Route]) -> list[Tie]:
    """Find routes that match the same requests and of which neither is more specific."""
    places: dict[Any, list[Route]] = {}
    for route in routes:
        entry = _entry(route)
        conditions = len(route.headers), len(route.query)
        identity = (route.host, entry.shape, entry.literals, conditions)
        places.setdefault(identity, []).append(route)
    return [
        Tie(later.name, earlier.name)
        for together in places.values()
        for earlier, later in combinations(together, 2)
        if _overlap(earlier, later)
    ]


def _overlap(one: Route, other: Route) -> bool:
    if (one.methods is None) != (other.methods is None):
        return False  # naming the method is more specific
    if one.methods is not None and not _methods(one) & _methods(other):
        return False
    return not (_contradict(one.headers, other.headers) or _contradict(one.query, other.query))


def _contradict(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return any(name in other and other[name] != value for name, value in one.items())


def _methods(route: Route) -> frozenset[str]:
    methods = route.methods or frozenset()
    return methods | {"HEAD"} if "GET" in methods else methods


def _entry(route: Route) -> _Entry:
    rule = parse_path(route.path) if route.path is not None else parse_prefix(route.prefix or "/")
    rank = tuple(segment.rank for segment in rule.segments)
    return _Entry(
        route=route,
        rule=rule,
        rank=(*rank, _PREFIX_RANK) if rule.prefix else rank,
        patterns=tuple(s.pattern for s in rule.segments if s.literal is None),
        literals=tuple(s.literal for s in rule.segments if s.literal is not None),
    )


def _static_places(entries: list[_Entry]) -> dict[str, _Place]:
    by_path: dict[str, list[Route]] = {}
    for entry in entries:
        path = "".join("/" + literal for literal in entry.literals)
        by_path.setdefault(path, []).append(entry.route)
    return {path: _Place(routes) for path, routes in by_path.items()}


def _shape(entries: list[_Entry]) -> _Shape:
    segments = entries[0].rule.segments
    literal = [i for i, s in enumerate(segments, start=1) if s.literal is not None]
    closed = [s for s in segments if not s.open_ended]
    by_key: dict[Any, list[Route]] = {}
    for entry in entries:
        # itemgetter gives a bare value, not a tuple, for a single place.
        key = entry.literals[0] if len(literal) == 1 else entry.literals
        by_key.setdefault(key, []).append(entry.route)
    return _Shape(
        pick=itemgetter(*literal) if literal else lambda _: (),
        checks=tuple((i, _check(s)) for i, s in enumerate(closed, start=1) if s.literal is None),
        tail=_tail(segments),
        least=len(segments),
        open_ended=entries[0].rule.prefix or len(closed) < len(segments),
        places={key: _Place(routes) for key, routes in by_key.items()},
    )


def _tail(segments: tuple[Segment, ...]) -> tuple[int, Callable[[str], object]] | None:
    if segments and segments[-1].open_ended:
        return len(segments), re.compile(segments[-1].pattern).fullmatch
    return None


def _check(segment: Segment) -> Callable[[str], object]:
    if segment.pattern == r"(?:[^/]{1,})":
        return bool
    if segment.pattern == r"(?:\d+)":
        return str.isdecimal
    return re.compile(segment.pattern).fullmatch


def _conditions(route: Route) -> Iterable[Condition]:
    for name, value in route.headers.items():
        yield _header_is(_environ_key(name), value)
    for name, value in route.query.items():
        yield _query_has(name, value)


def _environ_key(header: str) -> str:
    key = header.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"


def _header_is(key: str, value: str) -> Condition:
    return lambda environ: environ.get(key) == value


def _query_has(name: str, value: str) -> Condition:
    def has(environ: Environ) -> bool:
        pairs = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        return (name, value) in pairs

    return has
