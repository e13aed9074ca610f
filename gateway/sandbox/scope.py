"""The scope that database connections are taken from, if there is one."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.pool import PoolProxiedConnection

    from gateway.sandbox.pool import ScopedPool


class Scope(Protocol):
    """What stands in for a pool while it is active."""

    def connect(self, pool: ScopedPool) -> PoolProxiedConnection:
        """Give the connection that a checkout from `pool` gets in this scope."""


_active: ContextVar[Scope | None] = ContextVar("gateway_database_scope", default=None)

# Bound once: this look-up is the whole cost of a checkout outside a scope.
active_scope = _active.get


@contextmanager
def entered(scope: Scope) -> Iterator[None]:
    """Take connections from `scope` until the block ends, in this context only.

    Threads started inside the block have a context of their own and do not see it.
    """
    token = _active.set(scope)
    try:
        yield
    finally:
        _active.reset(token)
