"""The middleware around an application, and what its view of a client becomes through proxies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

from gateway.doctor.application import Application
from gateway.inventory import find_flask, inside

_DEPTH = 12
_TRUSTED = ("x_for", "x_proto", "x_host", "x_port", "x_prefix")


def middleware_of(application: Application) -> list[Any]:
    """Return the middleware around an application, the outermost first.

    Both what wraps the Flask object and what replaces its `wsgi_app` count.
    """
    return list(_layers(application.wsgi, application.flask))


def _layers(layer: Any, flask: Any) -> Iterator[Any]:
    for _ in range(_DEPTH):
        if layer is flask:
            layer = flask.wsgi_app
        if layer is None or getattr(layer, "__self__", None) is flask:
            return
        yield layer
        layer = next((each for each in inside(layer) if find_flask(each) is flask), None)


def trusted(application: Application) -> list[dict[str, int]]:
    """Return how many proxies each ProxyFix of an application trusts for each header."""
    return [
        {name: getattr(layer, name) for name in _TRUSTED if getattr(layer, name)}
        for layer in middleware_of(application)
        if isinstance(layer, ProxyFix)
    ]


def seen_through_proxies(application: Application, environ: dict[str, Any]) -> dict[str, Any]:
    """Return the environ that an application's views get, as far as ProxyFix rewrites it."""
    rewritten = dict(environ)
    for counts in trusted(application):
        fix = ProxyFix(_nothing, **{name: counts.get(name, 0) for name in _TRUSTED})
        fix(rewritten, _ignored)
    return rewritten


def _nothing(_environ: Any, _start_response: Any) -> list[bytes]:
    return []


def _ignored(*_: Any) -> Any:
    return None
