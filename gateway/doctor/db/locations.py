"""Where a database is: the same answer for every spelling of its URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mssql": 1433, "oracle": 1521}
_HERE = {"", "127.0.0.1", "::1", "localhost"}


def location(url: Any) -> tuple[object, ...]:
    """Return what two URLs have in common if they lead to the same database.

    A private database in memory has no location that another engine could reach.
    """
    backend = url.get_backend_name()
    if backend == "sqlite":
        file = sqlite_file(url)
        return (backend, url.database if file is None else file.resolve())
    host = str(url.host or url.query.get("host") or "").lower()
    port = url.port or url.query.get("port") or _PORTS.get(backend)
    return (backend, "" if host in _HERE else host, str(port), url.database)


def sqlite_file(url: Any) -> Path | None:
    """Return the file of a SQLite URL; None for another database, or one in memory."""
    name = str(url.database or "")
    if url.get_backend_name() != "sqlite" or name in {"", ":memory:"}:
        return None
    if not name.startswith("file:"):
        return Path(name)
    path = unquote(urlsplit(name).path)
    return None if path == ":memory:" or "memory" in _query(url, "mode") else Path(path)


def is_private_memory(url: Any) -> bool:
    """Tell whether a URL names a SQLite database in memory that only one engine can see."""
    in_memory = url.get_backend_name() == "sqlite" and sqlite_file(url) is None
    return in_memory and "shared" not in _query(url, "cache")


def _query(url: Any, name: str) -> str:
    """Return what a `file:` URI says, in SQLAlchemy's query or in its own."""
    return f"{url.query.get(name, '')}{urlsplit(str(url.database or '')).query}"


def shown(url: Any) -> str:
    """Return a URL without its password."""
    return str(url.render_as_string(hide_password=True))
