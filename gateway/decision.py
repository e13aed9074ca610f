"""Who answers one request, and why: the table compiled to a function of the WSGI environment."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from weakref import WeakMethod

from werkzeug.http import dump_cookie, parse_cookie

from gateway import override
from gateway.cohort import bucket, choose, choose_for_nobody
from gateway.matcher import compile_by_host
from gateway.methods import (
    Side,
    WSGICallable,
    answer_options,
    preflight_method,
    routed_methods,
)
from gateway.paths import SeveralReadingsError, UnreadablePathError, read
from gateway.places import ANY_METHOD, Place, chosen
from gateway.search import Find, Search, compile_find, compile_search
from gateway.shapes import arrange
from gateway.table import Reason, Route, RoutingTable

COHORT_COOKIE = "gateway_cohort"
SUBJECT = "gateway.subject"
"""The key in the WSGI environment under which a new visitor's cookie is kept for the request."""
_YEAR = 365 * 24 * 3600
_LONGEST_SUBJECT = 64
_NO_PLACES: dict[str, Place] = {}

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Decide = Callable[[Environ], "Decision"]


def nobody(*_: object) -> list[bytes]:
    """Stand for an application where decisions are only looked at."""
    return []


# Told apart by identity, which is quick where they are counted. Freezing them would take longer
# than all the rest of making them, and a table has thousands; nobody changes one.
@dataclass(slots=True, eq=False)
class Decision:
    """Backend, route (None where no route names the request) and reason, for one request.

    `revision` is that of the snapshot which decided. `headers` is what the gateway adds to the
    response. `shared` says that other backends may answer other methods of the same URL. Where
    there is neither, `plain` may say so at once.
    """

    backend: str
    route: str | None
    reason: Reason
    revision: str = ""
    headers: Headers = field(default_factory=list)
    shared: bool = True
    application: WSGICallable = field(default=nobody, repr=False)
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Deciding:
    """What decisions need beside the table; all of it but `applications` can be left out.

    Without an override key, overrides are not read.
    """

    applications: Mapping[str, WSGICallable] = field(default_factory=dict)
    revision: str = ""
    override_key: str = ""
    now: override.Clock = time.time
    new_subject: Callable[[], str] = lambda: secrets.token_urlsafe(16)


class Decider:
    """A compiled table. `decide` has no memory, and changes nothing but to note a new visitor.

    Nothing that is compiled refers back to its Decider but weakly, so that a table which is no
    longer served is freed at once and leaves no work to the garbage collector.
    """

    def __init__(self, table: RoutingTable, given: Deciding = Deciding()) -> None:
        self._table = table
        self._given = given
        settings = table.settings.override
        self._overridden = bool(given.override_key and (settings.header or settings.cookie))
        self._answers = _Answers(table, given)
        self._default = self._answers.decision(table.default, None, "default")
        self._places: dict[str, Place] = {}
        self._search: Search
        self._find: Find
        self._compile()

    def decide(self, environ: Environ) -> Decision:
        """Decide on a request. Raises UnreadablePathError for a path of two readings."""
        decision: Decision = self.search(environ, self.literal(environ.get("PATH_INFO", "")))
        return decision

    @property
    def literal(self) -> Callable[[str], Place | None]:
        """The function that returns the place of a literal path, for `search`.

        Where that has a Decision for the method, there is no need to search.
        """
        return _NO_PLACES.get if self._overridden else self._places.get

    @property
    def search(self) -> Search:
        """The function that decides. Whoever keeps it must keep the Decider too."""
        return self._overriding if self._overridden else self._search

    def _compile(self) -> None:
        routes = self._table.routes.values()
        options, reread = _weakly(self._options), _weakly(self._reread)
        arranged = partial(arrange, payload=self._answers.of_route, options=options)
        if any(route.host for route in routes):
            self._find = compile_by_host(
                routes, lambda some: compile_find(arranged(some), Decision, _resolve)
            )
            self._search = reread
        else:
            arrangement = arranged(routes)
            self._places = arrangement.literal
            self._find = compile_find(arrangement, Decision, _resolve)
            self._search = compile_search(arrangement, Decision, _resolve, self._default, reread)

    def _plain(self, environ: Environ) -> Decision:
        """Decide on a request whatever it wishes."""
        decision: Decision = self._search(environ, self._places.get(environ.get("PATH_INFO", "")))
        return decision

    def _reread(self, environ: Environ, _place: Place | None = None) -> Decision:
        """Decide on a path that may not be canonical as it stands."""
        try:
            return self._found(environ, read(environ.get("PATH_INFO", "")))
        except SeveralReadingsError as path:
            return self._read_in_each_way(environ, path)

    def _found(self, environ: Environ, path: str) -> Decision:
        return self._find(environ["REQUEST_METHOD"], path, environ) or self._default

    def _read_in_each_way(self, environ: Environ, path: SeveralReadingsError) -> Decision:
        """Decide on a path that is not canonical, if it is the same route's to all who read it.

        Else `/files/../chat` would be sent where `/chat` belongs, and be answered there by the view
        of `/files/<path:name>`, though the table sends that route elsewhere.
        """
        decision = self._found(environ, path.canonical)
        unresolved = self._found(environ, path.spelled)
        if not (unresolved.route and self._table.routes[unresolved.route].path):
            # Only a `path` converter takes duplicate slashes as they stand, in the first place.
            unresolved = self._found(environ, path.merged)
        if unresolved.route != decision.route:
            raise UnreadablePathError(
                "The path can be read in two ways. Send it without dot segments and double slashes."
            )
        return decision

    def _options(self, environ: Environ) -> Decision:
        """Decide on OPTIONS where no route names it."""
        announced = preflight_method(environ)
        if announced not in {None, "OPTIONS"}:
            return self._plain({**environ, "REQUEST_METHOD": announced})
        # A new visitor is the same one in whatever is asked of the table.
        environ = {**environ, SUBJECT: self._given.new_subject()}
        decision = self._plain({**environ, "REQUEST_METHOD": ANY_METHOD})
        routed = routed_methods(self._plain, environ)
        if routed.keys() <= {decision.backend}:
            return decision
        own = routed.pop(decision.backend, Side(decision.application, set()))
        answer = answer_options({decision.backend: own, **routed})
        return replace(decision, application=answer, shared=False, plain=not decision.headers)

    def _overriding(self, environ: Environ, _place: Place | None) -> Decision:
        decision = self._plain(environ)
        settings, given = self._table.settings.override, self._given
        wish = override.wish(environ, settings, given.override_key, given.now)
        if wish not in self._table.backends:
            return decision
        return self._answers.decision(wish, decision.route, "override", shared=False)


