"""A tester's signed wish to see one backend: a token that names it and expires."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from werkzeug.http import parse_cookie

from gateway.table import OverrideSettings

KEY_VARIABLE = "GATEWAY_OVERRIDE_KEY"
"""The environment variable that holds the secret which signs overrides."""

MIN_KEY_LENGTH = 16
Clock = Callable[[], float]


def check_key(key: str) -> None:
    """Raise ValueError for a key of fewer than 16 characters, which would be found by trying."""
    if len(key) < MIN_KEY_LENGTH:
        raise ValueError(
            f"The override key has {len(key)} characters. Set {KEY_VARIABLE} to at least"
            f" {MIN_KEY_LENGTH} random ones."
        )


def key_in(environment: Mapping[str, str]) -> str:
    """Return the key that the environment gives, or an empty one if it is none or too short."""
    key = environment.get(KEY_VARIABLE, "")
    return key if len(key) >= MIN_KEY_LENGTH else ""


def sign(key: str, backend: str, expires: float) -> str:
    """Return a token that asks for a backend until `expires`, in seconds since the epoch.

    Raises ValueError for a key of fewer than 16 characters.
    """
    check_key(key)
    return str(_serializer(key).dumps([backend, int(expires)]))


def read(key: str, token: str, now: float) -> str | None:
    """Return the backend that a token asks for, or None if it is forged or has expired."""
    try:
        backend, expires = _serializer(key).loads(token)
    except (BadData, TypeError, ValueError):
        return None
    return backend if now < expires else None


def wish(environ: dict[str, Any], settings: OverrideSettings, key: str, now: Clock) -> str | None:
    """Return the backend that a request's header or cookie rightfully asks for."""
    token = None
    if settings.header:
        token = environ.get("HTTP_" + settings.header.upper().replace("-", "_"))
    if token is None and settings.cookie and settings.cookie in environ.get("HTTP_COOKIE", ""):
        token = parse_cookie(environ).get(settings.cookie)
    return None if token is None else read(key, token, now())


def _serializer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="gateway.override")
