"""Whether the database has the schema that the migrations describe.

Alembic says what the newest revisions are, and the database which it is at. Nothing is migrated,
and a SQLite file that isn't there is not created.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from gateway.doctor.application import Pair
from gateway.doctor.db.databases import Database, databases_of
from gateway.doctor.db.locations import is_private_memory, location, shown, sqlite_file
from gateway.doctor.db.reading import reading
from gateway.doctor.db.scripts import Scripts, folder_of, read_scripts
from gateway.doctor.finding import Check, Finding
from gateway.doctor.objects import shown_file

SCHEMA_BEHIND = Check("db.schema-behind", "error")
SCHEMA_UNKNOWN = Check("db.schema-unknown", "warning")
SCHEMA_UNREAD = Check("db.schema-unread", "note")
CHECKS = (SCHEMA_BEHIND, SCHEMA_UNKNOWN, SCHEMA_UNREAD)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find a database that is not at the newest revision of its migrations."""
    for database, folder in _migrated(pair):
        try:
            finding = _examined(database, folder)
        except Exception as error:  # noqa: BLE001 - drivers and migrations raise what they like
            finding = _unread(database, folder, f"{type(error).__name__}: {error}".strip())
        if finding is not None:
            yield finding


def _migrated(pair: Pair) -> Iterator[tuple[Database, Path]]:
    """Yield each database once with each folder of migrations for it."""
    seen = set()
    for application in pair:
        database = databases_of(application).get(None)
        if database is None or is_private_memory(database.url):
            continue
        folder = folder_of(application)
        if folder is not None and (place := (location(database.url), folder)) not in seen:
            seen.add(place)
            yield database, folder


def _examined(database: Database, folder: Path) -> Finding | None:
    file = sqlite_file(database.url)
    if file is not None and not file.exists():
        return _unread(database, folder, "There is no such file yet.")
    scripts = read_scripts(folder)
    current, is_empty = _current(database)
    if current == scripts.heads:
        return None
    if not current and not is_empty:
        return _unread(database, folder, "It has tables, but no table 'alembic_version'.")
    if current - scripts.revisions:
        return _unknown(database, folder, current)
    return _behind(database, folder, current, scripts)


def _current(database: Database) -> tuple[frozenset[str], bool]:
    """Return the revisions that a database is at, and whether it has no tables at all."""
    from alembic.runtime.migration import (  # noqa: PLC0415 - only where there are migrations
        MigrationContext,
    )

    with reading(database) as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
        tables = sys.modules["sqlalchemy"].inspect(connection).get_table_names()
        return frozenset(heads), not tables


def _behind(database: Database, folder: Path, current: frozenset[str], scripts: Scripts) -> Finding:
    return SCHEMA_BEHIND.finding(
        f"The database of {database.application} is behind its migrations. Views that use what"
        " they add fail with 'no such table' or 'no such column'.",
        shown(database.url),
        f"the database is at {_listed(current)}",
        f"{shown_file(str(folder))} ends at {_listed(scripts.heads)}",
        fix="Run the migrations before the applications start.",
    )


def _unknown(database: Database, folder: Path, current: frozenset[str]) -> Finding:
    return SCHEMA_UNKNOWN.finding(
        f"The database of {database.application} is at {_listed(current)}, which its migrations do"
        " not have. Newer code, or the migrations of another application, changed its schema.",
        shown(database.url),
        shown_file(str(folder)),
        fix="Keep one folder of migrations for the database, and update this code.",
    )


def _unread(database: Database, folder: Path, reason: str) -> Finding:
    return SCHEMA_UNREAD.finding(
        f"The schema of {database.application}'s database was not compared with its migrations."
        f" {reason}",
        shown(database.url),
        shown_file(str(folder)),
        fix="Run the migrations, and look again where the database can be reached.",
    )


def _listed(revisions: frozenset[str]) -> str:
    return ", ".join(sorted(revisions)) or "no revision"
