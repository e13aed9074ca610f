"""Whether each application reads the sessions that the other one writes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from gateway.doctor.application import Application, Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.login import cookies
from gateway.doctor.login.browser import arrives
from gateway.doctor.login.keys import fallbacks, key_facts, secret_key
from gateway.doctor.settings import Setting, disagreements

NO_KEY = Check("login.no-secret-key", "error")
SECRET_KEY = Check("login.secret-key", "error")
SALT = Check("login.session-salt", "error")
SIGNATURE = Check("login.session-signature", "error")
SERIALIZER = Check("login.session-serializer", "error")
UNREADABLE = Check("login.session-unreadable", "error")
ROTATION = Check("login.key-rotation", "note")
CHECKS = (
    NO_KEY,
    SECRET_KEY,
    SALT,
    SIGNATURE,
    SERIALIZER,
    UNREADABLE,
    ROTATION,
)

# What a session may hold: Flask tags each of these types in its own way.
SAMPLES: Mapping[str, Any] = {
    "text": "Ada",
    "flash messages": [("message", "Saved.")],
    "times": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "UUIDs": uuid.UUID("00000000-0000-4000-8000-000000000000"),
    "bytes": b"\x00\xff",
}

_LOST = (
    "Whoever is signed in on the one is anonymous on the other, which then overwrites the cookie:"
    " signed out on both."
)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find why a session that one application signs is lost on the other."""
    keyless = [each for each in pair if secret_key(each.flask) is None]
    if len(keyless) == 1:
        yield _no_key(pair, keyless[0])
    elif not keyless and all(map(is_signed, pair)):
        yield from _signed(pair)


def is_signed(application: Application) -> bool:
    """Tell whether an application keeps sessions in signed cookies, as Flask does by itself."""
    in_cookies = import_module("flask.sessions").SecureCookieSessionInterface
    return isinstance(application.flask.session_interface, in_cookies)


def _no_key(pair: Pair, keyless: Application) -> Finding:
    return NO_KEY.finding(
        f"{keyless.name} has no SECRET_KEY, so it reads no session and can't write one. Whoever is"
        f" signed in is anonymous there, and a form or a login on {keyless.name} ends in a 500.",
        *key_facts(pair),
        fix=f"Give {keyless.name} the SECRET_KEY of the other application.",
    )


def _signed(pair: Pair) -> Iterator[Finding]:
    directions = ((pair.control, pair.candidate), (pair.candidate, pair.control))
    failures = [said for direction in directions for said in _failures(*direction)]
    if failures:
        causes = list(_causes(pair, failures))
        yield from causes or [_unexplained(pair, failures)]
    elif lost := [_lost(*direction) for direction in directions if _is_lost(*direction)]:
        # Settings of the cookie that differ are told where they are compared.
        if not any(disagreements(pair, cookies.AGREEMENTS)):
            yield _unexplained(pair, lost)
    elif secret_key(pair.control.flask) != secret_key(pair.candidate.flask):
        yield ROTATION.finding(
            "The applications sign with different keys, and each still reads the other's sessions"
            " through SECRET_KEY_FALLBACKS. Whatever reads only SECRET_KEY, such as Flask-WTF's"
            " tokens and Flask-Login's remember cookie, does not.",
            *key_facts(pair),
            fix="Give both applications the same SECRET_KEY and the same SECRET_KEY_FALLBACKS, and"
            " rotate the key in both at once.",
        )


def _failures(writer: Application, reader: Application) -> Iterator[str]:
    """Let the one read what the other wrote, and tell what it reads differently."""
    for kind, value in SAMPLES.items():
        try:
            written = _serializer(writer).dumps({"value": value})
            expected = _serializer(writer).loads(written)
        except TypeError:  # this writer can't write such values at all
            continue
        try:
            read = _serializer(reader).loads(written)
        except Exception as error:  # noqa: BLE001 - whatever it raises, the session is lost
            # Its message may hold a signature, by which weak keys can be guessed.
            said = type(error).__name__
            yield f"{reader.name} can't read {kind} in a session of {writer.name}: {said}"
            if kind == "text":  # no signature fits, so nothing is read
                return
            continue
        if read != expected:
            yield f"{reader.name} reads {kind} in a session of {writer.name} as something else"


def _is_lost(writer: Application, reader: Application) -> bool:
    # A cookie that no browser takes is not a matter between the two.
    return not arrives(writer, reader) and arrives(writer, writer)


def _lost(writer: Application, reader: Application) -> str:
    return f"{reader.name} finds nothing in the cookie that a browser has from {writer.name}"


def _serializer(application: Application) -> Any:
    return application.flask.session_interface.get_signing_serializer(application.flask)


def _causes(pair: Pair, failures: list[str]) -> Iterator[Finding]:
    """Compare all that goes into a session, and tell what differs."""
    if not _share_keys(pair):
        yield SECRET_KEY.finding(
            f"{pair.control.name} and {pair.candidate.name} sign sessions with different keys."
            f" {_LOST}",
            *failures,
            *key_facts(pair),
            fix="Give both applications the same SECRET_KEY, from one place, such as one"
            " environment variable that both read.",
        )
    for check, setting in _INGREDIENTS:
        ours, theirs = (setting.read(each.flask) for each in pair)
        if ours != theirs:
            yield check.finding(
                f"{pair.control.name} and {pair.candidate.name} have different session"
                f" {setting.name}s. {_LOST}",
                *failures,
                f"{pair.control.name}: {ours}",
                f"{pair.candidate.name}: {theirs}",
                fix=_SAME_INTERFACE,
            )


def _unexplained(pair: Pair, failures: list[str]) -> Finding:
    return UNREADABLE.finding(
        f"{pair.control.name} and {pair.candidate.name} don't read each other's sessions, though"
        f" keys, salts, serializers and cookies are equal. {_LOST}",
        *failures,
        *(f"{each.name}: {_named(each.flask.session_interface)}" for each in pair),
        fix=_SAME_INTERFACE,
    )


def _share_keys(pair: Pair) -> bool:
    """Tell whether each application has the key that the other signs with."""
    ours, theirs = (each.flask for each in pair)
    return all(
        secret_key(writer) in {secret_key(reader), *fallbacks(reader)}
        for writer, reader in ((ours, theirs), (theirs, ours))
    )


def _named(value: Any) -> str:
    kind = type(value)
    return str(getattr(value, "__name__", f"{kind.__module__}.{kind.__qualname__}"))


def _serializer_name(flask: Any) -> str:
    serializer = flask.session_interface.serializer
    named = _named(serializer)
    tags = sorted(getattr(serializer, "tags", ()))
    return f"{named} with the tags {', '.join(map(repr, tags))}" if tags else named


def _signature(flask: Any) -> str:
    interface = flask.session_interface
    return f"{interface.key_derivation} with {interface.digest_method(b'').name}"


_SAME_INTERFACE = (
    "Give both applications the same session_interface, from a module that both import."
)
_INGREDIENTS = (
    (SALT, Setting("salt", lambda flask: repr(flask.session_interface.salt))),
    (SIGNATURE, Setting("signature", _signature)),
    (SERIALIZER, Setting("serializer", _serializer_name)),
)
