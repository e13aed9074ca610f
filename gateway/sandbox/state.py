"""A state: private copies of all databases of a project, and the scope that uses them."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gateway.sandbox.clone import Clone, clone, empty
from gateway.sandbox.scope import entered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import TracebackType

    import sqlalchemy as sa
    from sqlalchemy.pool import PoolProxiedConnection

    from gateway.sandbox.pool import Origin, ScopedPool


@dataclass(frozen=True)
class Redirect:
    """A scope in which every checkout is served by the copy of the pool's database."""

    pools: Mapping[Origin, ScopedPool]

    def connect(self, pool: ScopedPool) -> PoolProxiedConnection:
        """Give a connection to the copy; a database without one is refused."""
        copied = self.pools.get(pool.origin)
        if copied is None:
            raise RuntimeError(
                f"A connection to {pool.origin} was asked for inside a scope that has no copy"
                " of it. Include its engine in the Database that the scope is made from."
            )
        return copied.connect_outside()


@dataclass(frozen=True)
class State:
    """Copies that belong together; whatever runs in `scope` reads and writes them.

    A state may be prepared in its own scope, copied in its turn, and is to be closed.
    """

    clones: tuple[Clone, ...]

    @contextmanager
    def scope(self) -> Iterator[State]:
        """Send every checkout in this context to the copies until the block ends."""
        with entered(self.redirect()):
            yield self

    def redirect(self) -> Redirect:
        """Give the scope itself, for callers that enter it in a context of their own."""
        return Redirect({copied.pool.origin: copied.pool for copied in self.clones})

    def copy(self) -> State:
        """Copy every copy."""
        return _all(copied.copy for copied in self.clones)

    def close(self) -> None:
        """Remove the copies."""
        for copied in self.clones:
            copied.close()

    def __enter__(self) -> State:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@dataclass(frozen=True)
class Database:
    """The engines of a project that states are made from."""

    engines: tuple[sa.Engine, ...]

    def copy(self) -> State:
        """Copy the databases as they are now."""
        return _all(partial(clone, engine) for engine in self.engines)

    def empty(self) -> State:
        """Make an empty database for every engine."""
        return _all(partial(empty, engine) for engine in self.engines)


def _all(makers: Iterable[Callable[[], Clone]]) -> State:
    """Make every copy, or none: what was made before a failure is removed."""
    made: list[Clone] = []
    with ExitStack() as undo:
        for make in makers:
            copied = make()
            undo.callback(copied.close)
            made.append(copied)
        undo.pop_all()
    return State(tuple(made))
