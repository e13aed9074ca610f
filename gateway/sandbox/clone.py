"""A private copy of the database behind an engine.

A copy behaves as the original does. A SQLite file becomes a file again, in memory where
the system offers that (tmpfs), with its journal mode and as many connections as the
application opens; in one shared connection the rollback of one session would undo the
work of another. A SQLite memory database, which has one connection for everybody, stays
one. A PostgreSQL database becomes another database of the same server; one that is copied again
and again, as the state that tests start from, has its copies back and restores them (`recycler`).

Connections come from a twin of the application's pool, so its connect-time set-up
(foreign keys, time-outs, …) runs on them too.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from gateway.sandbox.engines import is_in_memory
from gateway.sandbox.pool import ScopedPool, pool_of
from gateway.sandbox.recycler import Recycler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TMPFS = Path("/dev/shm")  # noqa: S108  # every folder made here is private (mkdtemp)


class CloneError(RuntimeError):
    """A database can't be copied."""


@dataclass(frozen=True, eq=False)
class Clone:
    """One engine's database, copied; `close` removes it."""

    engine: sa.Engine
    url: sa.URL
    pool: ScopedPool
    remove: Callable[[], None]
    recycler: Recycler | None = None
    """Where copies of this copy are from, if they are used again."""
    lender: Recycler | None = None
    """Who takes this copy back, and has a connection to it."""

    def copy(self) -> Clone:
        """Copy this copy."""
        if self.recycler is None:
            self._end_loan()
            return _kind(self.engine).copy(self.engine, self.pool, self.url)
        self.pool.dispose()
        name, give_back = self.recycler.take()
        lent = _twin(self.engine, self.url.set(database=name), give_back)
        return replace(lent, lender=self.recycler)

    def open(self) -> Any:
        """Open a DBAPI connection of one's own, outside the pool; the caller closes it."""
        return _connector(self.engine, self.url)()

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """Give a DBAPI connection outside the pool until the block ends."""
        if self.lender is None:
            with closing(self.open()) as connection:
                yield connection
        else:
            with self.lender.lend(str(self.url.database)) as connection:
                yield connection

    def _end_loan(self) -> None:
        """The server copies a database only while nobody is connected to it."""
        if self.lender is not None:
            self.lender.let_go(str(self.url.database))

    def close(self) -> None:
        """Close idle connections and remove the copy."""
        self.pool.dispose()
        if self.recycler is not None:
            self.recycler.close()
        self.remove()


@dataclass(frozen=True)
class _Kind:
    """How one kind of database is copied, and made empty."""

    copy: Callable[[sa.Engine, ScopedPool, sa.URL], Clone]
    empty: Callable[[sa.Engine], Clone]


def clone(engine: sa.Engine) -> Clone:
    """Copy the database of an application's engine as it is now."""
    return _kind(engine).copy(engine, pool_of(engine), engine.url)


def empty(engine: sa.Engine) -> Clone:
    """Make an empty database of the same kind as an application's engine has."""
    return _kind(engine).empty(engine)


def _kind(engine: sa.Engine) -> _Kind:
    name = "memory" if is_in_memory(engine.url) else engine.dialect.name
    if name not in _KINDS:
        raise CloneError(
            f"The database {pool_of(engine).origin} can't be copied: this works for SQLite"
            f" and PostgreSQL, and its kind is {name!r}."
        )
    return _KINDS[name]


def _connector(engine: sa.Engine, url: sa.URL) -> Callable[[], Any]:
    arguments, keywords = engine.dialect.create_connect_args(url)
    keywords = {**keywords, **pool_of(engine).origin.connect_args}
    return lambda: engine.dialect.connect(*arguments, **keywords)


def _twin(engine: sa.Engine, url: sa.URL, remove: Callable[[], None]) -> Clone:
    pool = pool_of(engine).twin(_connector(engine, url))
    return Clone(engine, url, pool, remove)


# SQLite in memory: the one connection is the database.


