"""The applications that are looked at, two and two."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.backends import WSGICallable, load_backend
from gateway.inventory import find_flask
from gateway.table import Backend


@dataclass(frozen=True, slots=True, eq=False)
class Application:
    """A backend that was imported; `flask` is the Flask object in it, or None."""

    name: str
    target: str
    wsgi: WSGICallable
    flask: Any


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two applications that are to be one: what is trusted, and what is to be trusted."""

    control: Application
    candidate: Application

    def __iter__(self) -> Iterator[Application]:
        return iter((self.control, self.candidate))


def has_endpoint(application: Application, endpoint: str) -> bool:
    """Tell whether an application has a rule for an endpoint."""
    return any(rule.endpoint == endpoint for rule in application.flask.url_map.iter_rules())


def load_application(name: str, backend: Backend) -> Application:
    """Import an application and find the Flask object in it. Raises BackendError."""
    wsgi = load_backend(name, backend)
    return Application(name, backend.wsgi, wsgi, _flask_in(wsgi))


def _flask_in(wsgi: WSGICallable) -> Any | None:
    found = find_flask(wsgi)
    flask = sys.modules.get("flask")
    return found if flask is not None and isinstance(found, flask.Flask) else None
