"""What the engines of one database are made with, and where two of them differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.doctor.db.databases import Database

# Strings that are no secrets. Others may be: connect_args can hold a password.
_SHOWN = {"driver", "user", "isolation_level"}


def differing_options(ours: Database, theirs: Database) -> Iterator[str]:
    """Say each option in which two engines of one database differ."""
    first, second = (_options(database) for database in (ours, theirs))
    for name in sorted(first.keys() | second.keys()):
        one, other = first.get(name), second.get(name)
        if one == other:
            continue
        if _is_shown(name, one) and _is_shown(name, other):
            yield f"{name}: {one!r} in {ours.application}, {other!r} in {theirs.application}"
        else:
            yield f"{name} differs"


def _options(database: Database) -> dict[str, Any]:
    """Return the options of an engine, flat: `connect_args.timeout` and so on."""
    flat: dict[str, Any] = {"driver": database.url.drivername, "user": database.url.username}
    flat |= {f"url.{name}": value for name, value in database.url.query.items()}
    for name, value in database.options.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{key}": inner for key, inner in value.items()}
        elif name != "url":
            flat[name] = value
    return flat | {"listeners on connect": _listeners(database.engine)}


def _listeners(engine: Any) -> tuple[str, ...]:
    """Return the application's own functions that set up each connection."""
    listening = [] if engine is None else list(engine.pool.dispatch.connect)
    # SQLAlchemy's own listeners belong to its dialects and differ with the driver only.
    ours = (f"{each.__module__}.{each.__qualname__}" for each in listening)
    return tuple(sorted(name for name in ours if not name.startswith("sqlalchemy.")))


def _is_shown(name: str, value: Any) -> bool:
    plain = value is None or isinstance(value, bool | int | float | tuple)
    return plain or (name in _SHOWN and isinstance(value, str))