def _copy_memory(engine: sa.Engine, source: ScopedPool, _url: sa.URL) -> Clone:
    made = _empty_memory(engine)
    with closing(source.connect_outside()) as ours, closing(made.pool.connect_outside()) as theirs:
        _raw(ours).backup(_raw(theirs))
    return made


def _empty_memory(engine: sa.Engine) -> Clone:
    return _twin(engine, engine.url, lambda: None)


def _raw(connection: Any) -> Any:
    return connection.dbapi_connection


# SQLite in a file.


def _copy_file(engine: sa.Engine, source: ScopedPool, url: sa.URL) -> Clone:
    _refuse_a_missing_file(url)
    made = _empty_file(engine)
    with closing(source.connect_outside()) as ours, closing(made.open()) as theirs:
        _raw(ours).backup(theirs)
    return made


def _refuse_a_missing_file(url: sa.URL) -> None:
    # Connecting would make an empty file and hide the mistake.
    if "uri" not in url.query and not Path(str(url.database)).exists():
        raise CloneError(
            f"There is no SQLite database at {url.database!r} to copy. Create it (run the"
            " migrations), or prepare an empty one in the fixture parity_state."
        )


def _empty_file(engine: sa.Engine) -> Clone:
    folder = Path(tempfile.mkdtemp(prefix="gateway-clone-", dir=_folder_in_memory()))
    url = engine.url.set(database=str(folder / "clone.db"), query={})
    return _twin(engine, url, lambda: shutil.rmtree(folder, ignore_errors=True))


def _folder_in_memory() -> Path | None:
    return _TMPFS if os.access(_TMPFS, os.W_OK) else None


# PostgreSQL.


def _copy_postgresql(engine: sa.Engine, source: ScopedPool, url: sa.URL) -> Clone:
    # The server copies a database only while nobody is connected to it.
    source.dispose()
    return _create_postgresql(engine, template=str(url.database))


def _empty_postgresql(engine: sa.Engine) -> Clone:
    return _create_postgresql(engine, template="template1")


def _create_postgresql(engine: sa.Engine, template: str) -> Clone:
    name = _named_copy(engine, template)
    made = _twin(engine, engine.url.set(database=name), lambda: _drop_postgresql(engine, name))
    if engine.dialect.driver != "psycopg":
        return made
    recycler = Recycler(
        source=name,
        open=lambda other: _connector(engine, engine.url.set(database=other))(),
        make=lambda: _named_copy(engine, name),
        drop=lambda other: _drop_postgresql(engine, other),
    )
    return replace(made, recycler=recycler)


def _named_copy(engine: sa.Engine, template: str) -> str:
    name = f"gateway_clone_{uuid.uuid4().hex[:16]}"
    quote = engine.dialect.identifier_preparer.quote_identifier
    with _administration(engine) as execute:
        execute(f"CREATE DATABASE {quote(name)} TEMPLATE {quote(template)}")
    return name


def _drop_postgresql(engine: sa.Engine, name: str) -> None:
    quote = engine.dialect.identifier_preparer.quote_identifier
    with _administration(engine) as execute:
        execute(f"DROP DATABASE IF EXISTS {quote(name)} WITH (FORCE)")


@contextmanager
def _administration(engine: sa.Engine) -> Iterator[Callable[[str], object]]:
    """Run statements on the server's own database, where none of ours is in use."""
    server = sa.create_engine(
        engine.url.set(database="postgres"),
        poolclass=sa.NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args=dict(pool_of(engine).origin.connect_args),
    )
    try:
        with server.connect() as connection:
            yield connection.exec_driver_sql
    except sa.exc.DBAPIError as error:
        raise CloneError(
            f"PostgreSQL can't copy or drop a database beside {pool_of(engine).origin}:"
            f" {str(error.orig).strip()}. Its user needs CREATEDB and the database 'postgres',"
            " and nobody else may be connected to what is copied."
        ) from error


_KINDS = {
    "memory": _Kind(_copy_memory, _empty_memory),
    "sqlite": _Kind(_copy_file, _empty_file),
    "postgresql": _Kind(_copy_postgresql, _empty_postgresql),
}
