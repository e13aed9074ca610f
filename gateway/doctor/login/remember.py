"""Flask-Login's remember cookie: whether each application knows whom the other remembered."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from gateway.doctor.application import Application, Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.login.keys import key_facts, secret_key
from gateway.doctor.login.manager import manager_of
from gateway.doctor.settings import Agreement, config, disagreements
from gateway.doctor.twin import asking

REFUSED = Check("login.remember-cookie-refused", "error")
NAME = Check("login.remember-cookie-name", "error")
SCOPE = Check("login.remember-cookie-scope", "error")
FLAGS = Check("login.remember-cookie-flags", "warning")
DURATION = Check("login.remember-cookie-duration", "note")
CHECKS = (REFUSED, NAME, SCOPE, FLAGS, DURATION)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find why somebody whom one application remembers is forgotten by the other."""
    if any(manager_of(each) is None for each in pair):
        return
    if all(secret_key(each.flask) for each in pair):
        yield from _refused(pair)
    yield from disagreements(pair, AGREEMENTS)


def _refused(pair: Pair) -> Iterator[Finding]:
    directions = ((pair.control, pair.candidate), (pair.candidate, pair.control))
    refused = [
        f"{reader.name} refuses the remember cookie of {writer.name}"
        for writer, reader in directions
        if not _reads(writer, reader)
    ]
    if refused:
        yield REFUSED.finding(
            "A remember cookie that the one signed is refused by the other: whoever asked to stay"
            " signed in is signed out when the session ends. Flask-Login signs with SECRET_KEY"
            " alone and never reads SECRET_KEY_FALLBACKS.",
            *refused,
            *key_facts(pair),
            fix="Give both applications the same SECRET_KEY.",
        )


def _reads(writer: Application, reader: Application) -> bool:
    login = import_module("flask_login")
    with asking(writer.flask):
        cookie = login.encode_cookie("probe")
    with asking(reader.flask):
        return bool(login.decode_cookie(cookie) == "probe")


AGREEMENTS = (
    Agreement(
        NAME,
        (config("REMEMBER_COOKIE_NAME", "remember_token"),),
        "Neither application reads the other's cookie, and signing out of the one does not remove"
        " the other's: people who signed out are signed in again.",
        "Give both applications the same REMEMBER_COOKIE_NAME.",
    ),
    Agreement(
        SCOPE,
        (config("REMEMBER_COOKIE_PATH", "/"), config("REMEMBER_COOKIE_DOMAIN")),
        "Browsers keep two remember cookies, and signing out of the one application does not remove"
        " the other's: people who signed out are signed in again.",
        "Give both applications the same REMEMBER_COOKIE_PATH and REMEMBER_COOKIE_DOMAIN.",
    ),
    Agreement(
        FLAGS,
        (
            config("REMEMBER_COOKIE_SECURE", default=False),
            config("REMEMBER_COOKIE_HTTPONLY", default=True),
            config("REMEMBER_COOKIE_SAMESITE"),
        ),
        "The cookie has the flags of whoever signed the user in: what the stricter application"
        " protects, the other exposes.",
        "Give both applications the stricter of the two values.",
    ),
    Agreement(
        DURATION,
        (
            config("REMEMBER_COOKIE_DURATION"),
            config("REMEMBER_COOKIE_REFRESH_EACH_REQUEST", default=False),
        ),
        "How long somebody stays signed in depends on the application that answered.",
        "Give both applications the same values.",
    ),
)
