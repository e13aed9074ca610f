"""How every connection to the database is made, with Flask or without."""

import sqlite3
from typing import Any

from sqlalchemy import Engine

from gateway.sandbox import create_engine

SQLITE_BUSY_TIMEOUT_MS = 10_000


def prepare_connection(connection: Any, _record: object) -> None:
    """Set up a new SQLite connection; leave those of other databases as they are."""
    if not isinstance(connection, sqlite3.Connection):
        return
    # The time-out comes first: the change to WAL may itself have to wait for another process.
    connection.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


# The listener travels in the options, so that no import order decides which engines have it.
ENGINE_OPTIONS: dict[str, Any] = {
    "pool_pre_ping": True,
    "pool_events": [(prepare_connection, "connect")],
}


def make_engine(url: str) -> Engine:
    """An engine with the applications' options, for scripts and tests that have no Flask.

    A sandbox can take hold of it, as of those of the applications.
    """
    return create_engine(url, **ENGINE_OPTIONS)
