"""Leases on a PostgreSQL connection, which follow the rules of psycopg 3.

psycopg begins a transaction before the first statement, unless the connection is in autocommit
mode; then every statement is one. A statement that fails spoils its transaction, and nothing
but a rollback is accepted until then. A lease does the same within a savepoint, and a failure
in one lease does not disturb another.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import psycopg
from psycopg.pq import TransactionStatus

from gateway.sandbox.errors import EscapeError
from gateway.sandbox.pin import Span, refuse
from gateway.sandbox.psycopgcursor import guarded, text_of
from gateway.sandbox.psycopgnested import Nested
from gateway.sandbox.psycopgsettings import Settings
from gateway.sandbox.statement import Act, Statement, read_postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from gateway.sandbox.psycopg3 import PsycopgPin

_TWO_PHASE = (
    "A prepared transaction outlives its connection, so a sandbox could not undo it. Leave"
    " two-phase commit out (twophase=True of a session, begin_twophase) where this is to run."
)
_PIPELINE = "Its statements are sent before the sandbox knows how the earlier ones ended."
_REFUSED = {
    **dict.fromkeys(
        ("tpc_begin", "tpc_prepare", "tpc_commit", "tpc_rollback", "tpc_recover"), _TWO_PHASE
    ),
    "pipeline": _PIPELINE,
}
# Statements about the transaction: they are obeyed, and not sent.
_WITHOUT_TEXT = frozenset({Act.BEGIN, Act.IGNORED, Act.READ_ONLY})
_ABORTED = "current transaction is aborted, commands ignored until end of transaction block"


class PsycopgLease(Settings):
    """What the application takes for a `psycopg.Connection` of its own."""

    def __init__(self, pin: PsycopgPin, *, autocommit: bool) -> None:
        self._pin = pin
        super().__init__(pin.connection, autocommit=autocommit)
        self._is_closed = False
        self._span: Span | None = None
        self._has_begun = False
        self._began_by_text = False
        self._is_suspended = False
        self._is_read_only = False

    def cursor(
        self, name: str = "", *, binary: bool = False, row_factory: Any = None, **options: Any
    ) -> Any:
        """Give a cursor whose statements pass through this lease."""
        connection = self._pin.connection
        base: Any = connection.server_cursor_factory if name else connection.cursor_factory
        row_factory = row_factory or connection.row_factory
        named = {"name": name, **options} if name else {}
        cursor = guarded(base)(connection, row_factory=row_factory, **named)
        cursor.lease = self
        if binary:
            cursor.format = psycopg.pq.Format.BINARY
        self._pin.cursors.add(cursor)
        return cursor

    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool = False
    ) -> Any:
        """Run a statement on a new cursor."""
        return self.cursor(binary=binary).execute(query, params, prepare=prepare)

    def commit(self) -> None:
        """Keep what was written since the last commit, until the sandbox ends."""
        with self._pin.lock:
            self._check()
            if self._is_failed:  # PostgreSQL answers COMMIT with ROLLBACK then
                self.rollback()
            elif self._span is not None and not self._span.is_gone:
                self._commit(self._span)
            self._leave()

    def _commit(self, span: Span) -> None:
        self._pin.heal(self)
        try:
            if span.wrote:
                self._pin.enter(span)
                self._pin.check_constraints()
        except psycopg.Error:
            self._pin.rollback(span)
            self._leave()
            raise
        self._pin.commit(span)

    def rollback(self) -> None:
        """Undo what was written since the last commit."""
        with self._pin.lock:
            if self._span is not None and not self._pin.has_ended and not self.closed:
                self._pin.heal(self)
                self._pin.rollback(self._span)
            if self._pin.failing is self:
                self._pin.failing = None
            self._leave()

    def close(self) -> None:
        """Undo what was not committed, and be of no use any more."""
        self.rollback()
        self._is_closed = True

    @contextmanager
    def transaction(
        self,
        savepoint_name: str | None = None,
        force_rollback: bool = False,  # noqa: FBT001, FBT002  # psycopg's signature
    ) -> Iterator[Nested]:
        """Run a block in a transaction, or in a savepoint of the one that is open."""
        nested = Nested(self, savepoint_name or f"_pg3_{len(self._names)}")
        nested.begin(is_outermost=not self._has_begun)
        try:
            yield nested
        except psycopg.Rollback as asked:
            nested.undo()
            if asked.transaction is not None and asked.transaction is not nested:  # type: ignore[comparison-overlap]
                raise
        except BaseException:
            nested.undo()
            raise
        else:
            nested.undo() if force_rollback else nested.keep()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.commit() if kind is None else self.rollback()
        self.close()

    @property
    def closed(self) -> bool:
        """Whether it was closed, or the connection behind it."""
        return self._is_closed or self._pin.connection.closed

    @property
    def info(self) -> _Info:
        """What is known of the connection; the transaction's status is the lease's."""
        return _Info(self)

    @property
    def real_info(self) -> Any:
        """What is known of the connection behind it."""
        return self._pin.connection.info

    @property
    def status(self) -> TransactionStatus:
        """What a connection of its own would say of the transaction."""
        if self._is_failed:
            return TransactionStatus.INERROR
        return TransactionStatus.INTRANS if self._has_begun else TransactionStatus.IDLE

    def __getattr__(self, name: str) -> Any:
        if name in _REFUSED:
            raise EscapeError(f"A sandbox's connection has no {name!r}. {_REFUSED[name]}")
        return getattr(self._pin.connection, name)

    @contextmanager
    def running(self, query: Any) -> Iterator[Any]:
        """Give what to run for a query, by the rules of transactions."""
        with self._pin.lock:
            self._check()
            text = text_of(query, self._pin.connection)
            found = read_postgresql(text)
            for statement in found:
                self._prepare(statement, text, is_alone=len(found) == 1)
            try:
                yield "" if found and found[0].act in _WITHOUT_TEXT else query
            except BaseException:
                self._failed()
                raise
            for statement in found:
                self._settle(statement)
            if self._autocommit and not self._began_by_text:
                self.commit()

    @contextmanager
    def copying(self) -> Iterator[None]:
        """Let no other statement be run: the driver would wait for the COPY, and for ever."""
        self._pin.is_copying = True
        try:
            yield
        finally:
            self._pin.is_copying = False

    def suspend(self) -> None:
        """Undo what a failed statement has spoilt, and go on refusing until a rollback."""
        self._is_suspended = True
        assert self._span is not None
        if self._span.names:
            self._pin.cut(self._span)
            self._pin.raw(f'ROLLBACK TO SAVEPOINT "{self._span.names[-1]}"')
        else:
            self._pin.rollback(self._span)

    def _check(self) -> None:
        self._pin.check()
        if self._is_closed:
            raise psycopg.OperationalError("the connection is closed")

    @property
    def _is_failed(self) -> bool:
        return self._is_suspended or self._pin.failing is self

    @property
    def _names(self) -> list[str]:
        return self._span.names if self._span is not None else []

    def _prepare(self, statement: Statement, text: str, *, is_alone: bool) -> None:
        """Enter the transaction that a statement needs, or refuse it."""
        if statement.act is Act.REFUSED:
            raise refuse(text, statement.reason)
        if self._is_failed:
            self._prepare_failed(statement)
            return
        self._pin.heal(self)
        if statement.act in _WITHOUT_TEXT:
            self._set(statement, text, is_alone=is_alone)
            return
        is_savepoint = statement.act in {Act.SAVEPOINT, Act.RELEASE, Act.ROLLBACK_TO}
        if is_savepoint and self._autocommit and not self._began_by_text:
            raise psycopg.errors.NoActiveSqlTransaction(
                f"{statement.act.name.replace('_', ' ')} can only be used in transaction blocks"
            )
        span = self._opened()
        if statement.act is Act.WRITE:
            self._refuse_if_read_only()
            self._pin.wrote(span)
        elif statement.act is Act.ROLLBACK_TO:
            self._pin.cut(span)
        self._pin.holds_locks = self._pin.holds_locks or statement.takes_lock

    def _prepare_failed(self, statement: Statement) -> None:
        """Let PostgreSQL refuse what follows a failure, as long as the failure is there."""
        span = self._span
        if statement.act is Act.ROLLBACK_TO and span is not None and not span.is_gone:
            self._pin.heal(self)
            self._pin.cut(span)
        elif self._is_suspended or statement.act in _WITHOUT_TEXT:
            raise psycopg.errors.InFailedSqlTransaction(_ABORTED)

    def _set(self, statement: Statement, text: str, *, is_alone: bool) -> None:
        """Do what a statement about the transaction asks for, instead of running it."""
        if not is_alone:
            raise refuse(text, "Run what begins a transaction, or sets one, as a statement alone.")
        if statement.act is Act.BEGIN:
            self._began_by_text = True
        self._has_begun = self._has_begun or not self._autocommit or self._began_by_text
        self._is_read_only = self._is_read_only or statement.act is Act.READ_ONLY

    def _refuse_if_read_only(self) -> None:
        if self._is_read_only or self._read_only:
            self._pin.failing = self
            self.suspend()
            self._pin.failing = None
            raise psycopg.errors.ReadOnlySqlTransaction("cannot write in a read-only transaction")

    def _opened(self) -> Span:
        self._has_begun = True
        if self._span is None or self._span.is_gone:
            self._span = self._pin.open()
        else:
            self._pin.enter(self._span)
        return self._span

    def _failed(self) -> None:
        if self.closed:
            return
        if self._pin.status == TransactionStatus.INERROR:
            self._pin.failing = self
        if self._autocommit and not self._began_by_text:
            self.rollback()

    def _settle(self, statement: Statement) -> None:
        """Follow the savepoints of the application."""
        name = statement.name
        if statement.act is Act.SAVEPOINT:
            self._names.append(name)
        elif statement.act in {Act.RELEASE, Act.ROLLBACK_TO}:
            while self._names and self._names[-1] != name:
                self._names.pop()
            if statement.act is Act.RELEASE:
                del self._names[-1:]
            else:
                self._is_suspended = False
                self._pin.failing = None

    def _leave(self) -> None:
        self._span = None
        self._has_begun = False
        self._began_by_text = False
        self._is_suspended = False
        self._is_read_only = False


class _Info:
    """A `psycopg.ConnectionInfo` that speaks of a lease's transaction."""

    def __init__(self, lease: PsycopgLease) -> None:
        self._lease = lease

    @property
    def transaction_status(self) -> TransactionStatus:
        return self._lease.status

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lease.real_info, name)
