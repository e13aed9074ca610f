"""Reads all rows of a private database, as cheaply as it can.

On SQLite nothing is read while the database says that nobody has written; elsewhere every
table is read. This suits the small states of tests, up to some ten thousand rows.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from gateway.parity.effects import Key, Row, Snapshot, TableRows
from gateway.sandbox.engines import is_in_memory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.sandbox.clone import Clone
    from gateway.sandbox.state import State


class RowReader(Protocol):
    """Reads the rows of one database."""

    def read(self) -> Snapshot:
        """Give all rows; the same object as before if nothing was written since."""

    def close(self) -> None:
        """Give back what the reader holds."""


class StateReader:
    """Reads the rows of all databases of a state; tables of binds are named `bind:table`."""

    def __init__(self, state: State) -> None:
        self._readers = [(_prefix(clone), reader_of(clone)) for clone in state.clones]
        self._parts: list[Snapshot] = []
        self._whole: Snapshot = {}

    def read(self) -> Snapshot:
        """Give all rows; the same object as before if nothing was written since."""
        parts = [reader.read() for _, reader in self._readers]
        if len(parts) != len(self._parts) or any(map(_is_not, parts, self._parts)):
            self._parts = parts
            self._whole = {
                prefix + table: rows
                for (prefix, _), part in zip(self._readers, parts, strict=True)
                for table, rows in part.items()
            }
        return self._whole

    def close(self) -> None:
        """Give back what the readers hold."""
        for _, reader in self._readers:
            reader.close()


def _is_not(one: object, other: object) -> bool:
    return one is not other


def _prefix(clone: Clone) -> str:
    bind_key = clone.pool.origin.bind_key
    return f"{bind_key}:" if bind_key else ""


def reader_of(clone: Clone) -> RowReader:
    """Give the reader that suits a database."""
    if is_in_memory(clone.url):
        return _MemoryReader(clone)
    if clone.engine.dialect.name == "sqlite":
        return _FileReader(clone)
    return _ServerReader(clone)


class _FileReader:
    """Reads a SQLite file on a connection of its own, which `data_version` needs."""

    def __init__(self, clone: Clone) -> None:
        self._connection = clone.open()
        self._connection.isolation_level = None
        self._reading = _SqliteReading()

    def read(self) -> Snapshot:
        return self._reading.read(self._connection, _pragma(self._connection, "data_version"))

    def close(self) -> None:
        self._connection.close()


class _MemoryReader:
    """Reads a SQLite memory database on its one connection, which counts its changes."""

    def __init__(self, clone: Clone) -> None:
        self._pool = clone.pool
        self._reading = _SqliteReading()

    def read(self) -> Snapshot:
        with closing(self._pool.connect_outside()) as pooled:
            connection: Any = pooled.dbapi_connection
            return self._reading.read(connection, connection.total_changes)

    def close(self) -> None:
        pass


class _SqliteReading:
    """The last reading, and the versions of schema and data that it was made at."""

    def __init__(self) -> None:
        self._version: tuple[int, int] | None = None
        self._schema_version: int | None = None
        self._tables: list[tuple[str, list[str]]] = []
        self._snapshot: Snapshot = {}

    def read(self, connection: Any, data_version: int) -> Snapshot:
        version = data_version, _pragma(connection, "schema_version")
        if version != self._version:
            if version[1] != self._schema_version:
                self._tables = _sqlite_tables(connection)
                self._schema_version = version[1]
            self._snapshot = self._read_tables(connection)
            self._version = version
        return self._snapshot

    def _read_tables(self, connection: Any) -> Snapshot:
        return {
            name: _read_table(connection.execute(f"SELECT * FROM {_quoted(name)}"), keys)  # noqa: S608
            for name, keys in self._tables
        }


def _pragma(connection: Any, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _sqlite_tables(connection: Any) -> list[tuple[str, list[str]]]:
    """Give name and primary key of every table that an application can have written.

    Virtual tables are views of their shadow tables, and both follow from other rows.
    """
    listed = connection.execute("PRAGMA table_list").fetchall()
    names = [
        row[1]
        for row in listed
        if row[0] == "main" and row[2] == "table" and not row[1].startswith("sqlite_")
    ]
    return [(name, _sqlite_key(connection, name)) for name in sorted(names)]


def _sqlite_key(connection: Any, table: str) -> list[str]:
    columns = connection.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
    return [row[1] for row in sorted(columns, key=lambda row: row[5]) if row[5]]


class _ServerReader:
    """Reads a database through SQLAlchemy's inspection, on a connection of its own."""

    def __init__(self, clone: Clone) -> None:
        self._engine = sa.create_engine(
            clone.url,
            poolclass=sa.NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args=dict(clone.pool.origin.connect_args),
        )
        self._last: Snapshot = {}

    def read(self) -> Snapshot:
        with self._engine.connect() as connection:
            inspector = sa.inspect(connection)
            quote = connection.dialect.identifier_preparer.quote
            fresh = {
                name: _read_table(
                    connection.exec_driver_sql(f"SELECT * FROM {quote(name)}").cursor,  # noqa: S608
                    inspector.get_pk_constraint(name)["constrained_columns"],
                )
                for name in sorted(inspector.get_table_names())
            }
        if fresh != self._last:
            self._last = fresh
        return self._last

    def close(self) -> None:
        self._engine.dispose()


def _read_table(cursor: Any, keys: list[str]) -> TableRows:
    columns = tuple(column[0] for column in cursor.description)
    places = [columns.index(key) for key in keys]
    rows: Iterable[Row] = cursor.fetchall()
    if places == [0]:
        return TableRows(columns, {(row[0],): row for row in rows})
    if places:
        return TableRows(columns, {tuple(row[at] for at in places): row for row in rows})
    return TableRows(columns, dict(_without_key(rows)))


def _without_key(rows: Iterable[Row]) -> Iterable[tuple[Key, Row]]:
    """Key equal rows by their content and a count, so that one more of them is seen."""
    seen: Counter[str] = Counter()
    for row in rows:
        content = repr(row)
        seen[content] += 1
        yield (content, seen[content]), row
