"""The rows of a PostgreSQL database, read through one connection."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

from gateway.effects.postgresql_tables import RELATIONS, PostgresqlTable, tables_of
from gateway.effects.postgresql_triggers import LOGGED, SETTINGS, install

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from gateway.effects.net import Image


class PostgresqlSource:
    """Reads through one DBAPI connection, which sees what is committed, or its own work."""

    def __init__(self, connection: Any, version: Callable[[Any], object]) -> None:
        self._connection = connection
        self._version = version
        self._watched: dict[int, str] = {}
        self._told: Logged = Counter()
        self._found: list[tuple[Any, ...]] = []
        self._tables: Mapping[str, PostgresqlTable] = {}

    def version(self) -> object:
        return self._version(self._connection)

    def tables(self) -> Mapping[str, PostgresqlTable]:
        found = fetch(self._connection, RELATIONS)
        if found != self._found:
            self._found, self._tables = found, tables_of(found)
        return self._tables

    def larger_than(self, rows: int, tables: Collection[PostgresqlTable]) -> frozenset[str]:
        able = [table for table in tables if table.can_be_watched]
        found = self._of_each(able, f"count(*) FROM (SELECT FROM {{rows}} LIMIT {rows + 1}) AS t")
        return frozenset(name for name, count in found if count > rows)

    def read(self, tables: Collection[PostgresqlTable]) -> Mapping[str, Sequence[Image]]:
        images: dict[str, list[str]] = {table.name: [] for table in tables}
        for name, image in self._of_each(tables, "(t.*)::text FROM {rows} AS t"):
            images[name].append(image)
        return images

    def _of_each(
        self, tables: Collection[PostgresqlTable], selected: str
    ) -> Iterator[tuple[str, Any]]:
        """Ask the same of several tables at once."""
        queries = [
            f"SELECT {number}, {selected.replace('{rows}', table.rows)}"
            for number, table in enumerate(tables)
        ]
        names = [table.name for table in tables]
        for number, value in fetch(self._connection, " UNION ALL ".join(queries)) if names else ():
            yield names[number], value

    def watch(self, tables: Collection[PostgresqlTable]) -> None:
        if tables or self._watched:
            execute(self._connection, install(tables))
        self._watched = {table.own.oid: table.name for table in tables}
        self._told = Counter()

    def touched(self) -> Mapping[str, tuple[Sequence[Image], Sequence[Image]]]:
        # The log is left as it is: what a transaction takes back is missing from it next time.
        logged = Counter({(r, image): n for r, image, n in fetch(self._connection, LOGGED)})
        found: dict[str, tuple[list[str], list[str]]] = {
            name: ([], []) for name in self._watched.values()
        }
        for (relation, image), count in _difference(self._told, logged):
            gone, came = found[self._watched[relation]]
            (came if count > 0 else gone).extend([image] * abs(count))
        self._told = logged
        return found

    def close(self) -> None:
        """Nothing: triggers go with the copy, or with the transaction that they were made in."""


Logged = Counter[tuple[int, str]]


def _difference(before: Logged, after: Logged) -> Iterator[tuple[tuple[int, str], int]]:
    """Give what is to be added to the one to have the other."""
    for key in {**before, **after}:
        if after[key] != before[key]:
            yield key, after[key] - before[key]


def open_reading(connection: Any) -> None:
    """Set up a connection of the recorder's own, which sees what others have committed."""
    connection.autocommit = True
    # Rather an error than to wait forever for a transaction that an application left open.
    settings = {**SETTINGS, "lock_timeout": "10s"}
    execute(connection, ";".join(f"SET {name} = '{value}'" for name, value in settings.items()))


def committed_version(connection: Any) -> object:
    """Give what changes when a transaction that wrote anything, anywhere, has ended."""
    return fetch(connection, "SELECT pg_current_snapshot()::text")


def execute(connection: Any, sql: str) -> None:
    """Run statements."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(sql)


def fetch(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    """Run a query."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(sql)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
