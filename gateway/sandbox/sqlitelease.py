"""Leases on a SQLite connection, which follow the rules of Python's driver.

The driver begins a transaction by itself before INSERT, UPDATE, DELETE and REPLACE, unless
`isolation_level` is None; everything else runs outside of one if none is open. A lease does
the same with a savepoint, so a request finds what it would find on a connection of its own.
"""

from __future__ import annotations

import functools
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from gateway.sandbox.errors import EscapeError
from gateway.sandbox.pin import Span, refuse
from gateway.sandbox.statement import Act, Statement, read_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from gateway.sandbox.sqlite import SqlitePin

_REFUSED = {
    "set_authorizer": "It would replace the sandbox's own.",
    "enable_load_extension": "An extension would stay loaded after the sandbox.",
    "load_extension": "An extension would stay loaded after the sandbox.",
    "deserialize": "It would replace the whole database.",
}


class SqliteLease:
    """What the application takes for a `sqlite3.Connection` of its own."""

    def __init__(self, pin: SqlitePin) -> None:
        self._pin = pin
        self._isolation_level: str | None = pin.connection.isolation_level
        # 3.12 on; there the driver may also leave all to the application, or begin at once.
        self._autocommit = getattr(pin.connection, "autocommit", -1)
        self._is_closed = False
        self._span: Span | None = None
        self._has_begun = False
        self._began_by_savepoint = False

    def cursor(self, factory: type[sqlite3.Cursor] = sqlite3.Cursor) -> sqlite3.Cursor:
        """Give a cursor whose statements pass through this lease."""
        # Made by the connection, which from time to time forgets those that are gone.
        make: Any = functools.partial(_guarded(factory), lease=self)
        cursor: sqlite3.Cursor = sqlite3.Connection.cursor(self._pin.connection, make)
        self._pin.cursors.add(cursor)
        return cursor

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Run a statement on a new cursor."""
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """Run a statement for each of the parameters, on a new cursor."""
        return self.cursor().executemany(sql, parameters)

    def executescript(self, script: str, /) -> sqlite3.Cursor:
        """Commit, and run the statements of a script one by one, on a new cursor."""
        return self.cursor().executescript(script)

    def commit(self) -> None:
        """Keep what was written since the last commit, until the sandbox ends."""
        with self._pin.lock:
            self._check()
            if self._span is not None and not self._span.is_gone:
                if self._span.wrote:
                    self._pin.check_references()
                self._pin.commit(self._span)
            self._leave()

    def rollback(self) -> None:
        """Undo what was written since the last commit."""
        with self._pin.lock:
            self._end_statement()
            if self._span is not None and not self._pin.has_ended and self._pin.fault is None:
                self._pin.rollback(self._span)
                self._pin.pragmas.end_transaction()
            self._leave()

    def close(self) -> None:
        """Undo what was not committed, and be of no use any more."""
        self.rollback()
        self._is_closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.commit() if kind is None else self.rollback()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._has_begun

    @property
    def isolation_level(self) -> str | None:
        """How transactions begin: None leaves it to the application."""
        return self._isolation_level

    @isolation_level.setter
    def isolation_level(self, level: str | None) -> None:
        if level is None:
            self.commit()
        self._isolation_level = level

    @property
    def autocommit(self) -> Any:
        """The driver's newer setting of how transactions begin."""
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value: Any) -> None:
        if value is True:
            self.commit()
        self._autocommit = value

    @property
    def row_factory(self) -> Any:
        """What makes rows, on all connections of the sandbox."""
        return self._pin.connection.row_factory

    @row_factory.setter
    def row_factory(self, factory: Any) -> None:
        self._pin.connection.row_factory = factory

    @property
    def text_factory(self) -> Any:
        """What makes text, on all connections of the sandbox."""
        return self._pin.connection.text_factory

    @text_factory.setter
    def text_factory(self, factory: Any) -> None:
        self._pin.connection.text_factory = factory

    def __getattr__(self, name: str) -> Any:
        if name in _REFUSED:
            return functools.partial(_refuse_call, name)
        return getattr(self._pin.connection, name)

    @contextmanager
    def running(self, sql: str, *, begins_by_itself: bool = True) -> Iterator[str]:
        """Give what to run for a statement, by the rules of transactions."""
        with self._pin.lock:
            self._check()
            self._end_statement()
            statement = read_sqlite(sql)
            text = self._prepare(statement, sql, begins_by_itself=begins_by_itself)
            try:
                with self._pin.watched(is_trusted=statement.act is Act.PRAGMA):
                    yield text
                if statement.act is Act.WRITE and not statement.is_dml:
                    self._pin.defined()
            finally:
                self._end_statement()
            self._settle(statement)

    def _check(self) -> None:
        self._pin.check()
        if self._is_closed:
            raise sqlite3.ProgrammingError("Cannot operate on a closed database.")

    def _prepare(self, statement: Statement, sql: str, *, begins_by_itself: bool) -> str:
        """Enter the transaction that a statement needs, and give the text to run."""
        match statement.act:
            case Act.REFUSED:
                raise refuse(sql, statement.reason)
            case Act.PRAGMA:
                return self._pin.pragmas.translate(statement, sql)
            case Act.BEGIN:
                if self._has_begun:
                    raise sqlite3.OperationalError(
                        "cannot start a transaction within a transaction"
                    )
                self._has_begun = True
                return ""
            case Act.SAVEPOINT:
                self._began_by_savepoint = self._began_by_savepoint or not self._has_begun
                self._has_begun = True
                self._opened().names.append(statement.name.lower())
            case Act.ROLLBACK_TO if self._span is not None and not self._span.is_gone:
                self._pin.cut(self._span)
            case Act.WRITE:
                if begins_by_itself and self._begins_at(statement):
                    self._has_begun = True
                self._pin.wrote(self._opened())
        return sql

    def _begins_at(self, statement: Statement) -> bool:
        if self._autocommit in {True, False}:
            return not self._autocommit
        return statement.is_dml and self._isolation_level is not None

    def _opened(self) -> Span:
        """Give the transaction's span, which is opened only when there is something in it."""
        if self._span is None or self._span.is_gone:
            self._pin.begin()
            self._span = self._pin.open()
        else:
            self._pin.enter(self._span)
        return self._span

    def _settle(self, statement: Statement) -> None:
        """Follow the savepoints of the application."""
        if self._span is None or statement.act not in {Act.RELEASE, Act.ROLLBACK_TO}:
            return
        names, name = self._span.names, statement.name.lower()
        while names and names[-1] != name:
            names.pop()
        if statement.act is Act.RELEASE and names:
            names.pop()
            # The outermost one ends the transaction that it began.
            if self._began_by_savepoint and not names:
                self.commit()

    def _end_statement(self) -> None:
        """Commit a statement that was not in a transaction, as the database does by itself."""
        is_over = self._pin.has_ended or self._pin.fault is not None
        if self._span is None or self._span.is_gone or self._has_begun or is_over:
            return
        try:
            self.commit()
        except sqlite3.IntegrityError:
            self._pin.rollback(self._span)
            raise
        except sqlite3.OperationalError:
            pass  # it has rows to give yet, and ends when they are fetched: before the next one

    def _leave(self) -> None:
        self._span = None
        self._has_begun = False
        self._began_by_savepoint = False


