"""Recorders for the private copies of a state, which both sides of a comparison have."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gateway.effects import postgresql, sqlite
from gateway.effects.postgresql import PostgresqlSource
from gateway.effects.recorder import LARGE, Recorder
from gateway.effects.sqlite import SqliteSource
from gateway.effects.sqlite_watch import PooledConnections
from gateway.sandbox.engines import is_in_memory

if TYPE_CHECKING:
    from gateway.effects.net import Effect
    from gateway.effects.recorder import Source
    from gateway.sandbox.clone import Clone
    from gateway.sandbox.state import State


class StateRecorder:
    """Tells the net effects on all databases of a state; tables of binds are named `bind:table`."""

    def __init__(self, state: State, large: int = LARGE) -> None:
        with ExitStack() as held:
            self._recorders = [
                (clone.pool.origin.bind_key, _recorder(clone, large, held))
                for clone in state.clones
            ]
            self._held = held.pop_all()

    def effects(self) -> tuple[Effect, ...]:
        """Give the net effects of what was committed since the last call."""
        return tuple(
            replace(effect, table=f"{bind_key}:{effect.table}") if bind_key else effect
            for bind_key, recorder in self._recorders
            for effect in recorder.effects()
        )

    def close(self) -> None:
        """Give back what the recorders hold."""
        self._held.close()


def _recorder(clone: Clone, large: int, held: ExitStack) -> Recorder[Any]:
    recorder = Recorder(_source(clone, held), large)
    held.callback(recorder.close)
    return recorder


def _source(clone: Clone, held: ExitStack) -> Source[Any]:
    """Give what reads a copy's rows, and watches what its pool gives out."""
    if clone.engine.dialect.name == "postgresql":
        connection = held.enter_context(clone.reading())
        postgresql.open_reading(connection)
        return PostgresqlSource(connection, postgresql.committed_version)
    watch = PooledConnections(clone.pool)
    if is_in_memory(clone.url):
        # Its one connection is the database.
        with closing(clone.pool.connect_outside()) as pooled:
            return SqliteSource(pooled.dbapi_connection, sqlite.connection_version, watch)
    connection = held.enter_context(clone.reading())
    sqlite.open_reading(connection)
    return SqliteSource(connection, sqlite.committed_version, watch)
