"""What a sandbox costs: nothing but a look-up outside, some tenths of a millisecond inside.

Measured on SQLite (a file in WAL mode), and on the PostgreSQL server of `BENCH_POSTGRESQL` if
that is set to a URL such as `postgresql+psycopg://me@localhost/scratch`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.test import create_environ

from benchmarks.instructions import counts
from benchmarks.interleaved import Contender, nanoseconds
from benchmarks.needs import MissingError
from benchmarks.report import Cell, Report, target
from gateway.sandbox import SharedSQLAlchemy, create_engine, sandbox

PLAIN = "lend a connection: SQLAlchemy's own pool"
SCOPED = "lend a connection: a shared db's pool"
USED = "lend a connection: a shared db's pool, after a sandbox"
INSIDE = ", in a sandbox of its own"
_NO_SERVER = "PostgreSQL is left out: set BENCH_POSTGRESQL to the URL of a scratch database."
_SETUP = """\
import sqlalchemy as sa
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from benchmarks.sandbox import application, boxed, requester
from gateway.sandbox import create_engine, sandbox

folder = TemporaryDirectory()
url = f"sqlite:///{folder.name}/pool.db"
plain, scoped = sa.create_engine(url), create_engine(url)
app = ExitStack().enter_context(application(f"sqlite:///{folder.name}/bench.db"))
get, post = requester(app, "GET"), requester(app, "POST")
boxed_get, boxed_post = boxed(app, "GET"), boxed(app, "POST")
"""
_STATEMENTS = {
    PLAIN: "plain.raw_connection().close()",
    SCOPED: "scoped.raw_connection().close()",
    "SQLite, GET": "get()",
    f"SQLite, GET{INSIDE}": "boxed_get()",
    "SQLite, POST": "post()",
    f"SQLite, POST{INSIDE}": "boxed_post()",
    USED: "scoped.raw_connection().close()",
}


class Base(DeclarativeBase):
    """The models of the bench."""


class Line(Base):
    """A row to read and to write."""

    __tablename__ = "bench_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(sa.String(80))


def run(*, quick: bool = False) -> Report:
    """Measure lending a connection, and whole requests."""
    rounds = 3 if quick else 60
    notes: list[str] = []
    counted: dict[str, float] = {}
    try:
        counted = counts(_SETUP, _STATEMENTS, times=20 if quick else 100, warm=30)
    except MissingError as error:
        notes.append(str(error))
    with TemporaryDirectory() as folder:
        taken = _lending(f"sqlite:///{folder}/pool.db", rounds)
        taken |= _requests("SQLite", f"sqlite:///{folder}/bench.db", rounds)
    if server := os.environ.get("BENCH_POSTGRESQL"):
        taken |= _requests("PostgreSQL", server, rounds)
    else:
        notes.append(_NO_SERVER)
    return Report(
        "Sandbox: what it costs",
        ("what", "instructions", "of the one above", "µs", "added µs"),
        tuple(_rows(taken, counted)),
        (*_targets(counted), *notes),
    )


def _lending(url: str, rounds: int) -> dict[str, float]:
    """Measure the one look-up, before anybody used a sandbox and afterwards."""
    engines = {PLAIN: sa.create_engine(url), SCOPED: create_engine(url)}
    statement = "engine.raw_connection().close()"
    contenders = {name: (statement, {"engine": engine}) for name, engine in engines.items()}
    taken = nanoseconds(contenders, rounds)
    with sandbox(engines[SCOPED]):
        pass
    taken[USED] = nanoseconds({USED: contenders[SCOPED]}, rounds)[USED]
    for engine in engines.values():
        engine.dispose()
    return taken


def _requests(name: str, url: str, rounds: int) -> dict[str, float]:
    """Measure one read and one write through an application, outside and inside."""
    taken: dict[str, float] = {}
    with application(url) as app:
        for method in ("GET", "POST"):
            contenders: dict[str, Contender] = {
                f"{name}, {method}": ("send()", {"send": requester(app, method)}),
                f"{name}, {method}{INSIDE}": ("send()", {"send": boxed(app, method)}),
            }
            taken |= nanoseconds(contenders, rounds, slice_seconds=0.02)
    return taken


@contextmanager
def application(url: str) -> Iterator[Flask]:
    """Make an application that reads ten rows, or writes one."""
    db = SharedSQLAlchemy(model_class=Base)
    app = Flask("bench")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    app.extensions["bench"] = db

    @app.get("/")
    def read() -> list[str]:
        return list(db.session.scalars(sa.select(Line.text).order_by(Line.id).limit(10)))

    @app.post("/")
    def write() -> dict[str, int]:
        line = Line(text="written")
        db.session.add(line)
        db.session.commit()
        return {"id": line.id}

    with app.app_context():
        if url.startswith("sqlite"):
            sa.event.listen(db.engine, "connect", _set_up)
        Base.metadata.create_all(db.engine)
        db.session.add_all(Line(text=f"line {number}") for number in range(20))
        db.session.commit()
    yield app
    with app.app_context():
        Base.metadata.drop_all(db.engine)
        db.engine.dispose()


def _set_up(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def requester(app: Flask, method: str) -> Callable[[], None]:
    """Return what sends one request."""
    environ = create_environ("/", method=method, errors_stream=sys.stderr)

    def request() -> None:
        body = app(environ.copy(), lambda *_arguments: None)  # type: ignore[arg-type]
        for _part in body:
            pass
        body.close()  # type: ignore[attr-defined]

    return request


def boxed(app: Flask, method: str) -> Callable[[], None]:
    """Return what sends one request in a sandbox."""
    request, db = requester(app, method), app.extensions["bench"]

    def in_sandbox() -> None:
        with sandbox(db):
            request()

    return in_sandbox


def _rows(taken: dict[str, float], counted: dict[str, float]) -> Iterator[tuple[Cell, ...]]:
    """Give a row for each measurement; what has a variant inside stands above it."""
    first = ""
    for name, nanos in taken.items():
        if name not in {SCOPED, USED} and not name.endswith(INSIDE):
            first = name
        count, base = counted.get(name), counted.get(first)
        ratio = round(count / base, 4) if count is not None and base is not None else None
        added = round((nanos - taken[first]) / 1000, 2)
        yield name, None if count is None else round(count), ratio, round(nanos / 1000, 2), added


def _targets(counted: dict[str, float]) -> Iterator[str]:
    for name in (SCOPED, USED) if counted else ():
        yield from target(name, counted[name] / counted[PLAIN], 1.03, " of SQLAlchemy's")
