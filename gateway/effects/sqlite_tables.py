"""The tables of a SQLite database, and queries that see rows as they are stored."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from gateway.effects.net import Table

# Virtual tables are left out: they follow from their shadow tables, and both from other rows.
TABLES = r"""
SELECT l.name, m.sql, l.wr FROM pragma_table_list AS l
JOIN main.sqlite_master AS m ON m.type = 'table' AND m.name = l.name
WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\_%' ESCAPE '\'
"""
_NAMES_OF_ROWID = ("rowid", "oid", "_rowid_")


@dataclass(frozen=True)
class SqliteTable(Table):
    """A table, and what tells its rows apart while a request runs.

    That is the rowid, which even a table without a primary key has, or else the primary key.
    It is empty where columns take all names of the rowid, and where two spellings of a key are
    one, as with COLLATE NOCASE.
    """

    identity: tuple[str, ...] = ()

    @property
    def all_rows(self) -> str:
        """The query for all rows, in a stable order."""
        order = f" ORDER BY {', '.join(self.identity)}" if self.identity else ""
        return f"SELECT * FROM main.{quoted(self.name)}{order}"  # noqa: S608  # quoted

    def rows_with(self, count: int) -> str:
        """Give the query for so many rows by identity; it gives the identity before the columns."""
        (first, *more), marks = self.identity, ", ".join("?" * count)
        found = f"{first} IN ({marks})"
        if more:
            # Not as a list of row values, for which SQLite reads the whole table.
            one = " AND ".join(f"{column} = ?" for column in self.identity)
            found = " OR ".join([f"({one})"] * count)
        columns = ", ".join(self.identity)
        return f"SELECT {columns}, * FROM main.{quoted(self.name)} WHERE {found}"  # noqa: S608


def describe(connection: Any, name: str, sql: str, *, rowid: bool, lost: int) -> SqliteTable:
    """Look a table up; `lost` counts how often its triggers were."""
    info = fetch(connection, f"PRAGMA main.table_xinfo({quoted(name)})")
    columns = tuple(row[1] for row in info)
    key = tuple(row[1] for row in sorted(info, key=lambda row: row[5]) if row[5])
    identity = _rowid_beside(columns) if rowid else _exact_key(connection, name, key)
    return SqliteTable(name, columns, key, (sql, lost), sql, identity=identity)


def _rowid_beside(columns: tuple[str, ...]) -> tuple[str, ...]:
    taken = {column.lower() for column in columns}
    return tuple(name for name in _NAMES_OF_ROWID if name not in taken)[:1]


def _exact_key(connection: Any, table: str, key: tuple[str, ...]) -> tuple[str, ...]:
    collations = {
        collation
        for _, index, _, origin, _ in fetch(connection, f"PRAGMA main.index_list({quoted(table)})")
        if origin == "pk"
        for *_, collation, is_key in fetch(connection, f"PRAGMA main.index_xinfo({quoted(index)})")
        if is_key
    }
    return tuple(map(quoted, key)) if collations == {"BINARY"} else ()


def quoted(name: str) -> str:
    """Quote an identifier."""
    return '"' + name.replace('"', '""') + '"'


def fetch(connection: Any, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Run a query, whatever the connection makes of rows and text for its owner."""
    kept = connection.text_factory
    connection.text_factory = str
    try:
        return _rows(connection, sql, parameters)
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
        connection.text_factory = _undecodable
        return _rows(connection, sql, parameters)
    finally:
        connection.text_factory = kept


def _rows(connection: Any, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    cursor = connection.cursor()
    cursor.row_factory = None
    rows: list[tuple[Any, ...]] = cursor.execute(sql, parameters).fetchall()
    return rows


def _undecodable(text: bytes) -> str:
    return text.decode(errors="surrogateescape")
