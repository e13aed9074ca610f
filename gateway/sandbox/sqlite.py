"""The one connection of a sandbox to a SQLite database.

Its transaction begins with the first statement that may write, as BEGIN IMMEDIATE: it waits
for other writers then, and can't be refused later. An authorizer stops what would end it even
where the text of a statement did not show that.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from gateway.sandbox.errors import EscapeError, ResidueError, SandboxError
from gateway.sandbox.pin import Pin
from gateway.sandbox.pragma import Pragmas
from gateway.sandbox.sqlitelease import SqliteLease

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = tuple[Any, ...]

_READING = frozenset(
    {
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_SAVEPOINT,
        sqlite3.SQLITE_PRAGMA,
    }
)
_LEAVING = frozenset({sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH})
_DENIED = (
    "A sandbox does not run this statement: it would begin or end a transaction, open another"
    " database, or write where only reading was expected."
)
_LOST = (
    "The database itself has ended the sandbox's transaction, as after ON CONFLICT ROLLBACK or on"
    " a full disk. Everything in it is undone, and nothing more can be done in this sandbox."
)
_ENDED_UNSEEN = (
    "The sandbox's transaction on a SQLite database had ended before the sandbox did, so its rows"
    " may have stayed. What was learnt in it is invalid."
)
_BUSY = (
    "The one connection to a database in memory has an open transaction, which a sandbox would"
    " have to undo. Commit it or roll it back before the sandbox is entered."
)
_DEFERRED = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%INITIALLY%DEFERRED%'"
)


class SqlitePin(Pin):
    """Holds a connection from its first use in a sandbox until the sandbox ends."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(self._run_all)
        self.connection = connection
        self.cursors: WeakSet[sqlite3.Cursor] = WeakSet()
        self.pragmas = Pragmas(self.raw)
        self._factories = connection.row_factory, connection.text_factory
        self._is_trusted = False
        self._has_begun = False
        self._deferring: list[str] = []
        self._broken_before: set[Row] = set()
        if getattr(connection, "autocommit", None) is False:  # 3.12: begins one at once
            self.raw("ROLLBACK")
        if connection.in_transaction:
            raise SandboxError(_BUSY)
        connection.set_authorizer(self._authorize)

    def lease(self) -> SqliteLease:
        """Give one more connection."""
        return SqliteLease(self)

    def check(self) -> None:
        """Refuse to go on once the transaction is gone."""
        super().check()
        if self._is_lost():
            raise ResidueError(_ENDED_UNSEEN)

    def begin(self) -> None:
        """Begin the transaction that everything is written in."""
        if not self._has_begun:
            self.raw("BEGIN IMMEDIATE")
            self._has_begun = True
            self._deferring = self._find_deferring()
            self._broken_before = self._broken_references()

    def raw(self, sql: str) -> list[Row]:
        """Run a statement of our own."""
        self._is_trusted = True
        try:
            cursor = sqlite3.Connection.cursor(self.connection)
            cursor.row_factory = None
            return cursor.execute(sql).fetchall()
        finally:
            self._is_trusted = False

    @contextmanager
    def watched(self, *, is_trusted: bool = False) -> Iterator[None]:
        """See what a statement of the application did to the transaction."""
        self._is_trusted = is_trusted
        try:
            yield
        except sqlite3.DatabaseError as error:
            if str(error) == "not authorized":
                raise EscapeError(_DENIED) from error
            if self._is_lost():
                self.fault = _LOST
            raise
        finally:
            self._is_trusted = False

    def defined(self) -> None:
        """Take note of a statement that may have defined a table."""
        self._deferring = self._find_deferring()

    def check_references(self) -> None:
        """Fail as COMMIT does if a deferred foreign key leads nowhere."""
        if self._broken_references() - self._broken_before - self.pragmas.broken_before:
            raise sqlite3.IntegrityError("FOREIGN KEY constraint failed")
        self.pragmas.end_transaction()

    def finish(self) -> None:
        """Undo everything, and leave the connection as it was."""
        was_sound = self.fault is not None or not self._is_lost()
        self.end()
        for cursor in list(self.cursors):
            cursor.close()
        try:
            if self.connection.in_transaction:
                self.raw("ROLLBACK")
            self.pragmas.restore()
        finally:
            self.connection.set_authorizer(None)
            self.connection.row_factory, self.connection.text_factory = self._factories
        if not was_sound:
            raise ResidueError(_ENDED_UNSEEN)

    def _is_lost(self) -> bool:
        return self._has_begun and not self.connection.in_transaction

    def _run_all(self, statements: list[str]) -> None:
        for statement in statements:
            self.raw(statement)

    def _broken_references(self) -> set[Row]:
        if self.pragmas.defers_all:
            return set(self.raw("PRAGMA foreign_key_check"))
        names = [name.replace('"', '""') for name in self._deferring]
        return {row for name in names for row in self.raw(f'PRAGMA foreign_key_check("{name}")')}

    def _find_deferring(self) -> list[str]:
        return [name for (name,) in self.raw(_DEFERRED)]

    def _authorize(self, action: int, *details: str | None) -> int:
        if action in _READING or self._is_trusted:
            return sqlite3.SQLITE_OK
        # A virtual table that is first used says so when it declares its columns, and writes
        # nothing; SQLite itself refuses a true one.
        if action == sqlite3.SQLITE_UPDATE and details[0] == "sqlite_master":
            return sqlite3.SQLITE_OK
        is_leaving = action in _LEAVING or not self._has_begun
        return sqlite3.SQLITE_DENY if is_leaving else sqlite3.SQLITE_OK
