"""Connections that only read, to the database of an application."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gateway.doctor.db.databases import Database
from gateway.doctor.db.locations import sqlite_file

_PATIENT_DRIVERS = {"psycopg", "psycopg2", "pymysql", "mysqldb"}
_SECONDS = 3
_READ_ONLY = {
    "postgresql": "SET default_transaction_read_only = on",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}


@contextmanager
def reading(database: Database) -> Iterator[Any]:
    """Connect to a database, apart from the application's pool and from what listens on it."""
    with reading_engine(database).connect() as connection:
        yield connection


def reading_engine(database: Database) -> Any:
    """Make an engine whose connections the database itself lets read and not write.

    Raises ValueError for a database that has no such connections.
    """
    backend = database.url.get_backend_name()
    if backend not in {"sqlite", *_READ_ONLY}:
        raise ValueError(f"Connections to {backend} can't be made read-only.")
    sqlalchemy = sys.modules["sqlalchemy"]
    engine = sqlalchemy.create_engine(
        database.url, poolclass=sqlalchemy.pool.NullPool, **_options(database)
    )
    if backend in _READ_ONLY:
        sqlalchemy.event.listen(engine, "connect", _told(_READ_ONLY[backend]))
    return engine


def _told(statement: str) -> Callable[[Any, object], None]:
    """Return a listener that says something to each new connection."""

    def tell(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        connection.commit()

    return tell


def _options(database: Database) -> dict[str, Any]:
    file = sqlite_file(database.url)
    if file is not None:
        return {"creator": lambda: sqlite3.connect(_unchanging(file), uri=True)}
    arguments = dict(database.options.get("connect_args") or {})
    if database.url.get_driver_name() in _PATIENT_DRIVERS:
        arguments.setdefault("connect_timeout", _SECONDS)
    return {"connect_args": arguments}


def _unchanging(file: Path) -> str:
    """Return a URI by which SQLite opens a file without writing to it or beside it.

    A database in WAL mode has two more files while it is open. SQLite would create them, and
    change the second one, for a reader too.
    """
    log = Path(f"{file}-wal")
    if log.exists() and log.stat().st_size:
        how = "&readonly_shm=1"
    else:
        how = "&immutable=1" if _has_wal(file) else ""
    return f"file:{quote(str(file))}?mode=ro{how}"


def _has_wal(file: Path) -> bool:
    with file.open("rb") as content:
        return content.read(20)[18:20] == b"\x02\x02"  # the file format's read and write version
