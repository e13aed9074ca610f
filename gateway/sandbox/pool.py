"""A connection pool that asks the active scope at each checkout."""

from __future__ import annotations

from dataclasses import dataclass, field
from inspect import unwrap
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy.pool import Pool

from gateway.sandbox.outbound.watch import watched
from gateway.sandbox.scope import active_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import sqlalchemy as sa
    from sqlalchemy.pool import PoolProxiedConnection


@dataclass(frozen=True, eq=False)
class Origin:
    """What a pool's connections lead to; scopes know pools by this object.

    It is compared by identity and outlives `Engine.dispose`, which replaces the pool.
    """

    url: sa.URL
    bind_key: str | None = None
    connect_args: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Name the database without its password."""
        return self.url.render_as_string(hide_password=True)


class ScopedPool(Pool):
    """A mixin for SQLAlchemy's pool classes; `scoped` makes the combined class.

    The pool is the one place that sessions, engines captured at import time and raw
    connections all pass through, and it leaves the Engine's own events in force.
    """

    origin: Origin
    _lend: Callable[[], PoolProxiedConnection]
    """The base class's own `connect`, without what watches over the pools of others."""

    def connect(self) -> PoolProxiedConnection:
        """Give a connection from the active scope, or from this pool if there is none."""
        scope = active_scope()
        return self._lend() if scope is None else scope.connect(self)

    def connect_outside(self) -> PoolProxiedConnection:
        """Give a connection from this pool, whatever scope is active."""
        with watched(None):
            return self._lend()

    def dispose(self) -> None:
        """Close idle connections; in a scope they are not the caller's, and stay."""
        if active_scope() is None:
            super().dispose()

    def recreate(self) -> ScopedPool:
        """Give an empty pool like this one; in a scope this one, which is not replaced there."""
        return self._fresh() if active_scope() is None else self

    def _fresh(self) -> ScopedPool:
        fresh = cast("ScopedPool", super().recreate())
        fresh.origin = self.origin
        return fresh

    def twin(self, creator: Callable[[], Any]) -> ScopedPool:
        """Give a pool with the same settings and events on connections from `creator`."""
        twin = self._fresh()
        twin._creator = creator  # noqa: SLF001  # the base class's own setter, on ourselves
        return twin


def scoped(base: type[Pool]) -> type[ScopedPool]:
    """Combine a pool class with `ScopedPool`."""
    return type(f"Scoped{base.__name__}", (ScopedPool, base), {"_lend": unwrap(base.connect)})


def pool_of(engine: sa.Engine) -> ScopedPool:
    """Give the engine's pool, which must be one that follows a scope."""
    if not isinstance(engine.pool, ScopedPool):
        raise TypeError(
            f"The engine for {engine.url.render_as_string(hide_password=True)} takes its"
            f" connections from a {type(engine.pool).__name__}, which can't follow a scope."
            " Make the engine with gateway.sandbox.create_engine, or the extension a"
            " gateway.sandbox.SharedSQLAlchemy."
        )
    return engine.pool
