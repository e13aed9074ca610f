"""The session cookie: its name, where browsers send it, and how long it counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.doctor.application import Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.settings import Agreement, Setting, config, disagreements

NAME = Check("login.session-cookie-name", "error")
SCOPE = Check("login.session-cookie-scope", "error")
FLAGS = Check("login.session-cookie-flags", "warning")
LIFETIME = Check("login.session-lifetime", "error")
REFRESH = Check("login.session-refresh", "warning")
CHECKS = (NAME, SCOPE, FLAGS, LIFETIME, REFRESH)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find what makes browsers send another session cookie, or makes it end earlier."""
    yield from disagreements(pair, AGREEMENTS)


def _asked(name: str, method: str, *aliases: str) -> Setting:
    """Return what a session interface says of its cookie, which may not be the setting."""

    def read(flask: Any) -> Any:
        # Flask before 3.1 has no partitioned cookies, and nothing to ask.
        ask = getattr(flask.session_interface, method, None)
        return ask and ask(flask)

    return Setting(name, read, aliases)


AGREEMENTS = (
    Agreement(
        NAME,
        (_asked("SESSION_COOKIE_NAME", "get_cookie_name"),),
        "Each application has a session of its own: whoever signs in on the one is anonymous on"
        " the other, and signing out of one leaves the other signed in.",
        "Give both applications the same SESSION_COOKIE_NAME.",
    ),
    Agreement(
        SCOPE,
        (
            _asked("SESSION_COOKIE_PATH", "get_cookie_path", "APPLICATION_ROOT"),
            _asked("SESSION_COOKIE_DOMAIN", "get_cookie_domain"),
            _asked("SESSION_COOKIE_PARTITIONED", "get_cookie_partitioned"),
        ),
        "Browsers keep two cookies of one name and send either, or none: people are signed in on"
        " some pages and anonymous on others. The path comes from APPLICATION_ROOT where"
        " SESSION_COOKIE_PATH is not set.",
        "Give both applications the same SESSION_COOKIE_PATH (such as '/'), SESSION_COOKIE_DOMAIN"
        " and SESSION_COOKIE_PARTITIONED.",
    ),
    Agreement(
        FLAGS,
        (
            _asked("SESSION_COOKIE_SECURE", "get_cookie_secure"),
            _asked("SESSION_COOKIE_HTTPONLY", "get_cookie_httponly"),
            _asked("SESSION_COOKIE_SAMESITE", "get_cookie_samesite"),
        ),
        "Both applications set the same cookie, so it has the flags of whoever answered last: what"
        " the stricter one protects, the other exposes, and what the laxer one allows (plain HTTP,"
        " requests from other sites) works only sometimes.",
        "Give both applications the stricter of the two values.",
    ),
    Agreement(
        LIFETIME,
        (
            Setting(
                "PERMANENT_SESSION_LIFETIME",
                lambda flask: flask.permanent_session_lifetime,
                ("permanent_session_lifetime",),
            ),
        ),
        "The application with the shorter lifetime takes an older session for an empty one, and"
        " its next answer overwrites the cookie: people are signed out of the other application"
        " too, long before its own lifetime is over.",
        "Give both applications the same PERMANENT_SESSION_LIFETIME.",
    ),
    Agreement(
        REFRESH,
        (config("SESSION_REFRESH_EACH_REQUEST", default=True),),
        "Only one of them prolongs a permanent session with every answer. Whoever uses only pages"
        " of the other is signed out in the middle of their work, which did not happen before.",
        "Give both applications the same SESSION_REFRESH_EACH_REQUEST.",
    ),
)
