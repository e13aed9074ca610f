"""Recorders for one connection, in the transaction that is open on it, and for a sandbox."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from gateway.effects.postgresql import PostgresqlSource
from gateway.effects.recorder import LARGE, Recorder
from gateway.effects.sqlite import SqliteSource
from gateway.effects.sqlite_watch import OneConnection

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa


@contextmanager
def recording(engine: sa.Engine, large: int = LARGE) -> Iterator[Recorder[Any]]:
    """Record what happens to an engine's database in the sandbox that is active."""
    with closing(engine.raw_connection()) as pooled:
        recorder = recorder_on(pooled.dbapi_connection, engine.dialect.name, large)
        pooled.commit()
        with closing(recorder):
            yield recorder


def recorder_on(connection: Any, dialect: str, large: int = LARGE) -> Recorder[Any]:
    """Record what happens on one DBAPI connection, in the transaction that is open there.

    The transaction must end in a rollback: on PostgreSQL it takes away what is needed here, a
    schema and triggers. These lock the tables that they are on against writers until then.
    """
    if dialect == "sqlite":
        return Recorder(SqliteSource(connection, _always_new, OneConnection(connection)), large)
    return Recorder(PostgresqlSource(connection, _always_new), large)


def _always_new(_connection: Any) -> object:
    # Work that was taken back counts as much as work that was done, and it changes no counter.
    return object()
