"""A database against its migrations, read without a trace."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from textwrap import dedent

import pytest
import sqlalchemy as sa

from gateway.doctor.db.databases import Database
from gateway.doctor.db.reading import reading
from gateway.doctor.db.scripts import read_scripts
from tests.doctor.writing import app, shared

REVISIONS = {"one": None, "two": "one"}


@pytest.fixture
def migrations(tmp_path):
    """Write a folder of migrations that Alembic can load."""

    def migrations(name="migrations", revisions=REVISIONS, body=""):
        versions = tmp_path / name / "versions"
        versions.mkdir(parents=True)
        (tmp_path / name / "env.py").touch()
        for revision, before in revisions.items():
            text = f"revision = {revision!r}\ndown_revision = {before!r}\n{dedent(body)}"
            (versions / f"{revision}.py").write_text(text)

    return migrations


@pytest.fixture
def database(tmp_path):
    """Write a SQLite file that is at some revisions, and return its path."""

    def database(*revisions, name="app.db"):
        with closing(sqlite3.connect(tmp_path / name)) as connection, connection:
            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
            for revision in revisions:
                connection.execute("INSERT INTO alembic_version VALUES (?)", [revision])
        return tmp_path / name

    return database


@pytest.fixture
def examined(found, tmp_path):
    """What is found of a pair on one database."""

    def examined(file=None, body="", url=None):
        config = {"SQLALCHEMY_DATABASE_URI": url or f"sqlite:///{file or tmp_path / 'app.db'}"}
        return found(shared=shared(), legacy=app(body, **config), modern=app(**config))

    return examined


def test_a_database_at_the_newest_revision_is_sound(examined, migrations, database):
    migrations()

    assert examined(database("two")) == {}


def test_a_database_without_migrations_is_sound(examined, database):
    assert examined(database("two")) == {}


def test_a_database_that_is_behind_is_an_error(examined, migrations, database, tmp_path):
    migrations()
    (seen,) = examined(database("one")).values()

    assert (seen.check, seen.severity) == ("db.schema-behind", "error")
    assert seen.evidence == (
        f"sqlite:///{tmp_path}/app.db",
        "the database is at one",
        "migrations ends at two",
    )


def test_an_empty_database_is_behind(examined, migrations, tmp_path):
    migrations()
    (tmp_path / "app.db").touch()

    assert examined()["db.schema-behind"].evidence[1] == "the database is at no revision"


def test_a_database_at_every_head_is_sound(examined, migrations, database):
    migrations(revisions={**REVISIONS, "three": "one"})

    assert examined(database("three", "two")) == {}
    assert "db.schema-behind" in examined(database("two", name="other.db"))


def test_a_revision_that_the_migrations_do_not_have_is_a_warning(examined, migrations, database):
    migrations()
    (seen,) = examined(database("three")).values()

    assert (seen.check, seen.severity) == ("db.schema-unknown", "warning")
    assert "is at three, which its migrations do not have" in seen.message


def test_a_file_that_is_not_there_is_a_note_and_is_not_created(examined, migrations, tmp_path):
    migrations()
    (seen,) = examined().values()

    assert (seen.check, seen.severity) == ("db.schema-unread", "note")
    assert "There is no such file yet." in seen.message
    assert not (tmp_path / "app.db").exists()


def test_tables_without_a_revision_are_a_note(examined, migrations, tmp_path):
    migrations()
    with closing(sqlite3.connect(tmp_path / "app.db")) as connection:
        connection.execute("CREATE TABLE user (id INTEGER)")

    assert "no table 'alembic_version'" in examined()["db.schema-unread"].message


def test_migrations_that_cannot_be_loaded_are_a_note(examined, migrations, database):
    migrations(body="import nothing_of_that_name")

    assert "nothing_of_that_name" in examined(database("two"))["db.schema-unread"].message


def test_a_server_that_does_not_answer_is_a_note(examined, migrations):
    migrations()
    seen = examined(url="postgresql+psycopg://ada:secret@127.0.0.1:1/app")["db.schema-unread"]

    assert "OperationalError" in seen.message
    assert "secret" not in str(seen)


@pytest.mark.postgresql
def test_a_server_is_read(examined, migrations, postgresql_url):
    migrations()
    engine = sa.create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version AS SELECT 'one' AS version_num"))
    seen = examined(url=postgresql_url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE alembic_version"))
    engine.dispose()

    assert list(seen) == ["db.schema-behind"]


def test_an_alembic_ini_says_where_the_migrations_are(examined, migrations, database, tmp_path):
    migrations("deep/down")
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/deep/down\n")

    assert examined(database("one"))["db.schema-behind"].evidence[2] == "deep/down ends at two"


def test_flask_migrate_says_where_the_migrations_are(examined, migrations, database):
    migrations("elsewhere")
    # What Flask-Migrate registers, as far as it is read.
    body = """
        from types import SimpleNamespace
        app.extensions["migrate"] = SimpleNamespace(directory="elsewhere")
    """

    assert "db.schema-behind" in examined(database("one"), body)


def test_what_an_alembic_ini_puts_on_the_path_does_not_stay(migrations, tmp_path):
    migrations(body="import sys\nassert sys.path[0] == 'somewhere'")
    (tmp_path / "alembic.ini").write_text(
        "[alembic]\nprepend_sys_path = somewhere\npath_separator = os\n"
    )
    before = list(sys.path)

    assert read_scripts(tmp_path / "migrations").heads == {"two"}
    assert sys.path == before


def trace(folder):
    return {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in folder.iterdir()}


def read(file):
    url = sa.make_url(f"sqlite:///{file}")
    with reading(Database("app", url, url, None, {})) as connection:
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
@pytest.mark.parametrize("is_open", [True, False])
def test_reading_leaves_no_trace(interpreters, tmp_path, database, mode, is_open):
    file = database("one")
    with closing(sqlite3.connect(file)) as writer:
        writer.execute(f"PRAGMA journal_mode = {mode}")
        writer.execute("UPDATE alembic_version SET version_num = 'two'")
        writer.commit()
        if not is_open:
            writer.close()
        before = trace(tmp_path)

        # In a process of its own: SQLite shares what it knows of a file within one.
        assert interpreters.submit(read, file).result(60) == "two"
        assert trace(tmp_path) == before


def test_reading_can_not_write(database):
    url = sa.make_url(f"sqlite:///{database('one')}")
    with (
        reading(Database("app", url, url, None, {})) as connection,
        pytest.raises(sa.exc.OperationalError, match="readonly"),
    ):
        connection.exec_driver_sql("DELETE FROM alembic_version")
