"""The rows of a SQLite database, read through one connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.effects.sqlite_conflicts import conflicts_of
from gateway.effects.sqlite_tables import TABLES, SqliteTable, describe, fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from gateway.effects.net import Image
    from gateway.effects.sqlite_conflicts import Conflicts
    from gateway.effects.sqlite_watch import Watch


class SqliteSource:
    """Reads through one connection, while those of the application are watched."""

    def __init__(self, reading: Any, version: Callable[[Any], object], watch: Watch) -> None:
        self._reading = reading
        self._version = version
        self._watch = watch
        self._conflicts: Conflicts | None = None
        self._known: dict[tuple[Any, ...], SqliteTable] = {}
        self._schema: tuple[Any, ...] = ()
        self._tables: dict[str, SqliteTable] = {}

    def version(self) -> object:
        return self._version(self._reading)

    def tables(self) -> Mapping[str, SqliteTable]:
        self._watch.look_after()
        # To look the tables up takes as long as to read a few hundred rows of them.
        lost = dict(self._watch.triggers.lost)
        schema = fetch(self._reading, "PRAGMA main.schema_version"), lost
        if schema != self._schema:
            self._schema = schema
            self._tables = {row[0]: self._table(*row) for row in fetch(self._reading, TABLES)}
        return self._tables

    def _table(self, name: str, sql: str, without_rowid: int) -> SqliteTable:
        lost = self._watch.triggers.lost[name]
        known = name, sql, lost
        if known not in self._known:
            self._known[known] = describe(
                self._reading, name, sql, rowid=not without_rowid, lost=lost
            )
        return self._known[known]

    def larger_than(self, rows: int, tables: Collection[SqliteTable]) -> frozenset[str]:
        able = [table for table in tables if table.identity and self._exceeds(table, rows)]
        self._conflicts = conflicts_of(self._reading, able)
        if self._conflicts is not None:
            return frozenset(self._conflicts)
        return frozenset(table.name for table in able)

    def _exceeds(self, table: SqliteTable, rows: int) -> bool:
        counted = f"SELECT count(*) FROM ({table.all_rows} LIMIT {rows + 1})"  # noqa: S608
        return fetch(self._reading, counted) == [(rows + 1,)]

    def read(self, tables: Collection[SqliteTable]) -> Mapping[str, Sequence[Image]]:
        return {table.name: fetch(self._reading, table.all_rows) for table in tables}

    def watch(self, tables: Collection[SqliteTable]) -> None:
        self._watch.put(tables, self._conflicts)

    def touched(self) -> Mapping[str, tuple[Sequence[Image], Sequence[Image]]]:
        return self._watch.triggers.take(self._reading, keep=self._watch.is_writing())

    def close(self) -> None:
        self._watch.close()


def open_reading(connection: Any) -> None:
    """Set up a connection of the recorder's own, which sees what others have committed."""
    if hasattr(connection, "autocommit"):  # from Python 3.12 on
        connection.autocommit = True
    connection.isolation_level = None


def committed_version(connection: Any) -> object:
    """Give what changes when another connection has committed."""
    return fetch(connection, "PRAGMA data_version")


def connection_version(connection: Any) -> object:
    """Give what changes when this connection has written."""
    return connection.total_changes, fetch(connection, "PRAGMA schema_version")
