"""Who answers one request, and why."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.http import dump_cookie, parse_cookie

from gateway import override
from gateway.cohort import bucket, choose
from gateway.matcher import Matcher
from gateway.table import COHORTS, Reason, Route, RoutingTable

COHORT_COOKIE = "gateway_cohort"
_YEAR = 365 * 24 * 3600
_LONGEST_SUBJECT = 64

Environ = dict[str, Any]
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Decision:
    """Backend, route (None where no route names the request) and reason.

    `headers` is what the gateway adds to the response.
    """

    backend: str
    route: str | None
    reason: Reason
    headers: Headers = field(default_factory=list)


class Decider:
    """The compiled table: `decide` has no memory and changes nothing."""

    def __init__(
        self,
        table: RoutingTable,
        matcher: Matcher,
        override_key: str = "",
        now: override.Clock = time.time,
        new_subject: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        self._table = table
        self._match = matcher.match
        self._now = now
        self._new_subject = new_subject
        self._override_key = override_key
        settings = table.settings.override
        self._may_override = bool(override_key and (settings.header or settings.cookie))
        self._default = self._decision(table.default, None, "default")
        # By identity, since the matcher gives back the very routes of this table.
        self._fixed = {
            id(route): self._decision(route.to.only, name, "route")
            for name, route in table.routes.items()
            if route.to.only is not None
        }

    def decide(self, method: str, path: str, environ: Environ) -> Decision:
        """Decide on a canonical path."""
        route = self._match(method, path, environ)
        if self._may_override and (wish := self._wish(environ)) is not None:
            return self._decision(wish, route.name if route else None, "override")
        if route is None:
            return self._default
        return self._fixed.get(id(route)) or self._split(route, environ)

    def _wish(self, environ: Environ) -> str | None:
        settings = self._table.settings.override
        wish = override.wish(environ, settings, self._override_key, self._now)
        return wish if wish in self._table.backends else None

    def _split(self, route: Route, environ: Environ) -> Decision:
        subject = _subject(route.sticky, environ)
        cookie: Headers = []
        if subject is None and route.sticky == "cookie":
            subject = self._new_subject()
            cookie = [_set_cookie(subject, environ)]
        salt = self._table.settings.salt
        # Whoever can't be told apart stays in the last cohorts, which move last.
        cohort = bucket(salt, subject) if subject is not None else COHORTS - 1
        backend = choose(route.to, self._table.default, cohort)
        return self._decision(backend, route.name, "split", cookie)

    def _decision(
        self, backend: str, route: str | None, reason: Reason, more: Iterable[tuple[str, str]] = ()
    ) -> Decision:
        headers: Headers = []
        if self._table.settings.headers:
            headers.append(("X-Gateway-Backend", backend))
            if route is not None:
                headers.append(("X-Gateway-Route", route))
        return Decision(backend, route, reason, [*headers, *more])


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
