"""The one connection of a sandbox to a PostgreSQL database, through psycopg 3."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from weakref import WeakSet

import psycopg
from psycopg.pq import TransactionStatus

from gateway.sandbox.errors import ResidueError, SandboxError
from gateway.sandbox.pin import Pin
from gateway.sandbox.psycopglease import PsycopgLease

# Below all spans. It is still there at the end if nothing has ended the transaction.
_BASE = "gateway_base"
_ENDED_UNSEEN = (
    "The sandbox's transaction on a PostgreSQL database had ended before the sandbox did, so its"
    " rows may have stayed. What was learnt in it is invalid."
)
_COPYING = (
    "A COPY is running on another connection, and inside a sandbox all connections are one. Read"
    " what the COPY needs before it begins."
)
# SET CONSTRAINTS ALL IMMEDIATE checks what COMMIT would check; it also has to be taken back.
_DEFERRED = (
    "SELECT format('%I.%I', n.nspname, c.conname) FROM pg_constraint c"
    " JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.condeferred"
)


class PsycopgPin(Pin):
    """Holds a connection from its first use in a sandbox until the sandbox ends."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        super().__init__(self._run_all)
        self.connection = connection
        self.cursors: WeakSet[psycopg.Cursor[Any]] = WeakSet()
        self.failing: PsycopgLease | None = None
        """Whose statement has failed, so that PostgreSQL takes no other before a rollback."""
        self.is_copying = False
        self.holds_locks = False
        self._has_begun = False
        self._was_autocommit = connection.autocommit
        if self._was_autocommit:
            connection.autocommit = False

    def lease(self) -> PsycopgLease:
        """Give one more connection."""
        return PsycopgLease(self, autocommit=self._was_autocommit)

    @property
    def status(self) -> int:
        """What the server says of the transaction."""
        return self.connection.pgconn.transaction_status

    def check(self) -> None:
        """Refuse to go on after the end, and in the middle of a COPY."""
        super().check()
        if self.is_copying:
            raise SandboxError(_COPYING)

    def raw(self, sql: str) -> list[tuple[Any, ...]]:
        """Run statements of our own, in one message; gives the rows of the last one."""
        cursor = psycopg.Cursor(self.connection)
        cursor.execute(sql, prepare=False)
        while cursor.nextset():
            pass
        return cursor.fetchall() if cursor.description else []

    def heal(self, lease: PsycopgLease) -> None:
        """Let a lease go on though another one's statement has failed."""
        if self.failing is not None and self.failing is not lease:
            self.failing.suspend()
            self.failing = None

    def check_constraints(self) -> None:
        """Fail as COMMIT does if a deferred constraint is broken."""
        deferred = self.raw(f"SET CONSTRAINTS ALL IMMEDIATE; {_DEFERRED}")
        if deferred:
            self.raw(f"SET CONSTRAINTS {', '.join(name for (name,) in deferred)} DEFERRED")

    def finish(self) -> None:
        """Undo everything, and leave the connection as it was."""
        self.end()
        if self.connection.closed:  # the server has undone all that was not committed
            return
        for cursor in list(self.cursors):
            with suppress(psycopg.Error):
                cursor.close()
        is_sound = self._is_sound()
        self.connection.rollback()
        if self.holds_locks:
            self.raw("SELECT pg_advisory_unlock_all()")
            self.connection.rollback()
        self.connection.autocommit = self._was_autocommit
        if not is_sound:
            raise ResidueError(_ENDED_UNSEEN)

    def _is_sound(self) -> bool:
        if not self._has_begun:
            return self.status == TransactionStatus.IDLE
        try:
            self.raw(f"ROLLBACK TO SAVEPOINT {_BASE}")
        except psycopg.Error:
            return self.connection.closed
        return True

    def _run_all(self, statements: list[str]) -> None:
        if not self._has_begun:
            statements = [f"SAVEPOINT {_BASE}", *statements]
        self.raw("; ".join(statements))
        self._has_begun = True
