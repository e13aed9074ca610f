"""The connections of an application that triggers are put on: one that is given, or a pool's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from gateway.effects.sqlite_tables import fetch
from gateway.effects.sqlite_triggers import Triggers, remove

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.pool import Pool

    from gateway.effects.sqlite_conflicts import Conflicts
    from gateway.effects.sqlite_tables import SqliteTable


class Watch(Protocol):
    """Keeps triggers on the connections of an application."""

    triggers: Triggers

    def put(self, tables: Collection[SqliteTable], conflicts: Conflicts | None) -> None:
        """Watch these tables, and no others; see `Triggers.begin`."""

    def look_after(self) -> None:
        """Count the triggers that were lost, if that was not done when it happened."""

    def is_writing(self) -> bool:
        """Tell whether somebody may have written and not committed."""

    def close(self) -> None:
        """Leave the connections as they were."""


class OneConnection:
    """Watches a connection, such as the one that a sandbox holds."""

    def __init__(self, connection: Any) -> None:
        self.triggers = Triggers()
        self._connection = connection
        self._recursive = fetch(connection, "PRAGMA recursive_triggers")[0][0]

    def put(self, tables: Collection[SqliteTable], conflicts: Conflicts | None) -> None:
        self.triggers.begin(tables, conflicts)
        self.triggers.install(self._connection)

    def look_after(self) -> None:
        self.triggers.look_after(self._connection)

    def is_writing(self) -> bool:
        return bool(self._connection.in_transaction)

    def close(self) -> None:
        remove(self._connection)
        fetch(self._connection, f"PRAGMA recursive_triggers = {self._recursive}")


class PooledConnections:
    """Watches whatever connections a pool gives out; they are not expected to outlive the watch."""

    def __init__(self, pool: Pool) -> None:
        self.triggers = Triggers()
        self._pool = pool
        self._out: set[Any] = set()
        self._listening = False

    def put(self, tables: Collection[SqliteTable], conflicts: Conflicts | None) -> None:
        self.triggers.begin(tables, conflicts)
        if tables and not self._listening:
            sa.event.listen(self._pool, "checkout", self._checked_out)
            sa.event.listen(self._pool, "checkin", self._checked_in)
            self._listening = True

    def look_after(self) -> None:
        """Each connection was looked after when it came back."""

    def is_writing(self) -> bool:
        return bool(self._out)

    def close(self) -> None:
        if self._listening:
            sa.event.remove(self._pool, "checkout", self._checked_out)
            sa.event.remove(self._pool, "checkin", self._checked_in)

    def _checked_out(self, connection: Any, record: Any, _proxy: Any) -> None:
        self._out.add(record)
        if record.info.get(self) != (self.triggers.tables, _schema(connection)):
            self.triggers.install(connection)
            record.info[self] = self.triggers.tables, _schema(connection)

    def _checked_in(self, connection: Any, record: Any) -> None:
        self._out.discard(record)
        # It is None if it broke, and then it is not given out again.
        if connection is not None and self in record.info:
            tables, schema = record.info[self]
            if tables is self.triggers.tables and schema != _schema(connection):
                self.triggers.look_after(connection)


def _schema(connection: Any) -> int:
    version: int = fetch(connection, "PRAGMA schema_version")[0][0]
    return version
