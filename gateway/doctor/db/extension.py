"""What Flask-SQLAlchemy keeps of an application, whichever series it is of.

Flask-SQLAlchemy 3 registers its object and makes the engines at once. Version 2 registers a
state that holds the object, and makes an engine at the first request; it is never made to here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.doctor.application import Application
from gateway.doctor.objects import living, places_of

_LISTED = 5


def registered(application: Application) -> Any | None:
    """Return the `SQLAlchemy` object that an application was initialised with, or None."""
    return _registered_on(application.flask)


def _registered_on(flask: Any) -> Any | None:
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


@dataclass(frozen=True, slots=True)
class Living:
    """Every `SQLAlchemy` object of the process, those on no application, and all models."""

    instances: tuple[Any, ...] = ()
    orphans: tuple[Any, ...] = ()
    registries: tuple[Any, ...] = ()

    def owners_of(self, thing: Any) -> list[Any]:
        """Return the `SQLAlchemy` objects that something is, or is a session, model or table of."""
        if is_data(thing):
            return self.owners_of_metadata(table_of(thing).metadata)
        return [
            each for each in self.instances if thing is each or thing is vars(each).get("session")
        ]

    def owners_of_metadata(self, metadata: Any) -> list[Any]:
        """Return the `SQLAlchemy` objects that a MetaData belongs to."""
        return [each for each in self.instances if metadata in metadatas_of(each)]

    def models_of(self, instance: object) -> list[Any]:
        """Return the models whose tables are a `SQLAlchemy` object's."""
        mine = {id(metadata) for metadata in metadatas_of(instance)}
        return [model for model in self.models() if id(model.__table__.metadata) in mine]

    def models(self) -> Iterator[Any]:
        """Yield the classes that are mapped to a table, by name."""
        mapped = [mapper.class_ for registry in self.registries for mapper in registry.mappers]
        yield from sorted((each for each in mapped if _is_model(each)), key=full_name)


def look_around() -> Living:
    """Look for what lives in this process."""
    flask, extension, orm = map(sys.modules.get, ("flask", "flask_sqlalchemy", "sqlalchemy.orm"))
    if flask is None or extension is None or orm is None:
        return Living()
    # SQLAlchemy before 1.4 has no registry.
    kinds = (extension.SQLAlchemy, flask.Flask, getattr(orm, "registry", _Nothing))
    instances, flasks, registries = living(*kinds)
    taken = [_registered_on(each) for each in flasks]
    orphans = [each for each in instances if not any(each is other for other in taken)]
    return Living(tuple(sorted(instances, key=named)), tuple(orphans), tuple(registries))


class _Nothing:
    """A class without objects."""


def is_data(thing: Any) -> bool:
    """Tell whether something is a model or a table."""
    return _is_model(thing) or _is_table(thing)


# `type(thing)`, since a proxy outside of its context answers every other question with an error.
def _is_model(thing: Any) -> bool:
    return issubclass(type(thing), type) and _is_table(getattr(thing, "__table__", None))


def _is_table(thing: Any) -> bool:
    return issubclass(type(thing), sys.modules["sqlalchemy"].Table)


def table_of(data: Any) -> Any:
    """Return the table of a model, or the table itself."""
    return data if _is_table(data) else data.__table__


def named(instance: object) -> str:
    """Name a `SQLAlchemy` object for a person."""
    return ", ".join(places_of(instance)) or "an object that no module holds"


def full_name(model: Any) -> str:
    """Name a model for a person."""
    return f"{model.__module__}.{model.__qualname__}"


def described(instance: Any, living: Living) -> str:
    """Say where a `SQLAlchemy` object is, and what is defined on it."""
    models = [full_name(model) for model in living.models_of(instance)]
    listed = ", ".join(models[:_LISTED]) + (", …" if models[_LISTED:] else "")
    count = f"{len(models)} model{'s' if len(models) > 1 else ''}"
    return f"{named(instance)}, with {f'{count}: {listed}' if models else 'no models'}"
