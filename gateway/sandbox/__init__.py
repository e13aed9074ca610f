"""One database for several applications, and scopes in which it is another one.

A project shares its database in two lines::

    from gateway.sandbox import SharedSQLAlchemy
    db = SharedSQLAlchemy(model_class=Base)

Every Flask application that calls ``db.init_app(app)`` with the same URL then has the
same Engine and the same pool (`shared`). The pool asks one ContextVar at each checkout
whether a scope is active (`scope`, `pool`). Outside a scope that is all it does; inside,
the scope says where connections come from:

- from a private copy of the database (`state`, `clone`), which is how each side of a
  comparison gets a state of its own;
- or from a transaction that is never committed (`box`)::

    with sandbox(db):
        client.post("/conversations", json={"title": "Plans"})   # commits, and nothing stays

Without Flask, `create_engine` makes engines that follow a scope too.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.sandbox.box import Sandbox, sandbox
    from gateway.sandbox.clone import CloneError
    from gateway.sandbox.engines import create_engine
    from gateway.sandbox.errors import EscapeError, ResidueError, SandboxError
    from gateway.sandbox.outbound.effect import HttpAnswer, OutboundEffect
    from gateway.sandbox.shared import SharedSQLAlchemy
    from gateway.sandbox.state import Database, State

__all__ = [
    "CloneError",
    "Database",
    "EscapeError",
    "HttpAnswer",
    "OutboundEffect",
    "ResidueError",
    "Sandbox",
    "SandboxError",
    "SharedSQLAlchemy",
    "State",
    "create_engine",
    "sandbox",
]

_HOMES = {
    "CloneError": "clone",
    "Database": "state",
    "EscapeError": "errors",
    "HttpAnswer": "outbound.effect",
    "OutboundEffect": "outbound.effect",
    "ResidueError": "errors",
    "Sandbox": "box",
    "SandboxError": "errors",
    "SharedSQLAlchemy": "shared",
    "State": "state",
    "create_engine": "engines",
    "sandbox": "box",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for: the extension needs Flask, most else SQLAlchemy, some neither."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
