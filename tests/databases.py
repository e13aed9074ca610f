"""A migrated database that is filled once, and as that left it again before every test.

It is an SQLite file, or on the PostgreSQL server that DATABASE_URL names when the tests start:
`python -m tests.postgresql COMMAND` runs a command with a server of its own there.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Engine, NullPool, create_engine, inspect, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from shared_models.engine import make_engine
from shared_models.schema import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Fill = Callable[[Session], object]

SERVER = os.environ.get("DATABASE_URL", "")
"""Read once: tests set the variable for the applications that they start."""
ON_SERVER = SERVER.startswith("postgresql")


class Renewable(NamedTuple):
    """The URL of a database, and how to bring it back to what it was filled with.

    To renew it disturbs no connection that is not in a transaction.
    """

    url: str
    renew: Callable[[], None]


@contextmanager
def renewable(folder: Path, fill: Fill) -> Iterator[Renewable]:
    """Migrate and fill a database where DATABASE_URL says; else on SQLite, in the folder."""
    with _on_postgresql(SERVER, fill) if ON_SERVER else _on_sqlite(folder, fill) as made:
        yield made


@contextmanager
def _on_sqlite(folder: Path, fill: Fill) -> Iterator[Renewable]:
    template, file = folder / "template.db", folder / "app.db"
    filled(f"sqlite:///{template}", fill)

    def renew() -> None:
        with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(file)) as copy:
            source.backup(copy)

    renew()
    yield Renewable(f"sqlite:///{file}", renew)


@contextmanager
def _on_postgresql(server: str, fill: Fill) -> Iterator[Renewable]:
    name = f"test_{secrets.token_hex(8)}"
    control = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    engine = create_engine(url, pool_pre_ping=True)
    _execute(control, f"CREATE DATABASE {name}")
    filled(url, fill)
    tables, renumbering = inspect(engine).get_table_names(), _renumbering(engine)
    _execute(engine, "CREATE SCHEMA kept", *map(_keep, tables))
    engine.dispose()
    _execute(control, f"CREATE DATABASE {name}_as_filled TEMPLATE {name}")

    def renew() -> None:
        try:
            _execute(engine, *_OVERWRITING, *map(_restore, tables), *renumbering)
        except ProgrammingError:  # a table is gone
            _execute(control, f"DROP DATABASE {name} WITH (FORCE)")
            _execute(control, f"CREATE DATABASE {name} TEMPLATE {name}_as_filled")

    yield Renewable(url, renew)
    engine.dispose()
    for database in (name, f"{name}_as_filled"):
        _execute(control, f"DROP DATABASE {database} WITH (FORCE)")


def filled(url: str, fill: Fill) -> None:
    """Migrate and fill an empty database."""
    upgrade(url)
    engine = make_engine(url)
    with Session(engine) as session:
        fill(session)
        session.commit()
    engine.dispose()


def _execute(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(";\n".join(statements)))


def _keep(table: str) -> str:
    return f'CREATE TABLE kept."{table}" AS TABLE public."{table}"'


def _restore(table: str) -> str:
    return f'DELETE FROM public."{table}"; INSERT INTO public."{table}" TABLE kept."{table}"'


# Without order among the tables, and without waiting for ever for what a test left open.
_OVERWRITING = ("SET LOCAL session_replication_role = replica", "SET LOCAL lock_timeout = '20s'")


def _renumbering(engine: Engine) -> list[str]:
    """Return what makes every sequence go on where it is now."""
    with engine.connect() as connection:
        sequences = connection.execute(
            text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
        ).all()
    return [
        f"SELECT setval('public.{name}', {last or 1}, {'true' if last else 'false'})"
        for name, last in sequences
    ]
