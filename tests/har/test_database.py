"""A session replayed on a database, SQLite or PostgreSQL: rows, ids, and what is left behind."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from gateway.cli import main
from tests.har.notes import Base, Note, db, make_notes
from tests.har.recording import Recording

TABLE = """
backends: {old: "tests.har.notes:make_notes()", new: "tests.har.notes:%s()"}
default: old
database: tests.har.notes:db
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request, tmp_path, monkeypatch):
    """The database of both applications, with its table and nothing in it."""
    url = f"sqlite:///{tmp_path}/notes.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    monkeypatch.setenv("NOTES_URL", url)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    Base.metadata.create_all(engine)
    yield engine
    Base.metadata.drop_all(engine)


@pytest.fixture
def replay(engine, tmp_path, monkeypatch, capsys):
    """Record a session, and replay it with a rewrite; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    app = make_notes()
    recording = Recording(app)
    made = json.loads(recording.send("POST", "/notes", data={"text": "a"}).body)
    recording.send("GET", f"/notes/{made['id']}")
    recording.write(tmp_path / "notes.har")
    with app.app_context():
        db.engine.dispose()  # since PostgreSQL copies no database that is in use

    def start(maker, *options):
        (tmp_path / "routing_table.yaml").write_text(TABLE % maker)
        with pytest.raises(SystemExit) as left:
            main(["parity", "replay", "notes.har", *options])
        return left.value.code, *capsys.readouterr()

    return start


def rows(engine):
    with engine.connect() as connection:
        return connection.execute(sa.select(Note.id, Note.text, Note.read)).all()


def databases(engine):
    if engine.dialect.name == "sqlite":
        return []
    with engine.connect() as connection:
        return connection.scalars(sa.text("SELECT datname FROM pg_database")).all()


def test_equal_sides_are_silent_and_leave_nothing(replay, engine):
    before = rows(engine), databases(engine)

    code, out, err = replay("make_new_notes")

    assert (code, err) == (0, "")
    assert "SQL statements: " in out
    assert "Responses only" not in out
    assert (rows(engine), databases(engine)) == before


def test_fault_that_only_the_rows_show_is_found(replay):
    code, out, _ = replay("make_forgetful_notes", "--json")

    found = [(d["kind"], d["place"], d["path"]) for d in json.loads(out)["differences"]]
    assert code == 1
    assert found == [("rows", "note[]", "/notes/<int:number>")]


def test_ids_are_those_of_a_prepared_state(replay):
    code, out, _ = replay("make_new_notes", "--state=tests.har.notes:filled")

    assert code == 0, out
    assert "note: " not in out


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_database_that_is_not_there_is_told(replay, monkeypatch):
    monkeypatch.setenv("NOTES_URL", "sqlite:////nowhere/notes.db")

    code, out, err = replay("make_new_notes")

    assert (code, out) == (1, "")
    assert err.startswith("There is no SQLite database at '/nowhere/notes.db' to copy. Create it")
    assert err.count("\n") == 1
