"""The `SQLAlchemy` objects of a process: who registered which, and where they can be found."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from gateway.doctor.application import Application, Pair
from gateway.doctor.finding import Check, Finding

TWO_INSTANCES = Check("db.two-instances", "error")


def registered(application: Application) -> Any | None:
    """Return the `SQLAlchemy` object that an application was initialised with, or None."""
    extension = application.flask.extensions.get("sqlalchemy")
    # Flask-SQLAlchemy 2 registers a state that holds the object.
    return extension.db if type(extension).__name__ == "_SQLAlchemyState" else extension


def places_of(value: object) -> list[str]:
    """Return the names under which modules hold an object, such as `legacy.app.db`."""
    return sorted(
        f"{name}.{key}"
        for name, module in list(sys.modules.items())
        for key, held in list(getattr(module, "__dict__", {}).items())
        if held is value
    )


def named(instance: object) -> str:
    """Name a `SQLAlchemy` object for a person."""
    return ", ".join(places_of(instance)) or "an object that no module holds"


def two_instances(pair: Pair) -> Iterator[Finding]:
    """Find applications that were initialised with different `SQLAlchemy` objects."""
    ours, theirs = (registered(application) for application in pair)
    if ours is None or theirs is None or ours is theirs:
        return
    control, candidate = pair
    yield TWO_INSTANCES.finding(
        f"{control.name} and {candidate.name} are registered with two different SQLAlchemy"
        " objects. A model of the one fails in a view of the other with 'The current Flask app is"
        " not registered with this SQLAlchemy instance', and rows added to the other's session"
        " are lost without an error.",
        *(f"{each.name}: {named(registered(each))}" for each in pair),
        fix="Keep one db in a module of its own, import it in both applications, and call"
        " db.init_app(app) in each. See docs/one-database.md.",
    )
