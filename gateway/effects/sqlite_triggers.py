"""Which rows were touched on SQLite, and what was in them before.

TEMP triggers call a function of ours, which looks the row up. They live in the connection and
are gone with it: the schema stays as it is, and so do `changes()`, `total_changes` and
`last_insert_rowid()`, since nothing is written anywhere.

What is kept is the first image of each row, and no log, so work that is rolled back needs no
care: such a row was touched, and is found to be as it was. The triggers name no column that can
be dropped, or else `ALTER TABLE` would fail in the application.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from gateway.effects.sqlite_tables import fetch, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from gateway.effects.net import Row
    from gateway.effects.sqlite_tables import SqliteTable

Identity = tuple[Any, ...]

_PREFIX = "gateway_effects_"
_PLACES = ("OLD", "NEW")
_AT_ONCE = 500
"""How many values a query is given; old SQLite takes 999."""
_OURS = f"FROM sqlite_temp_master WHERE type = 'trigger' AND name GLOB '{_PREFIX}*'"


class TouchedRows:
    """The rows of one table that were touched, and what those were that were there before."""

    def __init__(self, table: SqliteTable) -> None:
        self._table = table
        self._width = len(table.identity)
        self._one_row = table.rows_with(1)
        # Mappings are in the order of the first touch.
        self._touched: dict[Identity, None] = {}
        self._old: dict[Identity, Row] = {}

    def touch(self, connection: Any, identity: Identity) -> None:
        """Keep what a row is now, unless it was touched before."""
        if identity in self._touched:
            return
        for row in fetch(connection, self._one_row, identity):
            found = row[: self._width]
            # Where keys are compared without case, it may be known by another spelling.
            if found not in self._touched:
                self._old[found] = row[self._width :]
        self._touched[identity] = None

    def make(self, identity: Identity) -> None:
        """Keep that there was no such row, unless it was touched before."""
        self._touched.setdefault(identity)

    def take(self, connection: Any, *, keep: bool) -> tuple[Sequence[Row], Sequence[Row]]:
        """Give the rows as they were and as they are, and begin anew.

        With `keep` they stay touched, since somebody may not have committed yet.
        """
        old, now = self._old, dict(self._present(connection))
        self._old = now if keep else {}
        if not keep:
            self._touched = {}
        return list(old.values()), list(now.values())

    def _present(self, connection: Any) -> Iterator[tuple[Identity, Row]]:
        for some in _chunks(list(self._touched), _AT_ONCE // self._width):
            values = tuple(value for identity in some for value in identity)
            for row in fetch(connection, self._table.rows_with(len(some)), values):
                yield row[: self._width], row[self._width :]


def _chunks(identities: Sequence[Identity], size: int) -> Iterator[Sequence[Identity]]:
    for start in range(0, len(identities), size):
        yield identities[start : start + size]


class Triggers:
    """Puts triggers on connections, and keeps what they tell."""

    def __init__(self) -> None:
        self.tables: dict[str, SqliteTable] = {}
        self.lost: Counter[str] = Counter()
        self._rows: dict[str, TouchedRows] = {}
        self._fault: Exception | None = None

    def begin(self, tables: Collection[SqliteTable]) -> None:
        """Watch these tables from now on, on connections that are told so."""
        self.tables = {table.name: table for table in tables}
        self._rows = {table.name: TouchedRows(table) for table in tables}

    def install(self, connection: Any) -> None:
        """Put triggers for the tables of today on a connection."""

        def touch(name: str, *identity: Any) -> None:
            # A connection that is out may have triggers of yesterday.
            if name in self._rows:
                try:
                    self._rows[name].touch(connection, identity)
                except Exception as error:  # noqa: BLE001  # a fault of ours: `take` raises it
                    self._fault = error

        def make(name: str, *identity: Any) -> None:
            if name in self._rows:
                self._rows[name].make(identity)

        remove(connection)
        # One that was dropped or altered since is told by the next reading.
        defined = set(fetch(connection, "SELECT name, sql FROM main.sqlite_master"))
        tables = [t for t in self.tables.values() if (t.name, t.definition) in defined]
        if not tables:
            return
        connection.create_function("gateway_touch", -1, touch)
        connection.create_function("gateway_make", -1, make)
        # Or else the rows that REPLACE deletes fire nothing.
        _run(connection, ["PRAGMA recursive_triggers = ON", *_definitions(tables)])

    def look_after(self, connection: Any) -> None:
        """Count the tables that have lost their triggers: these go with a table that is dropped."""
        there = {row[0] for row in fetch(connection, f"SELECT tbl_name {_OURS}")}
        self.lost.update(self.tables.keys() - there)

    def take(
        self, connection: Any, *, keep: bool
    ) -> dict[str, tuple[Sequence[Row], Sequence[Row]]]:
        """Give the touched rows of each table; see `TouchedRows.take`."""
        if self._fault is not None:
            raise self._fault
        return {name: rows.take(connection, keep=keep) for name, rows in self._rows.items()}


def _definitions(tables: Collection[SqliteTable]) -> Iterator[str]:
    for number, table in enumerate(tables):
        on = f"ON main.{quoted(table.name)} BEGIN"
        name = "'" + table.name.replace("'", "''") + "'"
        old, new = (", ".join(f"{at}.{column}" for column in table.identity) for at in _PLACES)
        yield (
            f"CREATE TEMP TRIGGER {_PREFIX}{number}_delete BEFORE DELETE {on}"
            f" SELECT gateway_touch({name}, {old}); END"
        )
        yield (
            f"CREATE TEMP TRIGGER {_PREFIX}{number}_update BEFORE UPDATE {on}"
            f" SELECT gateway_touch({name}, {old});"
            f" SELECT gateway_touch({name}, {new}) WHERE ({new}) IS NOT ({old}); END"
        )
        # Only when it is there does a row have its rowid.
        yield (
            f"CREATE TEMP TRIGGER {_PREFIX}{number}_insert AFTER INSERT {on}"
            f" SELECT gateway_make({name}, {new}); END"
        )


def remove(connection: Any) -> None:
    """Take our triggers off a connection."""
    names = fetch(connection, f"SELECT name {_OURS}")
    _run(connection, [f"DROP TRIGGER temp.{name}" for (name,) in names])


def _run(connection: Any, statements: Collection[str]) -> None:
    """Change the connection's own schema, and leave its transaction as it is."""
    if not statements:
        return
    ((read_only,),) = fetch(connection, "PRAGMA query_only")
    connection.execute("PRAGMA query_only = OFF")
    for statement in statements:
        connection.execute(statement)
    connection.execute(f"PRAGMA query_only = {read_only}")