class _Guarded:
    """A mixin for cursors, which take their statements through a lease."""

    def __init__(self, connection: sqlite3.Connection, lease: SqliteLease) -> None:
        super().__init__(connection)  # type: ignore[call-arg]
        self.lease = lease

    @property
    def connection(self) -> SqliteLease:
        """The lease, and not the connection behind it."""
        return self.lease

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        with self.lease.running(sql) as text:
            super().execute(text, parameters)  # type: ignore[misc]
        return self

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Self:
        with self.lease.running(sql) as text:
            super().executemany(text, parameters)  # type: ignore[misc]
        return self

    def executescript(self, script: str, /) -> Self:
        self.lease.commit()
        for sql in _divided(script):
            with self.lease.running(sql, begins_by_itself=False) as text:
                super().execute(text)  # type: ignore[misc]
        return self


@functools.cache
def _guarded(base: type[sqlite3.Cursor]) -> Any:
    return type(f"Sandboxed{base.__name__}", (_Guarded, base), {})


def _divided(script: str) -> Iterable[str]:
    """Give the statements of a script; the bodies of triggers hold semicolons too."""
    part = ""
    for piece in script.split(";"):
        part += piece + ";"
        if sqlite3.complete_statement(part):
            yield part
            part = ""
    if part.strip("; \n\t"):
        yield part.removesuffix(";")


def _refuse_call(name: str, *_arguments: object, **_named: object) -> None:
    raise EscapeError(f"A sandbox does not allow {name}() on a connection. {_REFUSED[name]}")
