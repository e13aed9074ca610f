"""What lives in the process: `SQLAlchemy` objects, models, engines, and their names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.doctor.db.extension import (
    engines_made_by,
    full_name,
    metadatas_of,
    registered_on,
)
from gateway.doctor.db.locations import shown
from gateway.doctor.objects import living, places_of

_LISTED = 5


@dataclass(frozen=True, slots=True)
class Living:
    """Every `SQLAlchemy` object of the process, those on no application, models and engines."""

    instances: tuple[Any, ...] = ()
    orphans: tuple[Any, ...] = ()
    registries: tuple[Any, ...] = ()
    engines: tuple[Any, ...] = ()

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

    def loose_engines(self) -> list[str]:
        """Return the engines that modules hold and no `SQLAlchemy` object made, with their URLs."""
        made = [engine for instance in self.instances for engine in engines_made_by(instance)]
        loose = [each for each in self.engines if not any(each is engine for engine in made)]
        return sorted(f"{named(each)}: {shown(each.url)}" for each in loose if places_of(each))

    def models(self) -> Iterator[Any]:
        """Yield the classes that are mapped to a table, by name."""
        mapped = [mapper.class_ for registry in self.registries for mapper in registry.mappers]
        yield from sorted((each for each in mapped if _is_model(each)), key=full_name)


def look_around() -> Living:
    """Look for what lives in this process."""
    flask, extension, orm = map(sys.modules.get, ("flask", "flask_sqlalchemy", "sqlalchemy.orm"))
    if flask is None or extension is None or orm is None:
        return Living()
    engine = sys.modules["sqlalchemy"].engine.Engine
    instances, flasks, *rest = living(extension.SQLAlchemy, flask.Flask, orm.registry, engine)
    taken = [registered_on(each) for each in flasks]
    orphans = [each for each in instances if not any(each is other for other in taken)]
    return Living(tuple(sorted(instances, key=named)), tuple(orphans), *map(tuple, rest))


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


def named(thing: object) -> str:
    """Name a `SQLAlchemy` object or an engine for a person."""
    return ", ".join(places_of(thing)) or "an object that no module holds"


def described(instance: Any, living: Living) -> str:
    """Say where a `SQLAlchemy` object is, and what is defined on it."""
    models = [full_name(model) for model in living.models_of(instance)]
    listed = ", ".join(models[:_LISTED]) + (", …" if models[_LISTED:] else "")
    count = f"{len(models)} model{'s' if len(models) > 1 else ''}"
    return f"{named(instance)}, with {f'{count}: {listed}' if models else 'no models'}"
