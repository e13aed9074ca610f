"""Flask-Login's session protection: whether both applications know a client as the same one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from werkzeug.test import create_environ

from gateway.doctor.application import Application, Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.login.manager import manager_of
from gateway.doctor.proxies import seen_through_proxies
from gateway.doctor.settings import Agreement, Setting, disagreements
from gateway.doctor.sources import place_of
from gateway.doctor.twin import twin

STRONG = Check("login.identifier-strong", "error")
BASIC = Check("login.identifier-basic", "warning")
MODE = Check("login.session-protection", "warning")
CHECKS = (STRONG, BASIC, MODE)

# A client behind two proxies, and one that talks to the server itself.
CLIENTS = (
    {
        "REMOTE_ADDR": "10.0.0.2",
        "HTTP_X_FORWARDED_FOR": "203.0.113.9, 10.0.0.1",
        "HTTP_USER_AGENT": "Mozilla/5.0",
    },
    {"REMOTE_ADDR": "203.0.113.9", "HTTP_USER_AGENT": "Mozilla/5.0"},
)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find why the one application takes the other's sessions for stolen ones."""
    if any(manager_of(each) is None for each in pair):
        return
    modes = [_mode(each.flask) for each in pair]
    if any(modes) and any(_known_apart(pair, client) for client in CLIENTS):
        yield _identifiers(pair, modes)
    yield from disagreements(pair, AGREEMENTS)


def _mode(flask: Any) -> str | None:
    mode = flask.config.get("SESSION_PROTECTION", flask.login_manager.session_protection)
    return mode if mode in {"basic", "strong"} else None


def _known_apart(pair: Pair, client: dict[str, str]) -> bool:
    ours, theirs = (_identifier(each, client) for each in pair)
    return bool(ours != theirs)


def _identifier(application: Application, client: dict[str, str]) -> Any:
    """Ask Flask-Login for what it keeps in the session's '_id' of a client."""
    environ = seen_through_proxies(application, {**create_environ(), **client})
    with twin(application.flask).request_context(environ):
        return _generator(application)()


def _generator(application: Application) -> Any:
    return manager_of(application)._session_identifier_generator  # noqa: SLF001 - no public name


def _identifiers(pair: Pair, modes: list[str | None]) -> Finding:
    strong = "strong" in modes
    effect = (
        "With strong protection, a flip signs people out on both."
        if strong
        else "A flip makes logins count as not fresh: pages that ask for a fresh login ask for the"
        " password again."
    )
    return (STRONG if strong else BASIC).finding(
        "The applications compute different identifiers for one client, so each takes a session of"
        f" the other for a stolen one. {effect}",
        *(
            f"{each.name}: {_described(each)}; session_protection is {mode!r}"
            for each, mode in zip(pair, modes, strict=True)
        ),
        fix="Let both applications compute the identifier in the same way from the same address"
        " and User-Agent: one ProxyFix with the same numbers, and the same generator.",
    )


def _described(application: Application) -> str:
    generator = _generator(application)
    return f"the identifier comes from {generator.__qualname__} at {place_of(generator)}"


AGREEMENTS = (
    Agreement(
        MODE,
        (Setting("session_protection", _mode, ("SESSION_PROTECTION",)),),
        "People whose address or browser changes stay signed in on the one and not on the other,"
        " which then clears the session that both share.",
        "Give both applications the same session_protection.",
    ),
)
