"""Triggers that tell which rows are touched on SQLite.

TEMP triggers call a function of ours, which looks the row up (`sqlite_touched`). They live in
the connection and are gone with it: the schema stays as it is, and so do `changes()`,
`total_changes` and `last_insert_rowid()`, since nothing is written anywhere.

They name no column that can be dropped, or else `ALTER TABLE` would fail in the application.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from gateway.effects.sqlite_tables import fetch, quoted
from gateway.effects.sqlite_touched import TouchedRows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from gateway.effects.net import Row
    from gateway.effects.sqlite_conflicts import Conflicts
    from gateway.effects.sqlite_tables import SqliteTable

_PREFIX = "gateway_effects_"
_OURS = f"FROM sqlite_temp_master WHERE type = 'trigger' AND name GLOB '{_PREFIX}*'"


class Triggers:
    """Puts triggers on connections, and keeps what they tell."""

    def __init__(self) -> None:
        self.tables: dict[str, SqliteTable] = {}
        self.lost: Counter[str] = Counter()
        self._conflicts: Conflicts | None = None
        self._rows: dict[str, TouchedRows] = {}
        self._fault: Exception | None = None

    def begin(self, tables: Collection[SqliteTable], conflicts: Conflicts | None) -> None:
        """Watch these tables from now on, on connections that are told so.

        Their `conflicts` say how to find what REPLACE deletes; without them triggers may be
        recursive, and it fires them.
        """
        self._conflicts = conflicts
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
        _run(connection, list(_statements(tables, self._conflicts)))

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


def _statements(tables: Collection[SqliteTable], conflicts: Conflicts | None) -> Iterator[str]:
    if conflicts is None:
        yield "PRAGMA recursive_triggers = ON"
    for number, table in enumerate(tables):
        conditions = None if conflicts is None else conflicts[table.name]
        for event, body in _bodies(table, conditions).items():
            name = f"{_PREFIX}{number}_{event.replace(' ', '_').lower()}"
            on = f"{event} ON main.{quoted(table.name)}"
            yield f"CREATE TEMP TRIGGER {name} {on} BEGIN {body} END"


def _bodies(table: SqliteTable, conditions: tuple[str, ...] | None) -> dict[str, str]:
    """Give what a trigger does at each event."""
    name = "'" + table.name.replace("'", "''") + "'"
    own, old, new = (
        ", ".join(at + column for column in table.identity) for at in ("", "OLD.", "NEW.")
    )
    touch_new = f"SELECT gateway_touch({name}, {new})"
    found = f"SELECT gateway_touch({name}, {own}) FROM main.{quoted(table.name)}"  # noqa: S608
    touch_replaced = "".join(f" {found} WHERE {condition};" for condition in conditions or ())
    bodies = {
        "BEFORE DELETE": f"SELECT gateway_touch({name}, {old});",
        "BEFORE UPDATE": f"SELECT gateway_touch({name}, {old});"
        f" {touch_new} WHERE ({new}) IS NOT ({old});{touch_replaced}",
        # Only when it is there does a row have its rowid.
        "AFTER INSERT": f"SELECT gateway_make({name}, {new});",
    }
    if conditions is not None:
        bodies["BEFORE INSERT"] = f"{touch_new};{touch_replaced}"
    return bodies


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
