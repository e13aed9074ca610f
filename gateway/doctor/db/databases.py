"""The databases that an application is configured for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.doctor.application import Application
from gateway.doctor.db.extension import engines_of, registered
from gateway.doctor.db.locations import shown, sqlite_file


@dataclass(frozen=True, slots=True, eq=False)
class Database:
    """What an application has under one bind key; `engine` is None where it is made later."""

    application: str
    given: Any
    url: Any
    engine: Any | None
    options: Mapping[str, Any]

    def __str__(self) -> str:
        given = "" if self.given == self.url else f", given as {shown(self.given)}"
        return f"{self.application}: {shown(self.url)}{given}"


def databases_of(application: Application) -> dict[str | None, Database]:
    """Return the databases that an application is configured for, by bind key."""
    engines, name = engines_of(application), application.name
    found = {}
    for bind, options in _configured(application).items():
        given = sys.modules["sqlalchemy"].engine.make_url(options["url"])
        engine = engines.get(bind)
        url = _resolved(given, application) if engine is None else engine.url
        found[bind] = Database(name, given, url, engine, options)
    return found


def _configured(application: Application) -> dict[str | None, dict[str, Any]]:
    """Return the options of each engine, as Flask-SQLAlchemy reads them."""
    instance, config = registered(application), application.flask.config
    if instance is None:
        return {}
    of_all = vars(instance).get("_engine_options") or {}
    binds = {None: {"url": config.get("SQLALCHEMY_DATABASE_URI")}}
    binds[None] |= config.get("SQLALCHEMY_ENGINE_OPTIONS") or {}
    for bind, value in (config.get("SQLALCHEMY_BINDS") or {}).items():
        more = value if isinstance(value, Mapping) else {"url": value}
        binds[bind] = {**binds.get(bind, {}), **more}
    return {
        bind: {"echo": config.get("SQLALCHEMY_ECHO"), **of_all, **options}
        for bind, options in binds.items()
        if options.get("url") is not None
    }


def _resolved(url: Any, application: Application) -> Any:
    # Only version 2 has no engine by now; it takes paths from the application's folder.
    file = sqlite_file(url)
    if file is None:
        return url
    return url.set(database=str(Path(application.flask.root_path) / file))
