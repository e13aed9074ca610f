"""Alembic's way to the database; it needs no Flask application.

A migration runs whole or not at all, and two that start at once run one after the other.
"""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, Engine, create_engine, event, pool, text

import shared_models
from shared_models.columns import UtcDateTime
from shared_models.search import is_of_models
from shared_models.settings import database_url

# Any number will do, as long as nobody else uses it in this database.
POSTGRESQL_LOCK = 730_155_001


def make_engine(url: str) -> Engine:
    # Not the applications' options: with foreign keys on, SQLite's way to alter a table (copy,
    # drop, rename) would cascade into the tables that refer to it.
    engine = create_engine(url, poolclass=pool.NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", leave_transactions_to_us)
        event.listen(engine, "begin", begin_writing)
    return engine


def leave_transactions_to_us(connection: Any, _record: object) -> None:
    # Python's sqlite3 opens no transaction before DDL.
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 30000")


def begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def render_item(_kind: str, item: object, _context: object) -> str | Literal[False]:
    # A written revision must not change its meaning with our code.
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=shared_models.Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        include_name=is_of_models,
        render_item=render_item,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": POSTGRESQL_LOCK})
        context.run_migrations()


def run() -> None:
    engine = make_engine(context.config.attributes.get("url") or database_url())
    with engine.connect() as connection:
        migrate(connection)


if context.is_offline_mode():
    raise SystemExit("These migrations need a database: they can't be written out as SQL.")
run()
