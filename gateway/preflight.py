"""`python -m gateway.preflight TABLE`: whether workers could serve a table now.

Loads table and applications as a worker would, and opens the databases of the Flask-SQLAlchemy
applications among them. Prints what is wrong and exits with 1, or prints nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from gateway.backends import BackendError
from gateway.inventory import find_flask
from gateway.loader import TableError, read_bytes
from gateway.override import KEY_VARIABLE, check_key
from gateway.snapshot import Snapshot, make_snapshot


def problems(table: str) -> Iterator[str]:
    """Yield what would keep a worker from serving the table, as full sentences."""
    try:
        snapshot = make_snapshot(read_bytes(table), table)
    except (TableError, BackendError) as error:
        yield str(error)
        return
    yield from _override_problems()
    yield from dict.fromkeys(_database_problems(snapshot))


def _override_problems() -> Iterator[str]:
    if key := os.environ.get(KEY_VARIABLE):
        try:
            check_key(key)
        except ValueError as error:
            yield str(error)


def _database_problems(snapshot: Snapshot) -> Iterator[str]:
    for application in snapshot.applications.values():
        flask = find_flask(application)
        db = getattr(flask, "extensions", {}).get("sqlalchemy")
        if flask is None or db is None:
            continue
        with flask.app_context():
            for engine in db.engines.values():
                if (problem := _cannot_open(engine)) is not None:
                    yield problem


def _cannot_open(engine: object) -> str | None:
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - only where engines are

    try:
        engine.connect().close()  # type: ignore[attr-defined]
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        url = engine.url.render_as_string(hide_password=True)  # type: ignore[attr-defined]
        return (
            f"The database {url} can't be opened: {reason.rstrip('.')}. Check DATABASE_URL or the"
            " application's own setting, and that the server runs or the folder exists."
        )
    return None


if __name__ == "__main__":
    found = list(problems(sys.argv[1]))
    print("\n".join(found))  # noqa: T201 - this is a program
    sys.exit(1 if found else 0)
