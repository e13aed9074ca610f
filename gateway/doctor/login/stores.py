"""Sessions that are kept on the server, as by Flask-Session: whether it is the same store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.doctor.application import Application, Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.login.sessions import is_signed

INTERFACE = Check("login.session-interface", "error")
STORE = Check("login.session-store", "error")
CHECKS = (INTERFACE, STORE)

# What Flask-Session's interfaces and those modelled on them call what they read.
_ATTRIBUTES = ("key_prefix", "use_signer", "client", "redis", "cache", "permanent", "serializer")
_CONNECTION = ("host", "port", "db", "path", "unix_socket_path")


def findings(pair: Pair) -> Iterator[Finding]:
    """Find applications that keep sessions in different places."""
    # A copy of a class under the same name is taken for the same.
    kinds = [type(each.flask.session_interface).__qualname__ for each in pair]
    if any(map(is_signed, pair)):
        if not all(map(is_signed, pair)):
            yield _two_kinds(pair)
    elif kinds[0] != kinds[1]:
        yield _two_kinds(pair)
    elif differing := list(_differing(pair)):
        yield STORE.finding(
            f"{pair.control.name} and {pair.candidate.name} keep sessions on the server, but not in"
            " the same store or not under the same names. Whoever is signed in on the one is"
            " anonymous on the other, which then overwrites the cookie: signed out on both.",
            *differing,
            fix="Give both applications the same store, the same SESSION_KEY_PREFIX and the same"
            " SESSION_SERIALIZATION_FORMAT.",
        )


def _two_kinds(pair: Pair) -> Finding:
    return INTERFACE.finding(
        f"{pair.control.name} and {pair.candidate.name} keep sessions in different ways. Neither"
        " reads what the other wrote: whoever is signed in on the one is anonymous on the other,"
        " which then overwrites the cookie.",
        *(f"{each.name}: {_named(each.flask.session_interface)}" for each in pair),
        fix="Give both applications the same session_interface, from a module that both import.",
    )


def _differing(pair: Pair) -> Iterator[str]:
    for attribute in _ATTRIBUTES:
        ours, theirs = (_read(application, attribute) for application in pair)
        if ours != theirs:
            yield f"{attribute}: {ours} on {pair.control.name}, {theirs} on {pair.candidate.name}"


def _read(application: Application, attribute: str) -> str:
    return _described(getattr(application.flask.session_interface, attribute, None))


def _described(value: Any) -> str:
    """Describe a store by where it is; never by its password."""
    if value is None or isinstance(value, str | bool | int):
        return repr(value)
    pool = getattr(value, "connection_pool", None)
    if pool is not None:  # redis-py
        told = {k: v for k, v in pool.connection_kwargs.items() if k in _CONNECTION}
        return f"{_named(value)} at {told}"
    folder = getattr(value, "_path", None)
    if isinstance(folder, str):  # cachelib's FileSystemCache
        return f"{_named(value)} in {Path(folder).resolve()}"
    encoder = getattr(value, "encoder", None)
    return f"{_named(value)} by {_named(encoder)}" if encoder is not None else _named(value)


def _named(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"
