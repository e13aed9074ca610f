"""Leases on a PostgreSQL connection, which follow the rules of psycopg 3.

psycopg begins a transaction before the first statement, unless the connection is in autocommit
mode; then every statement is one. A statement that fails spoils its transaction, and nothing
but a rollback is accepted until then. A lease does the same within a savepoint, and a failure
in one lease does not disturb another.
"""

from __future__ import annotations

import functools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import psycopg
from psycopg import sql as psycopg_sql
from psycopg.pq import TransactionStatus

from gateway.sandbox.errors import EscapeError, SandboxError
from gateway.sandbox.pin import Span, refuse
from gateway.sandbox.statement import Act, Statement, read_postgresql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
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


class PsycopgLease:
    """What the application takes for a `psycopg.Connection` of its own."""

    def __init__(self, pin: PsycopgPin, *, autocommit: bool) -> None:
        self._pin = pin
        self._autocommit = autocommit
        self._isolation_level = pin.connection.isolation_level
        self._read_only = pin.connection.read_only
        self._deferrable = pin.connection.deferrable
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
        cursor = _guarded(base)(connection, row_factory=row_factory, **named)
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

    @property
    def autocommit(self) -> bool:
        """Whether every statement is a transaction."""
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self._change("autocommit", value)

    @property
    def isolation_level(self) -> Any:
        """What was asked for; the sandbox's own transaction has the connection's."""
        return self._isolation_level

    @isolation_level.setter
    def isolation_level(self, value: Any) -> None:
        self._change("isolation_level", value)

    @property
    def read_only(self) -> bool | None:
        """Whether transactions may write."""
        return self._read_only

    @read_only.setter
    def read_only(self, value: bool | None) -> None:
        self._change("read_only", value)

    @property
    def deferrable(self) -> bool | None:
        """What was asked for; it changes nothing in a sandbox."""
        return self._deferrable

    @deferrable.setter
    def deferrable(self, value: bool | None) -> None:
        self._change("deferrable", value)

    def _change(self, name: str, value: Any) -> None:
        if self._has_begun:
            raise psycopg.ProgrammingError(
                f"can't change {name!r} now: connection in transaction status {self.status.name}"
            )
        setattr(self, f"_{name}", value)

    def set_autocommit(self, value: bool) -> None:  # noqa: FBT001  # psycopg's signature
        """Set `autocommit`."""
        self.autocommit = value

    def set_isolation_level(self, value: Any) -> None:
        """Set `isolation_level`."""
        self.isolation_level = value

    def set_read_only(self, value: bool | None) -> None:  # noqa: FBT001  # psycopg's signature
        """Set `read_only`."""
        self.read_only = value

    def set_deferrable(self, value: bool | None) -> None:  # noqa: FBT001  # psycopg's signature
        """Set `deferrable`."""
        self.deferrable = value

    def __getattr__(self, name: str) -> Any:
        if name in _REFUSED:
            raise EscapeError(f"A sandbox's connection has no {name!r}. {_REFUSED[name]}")
        return getattr(self._pin.connection, name)

    @contextmanager
    def running(self, query: Any) -> Iterator[Any]:
        """Give what to run for a query, by the rules of transactions."""
        with self._pin.lock:
            self._check()
            text = _text_of(query, self._pin.connection)
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


class Nested:
    """What `transaction()` gives: a transaction, or a savepoint in one."""

    def __init__(self, connection: PsycopgLease, savepoint_name: str) -> None:
        self.connection = connection
        self.savepoint_name: str | None = savepoint_name
        self._quoted = '"{}"'.format(savepoint_name.replace('"', '""'))

    def begin(self, *, is_outermost: bool) -> None:
        """Begin it."""
        if is_outermost:
            self.savepoint_name = None
            self.connection.execute("BEGIN")
        else:
            self.connection.execute(f"SAVEPOINT {self._quoted}")

    def keep(self) -> None:
        """Commit it, or release its savepoint."""
        if self.savepoint_name is None:
            self.connection.commit()
        else:
            self.connection.execute(f"RELEASE SAVEPOINT {self._quoted}")

    def undo(self) -> None:
        """Roll it back."""
        if self.savepoint_name is None:
            self.connection.rollback()
        else:
            self.connection.execute(f"ROLLBACK TO SAVEPOINT {self._quoted}")
            self.connection.execute(f"RELEASE SAVEPOINT {self._quoted}")


class _Info:
    """A `psycopg.ConnectionInfo` that speaks of a lease's transaction."""

    def __init__(self, lease: PsycopgLease) -> None:
        self._lease = lease

    @property
    def transaction_status(self) -> TransactionStatus:
        return self._lease.status

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lease.real_info, name)


class _Guarded:
    """A mixin for cursors, which take their statements through a lease."""

    lease: PsycopgLease

    @property
    def connection(self) -> PsycopgLease:
        """The lease, and not the connection behind it."""
        return self.lease

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        with self.lease.running(query) as text:
            super().execute(text, params, **options)  # type: ignore[misc]
        return self

    def executemany(self, query: Any, params_seq: Iterable[Any], **options: Any) -> None:
        with self.lease.running(query) as text:
            super().executemany(text, params_seq, **options)  # type: ignore[misc]

    def stream(
        self, query: Any, params: Any = None, *, binary: bool | None = None, size: int = 1
    ) -> Iterator[Any]:
        # Fetched at once: a stream would keep every other lease from the connection.
        del size
        yield from self.execute(query, params, binary=binary)  # type: ignore[misc]

    @contextmanager
    def copy(self, statement: Any, params: Any = None, **options: Any) -> Iterator[Any]:
        with (
            self.lease.running(statement) as text,
            super().copy(text, params, **options) as copy,  # type: ignore[misc]
            self.lease.copying(),
        ):
            yield copy


@functools.cache
def _guarded(base: type[Any]) -> Any:
    return type(f"Sandboxed{base.__name__}", (_Guarded, base), {})


def _text_of(query: Any, connection: psycopg.Connection[Any]) -> str:
    if isinstance(query, str):
        return query
    if isinstance(query, bytes):
        return query.decode(connection.info.encoding)
    if isinstance(query, psycopg_sql.Composable):
        return query.as_string(connection)
    raise SandboxError(
        f"A sandbox can't read a query of type {type(query).__name__}. Give it as text, bytes or"
        " psycopg.sql objects."
    )
