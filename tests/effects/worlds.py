"""A private database of each kind, to run statements on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask import Flask

from gateway.sandbox import Database, SharedSQLAlchemy, State

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)
KINDS = ["memory", "file", POSTGRESQL]
METHODS = {"snapshot": 1_000_000, "triggers": -1}
"""From which size on a table is large, so that one method is used for all of them."""


@contextmanager
def empty_state(url: str, *, wal: bool = False) -> Iterator[tuple[sa.Engine, State]]:
    """An engine, and an empty state that it works on while the block runs."""
    with engine_on(url, wal=wal) as engine, Database((engine,)).empty() as state, state.scope():
        yield engine, state


@contextmanager
def engine_on(url: str, *, wal: bool = False) -> Iterator[sa.Engine]:
    """An engine that follows scopes."""
    db, app = SharedSQLAlchemy(), Flask("app")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    engine = db.engines_of(app)[None]
    if engine.dialect.name == "sqlite":
        mode = "WAL" if wal else "DELETE"
        sa.event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA foreign_keys = ON"))
        sa.event.listen(engine, "connect", lambda c, _: c.execute(f"PRAGMA journal_mode = {mode}"))
    yield engine
    engine.dispose()


def run(engine: sa.Engine, *statements: str, commit: bool = True) -> None:
    """Run statements in one transaction."""
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        if commit:
            connection.commit()


def set_of(found):
    """Effects in an order that does not count."""
    return {(e.table, e.key, e.kind, tuple(sorted(e.values.items()))) for e in found}
