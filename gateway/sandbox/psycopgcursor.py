"""Cursors of psycopg whose statements pass through a lease."""

from __future__ import annotations

import functools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from psycopg import sql as psycopg_sql

from gateway.sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import psycopg

    from gateway.sandbox.psycopglease import PsycopgLease


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
def guarded(base: type[Any]) -> Any:
    """Give a class of cursors that have a lease."""
    return type(f"Sandboxed{base.__name__}", (_Guarded, base), {})


def text_of(query: Any, connection: psycopg.Connection[Any]) -> str:
    """Give the text of a query in any of the forms that psycopg takes."""
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
