"""Whether both applications reach the same databases, and by how many engines."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from gateway.doctor.application import Application, Pair
from gateway.doctor.db.databases import Database, databases_of
from gateway.doctor.db.extension import is_of_version_2, metadatas_of, registered
from gateway.doctor.db.locations import is_private_memory, location
from gateway.doctor.db.options import differing_options
from gateway.doctor.finding import Check, Finding

DIFFERENT_DATABASE = Check("db.different-database", "error")
BIND_MISSING = Check("db.bind-missing", "error")
TWO_ENGINES = Check("db.two-engines", "warning")
ENGINE_OPTIONS = Check("db.engine-options", "warning")
BIND_ON_ONE_SIDE = Check("db.bind-on-one-side", "note")
OLD_EXTENSION = Check("db.old-extension", "note")
OLD_SQLALCHEMY = Check("db.old-sqlalchemy", "warning")
CHECKS = (
    DIFFERENT_DATABASE,
    BIND_MISSING,
    TWO_ENGINES,
    ENGINE_OPTIONS,
    BIND_ON_ONE_SIDE,
    OLD_EXTENSION,
    OLD_SQLALCHEMY,
)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find databases that differ, that only one side has, or that have two engines."""
    yield from (_old_extension(each) for each in pair if is_of_version_2(each))
    ours, theirs = (databases_of(application) for application in pair)
    for bind in dict.fromkeys((*ours, *theirs)) if ours and theirs else ():
        if bind in ours and bind in theirs:
            yield from _compared(bind, ours[bind], theirs[bind])
        elif bind in ours:
            yield _one_sided(bind, ours[bind], pair.candidate)
        else:
            yield _one_sided(bind, theirs[bind], pair.control)


def _compared(bind: str | None, ours: Database, theirs: Database) -> Iterator[Finding]:
    if ours.engine is not None and ours.engine is theirs.engine:
        return
    if is_private_memory(ours.url) or location(ours.url) != location(theirs.url):
        yield _different_database(bind, ours, theirs)
        return
    if ours.engine is not None and theirs.engine is not None:
        yield _two_engines(bind, ours, theirs)
    if differing := list(differing_options(ours, theirs)):
        yield _engine_options(bind, ours, theirs, differing)


def _which(bind: str | None) -> str:
    return "the database" if bind is None else f"the database of bind {bind!r}"


def _different_database(bind: str | None, ours: Database, theirs: Database) -> Finding:
    said = (
        f"{ours.application} and {theirs.application} do not have the same database"
        f"{'' if bind is None else f' for bind {bind!r}'}: what is written through the one is not"
        " there for the other."
    )
    fix = "Give both applications the same URL, from one place that both import."
    if is_private_memory(ours.url) and is_private_memory(theirs.url):
        said += " Each engine on sqlite:// has an empty database in memory of its own."
        fix = "Use gateway.sandbox.SharedSQLAlchemy, which has one engine for both, or a file."
    elif ours.given == theirs.given:
        said += (
            " Both are given the same relative path, which Flask-SQLAlchemy resolves in the folder"
            " of each application."
        )
        fix = "Make the path absolute in one place that both import, with Path(…).resolve()."
    return DIFFERENT_DATABASE.finding(said, str(ours), str(theirs), fix=fix)


def _two_engines(bind: str | None, ours: Database, theirs: Database) -> Finding:
    return TWO_ENGINES.finding(
        f"{ours.application} and {theirs.application} reach {_which(bind)} by two engines. Each has"
        " a pool of its own, so a worker takes up to twice the connections, and what listens on the"
        " one engine does not hear the other.",
        str(ours),
        str(theirs),
        fix="Use gateway.sandbox.SharedSQLAlchemy for db: applications with the same URL then have"
        " one engine.",
    )


def _engine_options(
    bind: str | None, ours: Database, theirs: Database, differing: list[str]
) -> Finding:
    return ENGINE_OPTIONS.finding(
        f"{ours.application} and {theirs.application} connect to {_which(bind)} with different"
        " options, so that the same code can behave differently on it (foreign keys, time-outs,"
        " isolation).",
        *differing,
        fix="Keep SQLALCHEMY_ENGINE_OPTIONS in one place, and give it to both applications.",
    )


def _one_sided(bind: str | None, database: Database, other: Application) -> Finding:
    metadatas = metadatas_of(registered(other))
    needed = [
        t.fullname for m in metadatas if m.info.get("bind_key") == bind for t in m.sorted_tables
    ]
    said = f"{other.name} has no {'default database' if bind is None else f'bind {bind!r}'}"
    setting = "SQLALCHEMY_DATABASE_URI" if bind is None else "SQLALCHEMY_BINDS"
    if needed:
        return BIND_MISSING.finding(
            f"{said}, but the models that it uses have tables there. Every query of them fails in"
            f" {other.name} with 'Bind key is not in SQLALCHEMY_BINDS config'.",
            str(database),
            f"tables: {', '.join(needed)}",
            fix=f"Give {other.name} the same {setting}.",
        )
    return BIND_ON_ONE_SIDE.finding(
        f"{said}, and {database.application} has one. None of the models that {other.name} uses"
        " needs it.",
        str(database),
        fix=f"Give {other.name} the same {setting} before a route moves that needs it.",
    )


def _old_extension(application: Application) -> Finding:
    return OLD_EXTENSION.finding(
        f"{application.name} has Flask-SQLAlchemy 2, which makes its engines at the first request."
        " URLs were compared as they are configured; pools, and options set on the engine, were"
        " not.",
        fix="Update to Flask-SQLAlchemy 3.1, which says so when an application uses another's db.",
    )


def old_sqlalchemy() -> Iterator[Finding]:
    """Find a SQLAlchemy whose models and engines can't be looked at here."""
    orm = sys.modules.get("sqlalchemy.orm")
    if "flask_sqlalchemy" in sys.modules and orm is not None and not hasattr(orm, "registry"):
        yield OLD_SQLALCHEMY.finding(
            "The applications have a SQLAlchemy older than 1.4, so nothing of their database was"
            " compared.",
            fix="Update SQLAlchemy, first to 1.4, which runs most of the older code as it is.",
        )
