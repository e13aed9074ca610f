"""What Flask-SQLAlchemy keeps of an application, whichever series it is of.

Flask-SQLAlchemy 3 registers its object and makes the engines at once. Version 2 registers a
state that holds the object, and makes an engine at the first request; it is never made to here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.doctor.application import Application


def registered(application: Application) -> Any | None:
    """Return the `SQLAlchemy` object that an application was initialised with, or None."""
    return registered_on(application.flask)


def registered_on(flask: Any) -> Any | None:
    """Return the `SQLAlchemy` object of a Flask object, or None."""
    extension = flask.extensions.get("sqlalchemy")
    return extension.db if _is_of_version_2(extension) else extension


def is_of_version_2(application: Application) -> bool:
    """Tell whether an application has a Flask-SQLAlchemy that makes its engines late."""
    return _is_of_version_2(application.flask.extensions.get("sqlalchemy"))


def _is_of_version_2(extension: Any) -> bool:
    return type(extension).__name__ == "_SQLAlchemyState"


def engines_of(application: Application) -> Mapping[str | None, Any]:
    """Return the engines that an application has by now, by bind key."""
    extension = application.flask.extensions.get("sqlalchemy")
    if _is_of_version_2(extension):
        # Not `get_engine`, which would make it.
        made = {bind: vars(each).get("_engine") for bind, each in extension.connectors.items()}
        return {bind: engine for bind, engine in made.items() if engine is not None}
    # Not `.engines`, which needs an application context: leaving one runs teardown functions.
    return dict(getattr(extension, "_app_engines", {}).get(application.flask, {}))


def metadatas_of(instance: Any) -> list[Any]:
    """Return every MetaData of a `SQLAlchemy` object."""
    # Looked up without `getattr`, which version 3 answers with names of SQLAlchemy itself.
    several = vars(instance).get("metadatas")
    return [instance.metadata] if several is None else list(several.values())


def engines_made_by(instance: Any) -> list[Any]:
    """Return the engines of every application that a `SQLAlchemy` object is registered with."""
    by_application = vars(instance).get("_app_engines", {})
    return [engine for engines in by_application.values() for engine in engines.values()]


def full_name(model: Any) -> str:
    """Name a model for a person."""
    return f"{model.__module__}.{model.__qualname__}"