class _Answers:
    """Makes decisions of routes, as many as can be made before there is a request."""

    def __init__(self, table: RoutingTable, given: Deciding) -> None:
        self._table = table
        self._given = given
        self._application = {n: given.applications.get(n, nobody) for n in table.backends}
        told = table.backends if table.settings.headers else ()
        self._headers = {name: [("X-Gateway-Backend", name)] for name in told}

    def of_route(self, route: Route) -> Decision | Decide:
        only = route.to.only
        if only is None:
            each = {name: self.decision(name, route.name, "split") for name in route.to.shares}
            return partial(self._split, route, each)
        alone = route.methods is None and not (route.headers or route.query)
        return self.decision(only, route.name, "route", shared=not alone)

    def decision(
        self, backend: str, route: str | None, reason: Reason, *, shared: bool = True
    ) -> Decision:
        headers = self._headers.get(backend, [])
        if headers and route is not None:
            headers = [*headers, ("X-Gateway-Route", route)]
        return Decision(
            backend,
            route,
            reason,
            self._given.revision,
            headers,
            shared,
            self._application[backend],
            plain=not (headers or shared),
        )

    def _split(self, route: Route, each: dict[str, Decision], environ: Environ) -> Decision:
        subject = _subject(route.sticky, environ)
        if subject is None and route.sticky == "cookie":
            return self._newcomer(route, each, environ)
        if subject is None:
            return each[choose_for_nobody(route.to, self._table.default)]
        return each[choose(route.to, bucket(self._table.settings.salt, subject))]

    def _newcomer(self, route: Route, each: dict[str, Decision], environ: Environ) -> Decision:
        subject = environ[SUBJECT] = environ.get(SUBJECT) or self._given.new_subject()
        decision = each[choose(route.to, bucket(self._table.settings.salt, subject))]
        return replace(decision, headers=[*decision.headers, _set_cookie(subject, environ)])


def _weakly(method: Callable[..., Decision]) -> Callable[..., Decision]:
    """Return a function that calls a method and does not keep its object."""
    reference = WeakMethod(method)

    def call(*arguments: Any) -> Decision:
        found = reference()
        if found is None:
            raise ReferenceError("A decision was asked for of a Decider that is gone.")
        return found(*arguments)

    return call


def _resolve(answer: Any, environ: Environ) -> Decision | None:
    """Make a decision of an answer that needs the request."""
    if answer.__class__ is tuple:
        answer = chosen(answer, environ)
    decision: Decision | None = answer(environ) if callable(answer) else answer
    return decision


def _subject(sticky: str, environ: Environ) -> str | None:
    if sticky == "address":
        return environ.get("REMOTE_ADDR")
    if sticky == "cookie":
        value = parse_cookie(environ).get(COHORT_COOKIE, "")
        return value if 0 < len(value) <= _LONGEST_SUBJECT else None
    return environ.get("HTTP_" + sticky.removeprefix("header:").upper().replace("-", "_"))


def _set_cookie(subject: str, environ: Environ) -> tuple[str, str]:
    cookie = dump_cookie(
        COHORT_COOKIE,
        subject,
        max_age=_YEAR,
        secure=environ.get("wsgi.url_scheme") == "https",
        httponly=True,
        samesite="Lax",
    )
    return "Set-Cookie", cookie
