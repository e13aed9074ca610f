"""Secret keys, compared without being shown."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from functools import cache
from typing import Any

from gateway.doctor.application import Application, Pair
from gateway.doctor.sources import lines_with


@cache
def _pepper() -> bytes:
    """Draw a secret for this run: nobody can try guesses against a fingerprint that was printed."""
    return secrets.token_bytes(32)


def fingerprint(key: str | bytes) -> str:
    """Return eight characters that are equal for equal keys within one run, and say no more."""
    return hmac.digest(_pepper(), as_bytes(key), "sha256").hex()[:8]


def as_bytes(key: str | bytes) -> bytes:
    """Return a key as the bytes that are signed with; text and bytes may be the same key."""
    return key.encode("utf-8", "surrogateescape") if isinstance(key, str) else bytes(key)


def secret_key(flask: Any) -> bytes | None:
    """Return the key that an application signs with, or None if it has none."""
    key = flask.secret_key
    return as_bytes(key) if key else None


def fallbacks(flask: Any) -> tuple[bytes, ...]:
    """Return the older keys whose signatures an application still reads in sessions."""
    return tuple(as_bytes(key) for key in flask.config.get("SECRET_KEY_FALLBACKS") or ())


def key_facts(pair: Pair) -> Iterator[str]:
    """Tell the two applications' keys apart by their fingerprints."""
    for application in pair:
        key = secret_key(application.flask)
        told = f"has the fingerprint {fingerprint(key)}" if key else "is not set"
        older = [fingerprint(each) for each in fallbacks(application.flask)]
        also = f"; SECRET_KEY_FALLBACKS: {', '.join(older)}" if older else ""
        yield f"{application.name}: SECRET_KEY {told}{also}{_where(application)}"


def _where(application: Application) -> str:
    places = lines_with(application, "SECRET_KEY", "secret_key")
    return f"; named at {', '.join(places[:3])}" if places else ""
