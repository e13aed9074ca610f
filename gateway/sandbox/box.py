"""The sandbox: a scope in which everything can be committed and nothing stays."""

from __future__ import annotations

from contextlib import closing, contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from gateway.sandbox.engines import is_in_memory
from gateway.sandbox.errors import EscapeError, ResidueError, SandboxError
from gateway.sandbox.held import hold, hold_copy
from gateway.sandbox.outbound.watch import Watch, watched
from gateway.sandbox.outbound.watching import watching
from gateway.sandbox.pool import ScopedPool, pool_of
from gateway.sandbox.residue import read_contents, residue
from gateway.sandbox.scope import active_scope, entered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy.orm import Session
    from sqlalchemy.pool import PoolProxiedConnection

    from gateway.sandbox.held import Held
    from gateway.sandbox.outbound.effect import OutboundEffect
    from gateway.sandbox.outbound.watch import Answer, Mode
    from gateway.sandbox.pool import Origin
    from gateway.sandbox.residue import Contents
    from gateway.sandbox.scope import Scope

ENDED = (
    "A connection was asked for in the context of a sandbox that has ended, as by a task or a"
    " generator that began inside. Let it end before the sandbox does."
)


class SharedDatabase(Protocol):
    """What a sandbox has to know of a `SharedSQLAlchemy`."""

    def living_engines(self) -> Iterable[sa.Engine]:
        """Give the engines that are to be undone."""

    def open_session(self) -> Session | None:
        """Give the session that the caller holds, if there is one."""


class Sandbox:
    """A scope whose connections are leases on one pinned connection a database."""

    def __init__(
        self,
        databases: tuple[SharedDatabase | sa.Engine, ...],
        within: Scope | None,
        watch: Watch,
    ) -> None:
        self.watch = watch
        self._databases = databases
        self._within = within
        self._held: dict[Origin, Held] = {}
        self._lock = Lock()
        self._is_over = False

    @property
    def commits(self) -> int:
        """How many transactions with changes were committed inside."""
        return sum(held.pin.commits for held in self._held.values())

    @property
    def notes(self) -> tuple[str, ...]:
        """Where the sandbox could not do as separate connections do, in full sentences."""
        return tuple(dict.fromkeys(n for held in self._held.values() for n in held.pin.notes))

    @property
    def effects(self) -> tuple[OutboundEffect, ...]:
        """What was recorded of mail, requests, files, processes and threads, in its order."""
        return tuple(self.watch.effects)

    @property
    def stopped(self) -> tuple[str, ...]:
        """What was stopped, in full sentences, whether or not the code let the error pass."""
        return tuple(self.watch.stopped)

    def connect(self, pool: ScopedPool) -> PoolProxiedConnection:
        """Give a lease on the pinned connection, which the first checkout chooses."""
        if self._is_over:
            raise SandboxError(ENDED)
        held = self._held.get(pool.origin)
        if held is None:
            # What it takes to connect is not the application's doing.
            with self._lock, watched(None):
                held = self._held.get(pool.origin) or self._hold(pool)
                self._held[pool.origin] = held
        return held.lend()

    def finish(self) -> None:
        """Undo everything; raises the first fault, after all databases were seen to."""
        self._is_over = True
        faults = [fault for held in self._held.values() if (fault := held.finish()) is not None]
        if faults:
            raise faults[0]

    def _hold(self, pool: ScopedPool) -> Held:
        engine = self._engine_of(pool)
        if self._within is not None:
            return hold(engine, pool, self._within.connect(pool))
        if is_in_memory(engine.url):
            return hold_copy(engine, pool)
        return hold(engine, pool, pool.connect_outside())

    def _engine_of(self, pool: ScopedPool) -> sa.Engine:
        for engine in _engines(self._databases):
            if pool_of(engine).origin is pool.origin:
                return engine
        raise EscapeError(
            f"A connection to {pool.origin} was asked for inside a sandbox that does not undo"
            " what is written there. Give its engine to sandbox() too: sandbox(db, engine)."
        )


def _engines(databases: Iterable[SharedDatabase | sa.Engine]) -> Iterator[sa.Engine]:
    for database in databases:
        if isinstance(database, sa.Engine):
            yield database
        else:
            yield from database.living_engines()


@contextmanager
def sandbox(
    *databases: SharedDatabase | sa.Engine,
    outbound: Mode = "stop",
    answer: Answer | None = None,
    check: bool = False,
) -> Iterator[Sandbox]:
    """Run a block in which everything can be written and committed, and nothing stays.

    All connections to `databases` that are taken inside the block, in this context, see what
    was written in it and can commit it. At its end everything is undone. Other connections,
    other threads and other processes see nothing of it.

    What would leave by other ways (mail, HTTP requests, files, processes, threads, sockets) is
    stopped with EscapeError; with ``outbound="record"`` it is kept in `Sandbox.effects` and
    answered by a stand-in, with ``outbound="allow"`` it happens. `answer` may give the answer
    to a recorded HTTP request; without it that is an empty 200.

    With `check`, all rows of the databases are read before and afterwards, and a difference
    raises ResidueError. Use it where nobody else writes meanwhile.
    """
    _check_databases(databases)
    within = active_scope()
    if isinstance(within, Sandbox):
        raise SandboxError("A sandbox is active here already. Leave it before you enter another.")
    before = _contents(databases) if check else {}
    box = Sandbox(databases, within, Watch(outbound, answer))
    with entered(box), watching(box.watch):
        try:
            yield box
        finally:
            with watched(None):
                _close_sessions(databases)
                box.finish()
    _compare(before, _contents(databases) if check else {})


def _contents(databases: Iterable[Any]) -> dict[str, Contents]:
    found = {}
    for engine in _engines(databases):
        with closing(engine.pool.connect()) as lent:
            found[str(pool_of(engine).origin)] = read_contents(lent, engine.dialect.name)
    return found


def _compare(before: Mapping[str, Contents], after: Mapping[str, Contents]) -> None:
    for database, contents in before.items():
        if found := residue(contents, after[database]):
            raise ResidueError(
                f"The sandbox left something behind in {database}, so what was learnt in it is"
                f" invalid: {'; '.join(found)}."
            )


def _check_databases(databases: tuple[Any, ...]) -> None:
    for database in databases:
        if isinstance(database, sa.Engine):
            pool_of(database)
        elif not hasattr(database, "living_engines"):
            raise TypeError(
                f"A sandbox needs a gateway.sandbox.SharedSQLAlchemy, or an engine made with"
                f" gateway.sandbox.create_engine. It was given a {type(database).__name__}."
            )
        elif (session := database.open_session()) is not None and _is_busy(session):
            raise SandboxError(
                "The session of the current application context has begun its work outside of"
                " the sandbox, and would go on with it there. Call db.session.commit() or"
                " db.session.rollback() before the sandbox is entered."
            )
    if not databases:
        raise TypeError("A sandbox needs to know what it undoes: sandbox(db).")


def _is_busy(session: Session) -> bool:
    return session.in_transaction() or bool(session.new or session.dirty or session.deleted)


def _close_sessions(databases: Iterable[Any]) -> None:
    """Let no session carry what it has seen, or not yet written, out of the sandbox."""
    for database in databases:
        if not isinstance(database, sa.Engine) and (session := database.open_session()) is not None:
            session.close()
