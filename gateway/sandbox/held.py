"""The connection that a sandbox holds for one database, and the lending of leases on it."""

from __future__ import annotations

from contextlib import ExitStack
from contextvars import ContextVar
from functools import partial
from inspect import unwrap
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy.pool import NullPool, Pool, SingletonThreadPool, StaticPool

from gateway.sandbox.clone import clone
from gateway.sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa
    from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

    from gateway.sandbox.pool import ScopedPool
    from gateway.sandbox.psycopg3 import PsycopgPin
    from gateway.sandbox.sqlite import SqlitePin

# Those that tell of a connection being lent; what makes one new has run on the pinned one.
_EVENTS = ("checkout", "checkin", "reset", "invalidate", "soft_invalidate", "detach")
_lending: ContextVar[Held] = ContextVar("gateway_sandbox_lending")


class Held:
    """The pinned connection to one database, and the pool that lends leases on it."""

    def __init__(
        self, pin: SqlitePin | PsycopgPin, lent: PoolProxiedConnection, pool: ScopedPool
    ) -> None:
        self.pin = pin
        self._lent = lent
        leases = _pool_of_leases(pool)
        # The class's own method, without what watches over the pools of others.
        self._connect: Callable[[], PoolProxiedConnection] = partial(
            unwrap(type(leases).connect), leases
        )
        self._records: WeakSet[ConnectionPoolEntry] = WeakSet()

    def lend(self) -> PoolProxiedConnection:
        """Lend a lease, as the application's pool would lend a connection."""
        token = _lending.set(self)
        try:
            return self._connect()
        finally:
            _lending.reset(token)

    def lease(self, record: ConnectionPoolEntry) -> Any:
        """Make a lease for a pool's record."""
        record.info.update(self._lent.info)  # what listeners noted when the connection was made
        self._records.add(record)
        return self.pin.lease()

    def finish(self) -> Exception | None:
        """Undo everything and give the connection back; one in doubt is closed instead."""
        for record in self._records:
            # There is nothing left to set back on the leases that were not closed.
            record.finalize_callback.clear()  # type: ignore[attr-defined]
        try:
            self.pin.finish()
        except Exception as fault:  # noqa: BLE001  # raised by the sandbox, when all are done
            self._lent.invalidate(fault)
            return fault
        finally:
            self._lent.close()
        return None


class HeldCopy(Held):
    """The one connection to a copy of a memory database."""

    def __init__(self, *arguments: Any, remove: Callable[[], None]) -> None:
        super().__init__(*arguments)
        self._remove = remove

    def finish(self) -> Exception | None:
        """Remove the copy."""
        fault = super().finish()
        self._remove()
        return fault


def hold(engine: sa.Engine, pool: ScopedPool, lent: PoolProxiedConnection) -> Held:
    """Hold a connection that was lent; it is given back if that is not possible."""
    with ExitStack() as undo:
        undo.callback(lent.close)
        held = Held(_pin(engine, lent.dbapi_connection), lent, pool)
        undo.pop_all()
    return held


def hold_copy(engine: sa.Engine, pool: ScopedPool) -> Held:
    """Hold a copy of a memory database: its one connection is everybody else's, too."""
    copied = clone(engine)
    lent = copied.pool.connect_outside()
    return HeldCopy(_pin(engine, lent.dbapi_connection), lent, pool, remove=copied.close)


def _pin(engine: sa.Engine, connection: Any) -> SqlitePin | PsycopgPin:
    name = f"{engine.dialect.name}+{engine.dialect.driver}"
    if name == "sqlite+pysqlite":
        from gateway.sandbox.sqlite import SqlitePin  # noqa: PLC0415  # one driver a database

        return SqlitePin(connection)
    if name == "postgresql+psycopg":
        from gateway.sandbox.psycopg3 import PsycopgPin  # noqa: PLC0415  # may not be installed

        return PsycopgPin(connection)
    raise SandboxError(
        f"A sandbox can't undo what is written through {name}. It works for SQLite (sqlite:///…)"
        " and for PostgreSQL through psycopg 3 (postgresql+psycopg://…)."
    )


_POOLS: WeakKeyDictionary[ScopedPool, Pool] = WeakKeyDictionary()


def _pool_of_leases(pool: ScopedPool) -> Pool:
    """Give a pool that lends leases as the application's pool lends connections.

    One that keeps nothing and tells nobody serves every sandbox: a new one costs 0.1 ms.
    """
    kinds = (StaticPool, SingletonThreadPool)
    kind: type[Pool] = next((kind for kind in kinds if isinstance(pool, kind)), NullPool)
    if kind is not NullPool or any(getattr(pool.dispatch, name) for name in _EVENTS):
        return _new_pool(kind, pool)
    if pool not in _POOLS:
        _POOLS[pool] = _new_pool(kind, pool)
    return _POOLS[pool]


def _new_pool(kind: type[Pool], pool: ScopedPool) -> Pool:
    return kind(
        lambda rec: _lending.get().lease(rec),
        dialect=pool._dialect,  # noqa: SLF001  # as Pool.recreate does
        reset_on_return=pool._reset_on_return,  # noqa: SLF001  # as Pool.recreate does
        events=[(heard, name) for name in _EVENTS for heard in getattr(pool.dispatch, name)],
    )
