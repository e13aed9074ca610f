"""What is particular about SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager

import pytest
import sqlalchemy as sa

from gateway.effects.state import StateRecorder
from tests.effects.worlds import METHODS, empty_state, run

PERSON = "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"


@contextmanager
def watched(*statements, method="triggers"):
    """An engine on a file with a few tables, and what records its effects."""
    with empty_state("sqlite:///unused.db") as (engine, state):
        run(engine, *statements)
        with closing(StateRecorder(state, METHODS[method])) as recorder:
            yield engine, recorder


def kinds(recorder):
    """Key and kind of each effect."""
    return {(effect.key, effect.kind) for effect in recorder.effects()}


def test_replace_deletes_what_is_in_its_way(method):
    statements = PERSON, "INSERT INTO person VALUES (1, 'Ada'), (2, 'Bob')"
    with watched(*statements, method=method) as (engine, recorder):
        run(engine, "REPLACE INTO person VALUES (1, 'Bob')")
        assert kinds(recorder) == {((1,), "changed"), ((2,), "deleted")}


def test_key_in_another_spelling_is_another_key(method):
    table = "CREATE TABLE t (k TEXT COLLATE NOCASE PRIMARY KEY, n INTEGER) WITHOUT ROWID"
    with watched(table, "INSERT INTO t VALUES ('a', 0)", method=method) as (engine, recorder):
        run(engine, "UPDATE t SET k = 'A'", "UPDATE t SET n = 1")
        assert kinds(recorder) == {(("a",), "deleted"), (("A",), "inserted")}


def test_applications_own_triggers_do_what_they_did(method):
    log = (
        "CREATE TRIGGER gone AFTER DELETE ON person BEGIN"
        " INSERT INTO person VALUES (9, OLD.name || '!'); END"
    )
    statements = PERSON, "INSERT INTO person VALUES (1, 'Ada')", log
    with watched(*statements, method=method) as (engine, recorder):
        # A replaced row fires no trigger, unless triggers are recursive.
        run(engine, "REPLACE INTO person VALUES (2, 'Ada')")
        assert kinds(recorder) == {((1,), "deleted"), ((2,), "inserted")}


def test_rows_with_null_in_their_key_are_told_apart(method):
    statements = "CREATE TABLE t (k TEXT PRIMARY KEY)", "INSERT INTO t VALUES (NULL), (NULL)"
    with watched(*statements, method=method) as (engine, recorder):
        run(engine, "INSERT INTO t VALUES (NULL)")
        assert kinds(recorder) == {(("(None,)", 1), "inserted")}


def test_table_in_which_columns_take_all_names_of_the_rowid(method):
    statements = (
        "CREATE TABLE t (rowid TEXT, oid TEXT, _rowid_ TEXT)",
        "INSERT INTO t VALUES (1,2,3)",
    )
    with watched(*statements, method=method) as (engine, recorder):
        run(engine, "UPDATE t SET oid = 5")
        assert {kind for _, kind in kinds(recorder)} == {"deleted", "inserted"}


def test_table_with_more_columns_than_a_function_takes(method):
    columns = ", ".join(f"c{n}" for n in range(200))
    statements = f"CREATE TABLE t ({columns})", "INSERT INTO t (c1) VALUES (1)"
    with watched(*statements, method=method) as (engine, recorder):
        run(engine, "UPDATE t SET c199 = 5")
        assert {kind for _, kind in kinds(recorder)} == {"deleted", "inserted"}


def test_text_that_is_no_utf_8_is_kept_apart(method):
    statements = PERSON, "INSERT INTO person VALUES (1, CAST(x'ff' AS TEXT)), (2, 'b')"
    with watched(*statements, method=method) as (engine, recorder):
        run(engine, "UPDATE person SET name = CAST(x'fe' AS TEXT) WHERE id = 1")
        assert [effect.values for effect in recorder.effects()] == [{"name": "\udcfe"}]


def test_connection_that_must_not_write_is_left_so():
    with empty_state("sqlite:///unused.db") as (engine, state):
        run(engine, PERSON, "PRAGMA query_only = ON")
        with closing(StateRecorder(state, METHODS["triggers"])), engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1
            assert connection.exec_driver_sql("SELECT * FROM sqlite_temp_master").all()


def test_connection_keeps_its_own_rows_and_text():
    with watched(PERSON, "INSERT INTO person VALUES (1, 'Ada')") as (engine, recorder):
        with closing(engine.raw_connection()) as pooled:
            connection = pooled.dbapi_connection
            connection.row_factory, connection.text_factory = sqlite3.Row, bytes
            rows = connection.execute("UPDATE person SET name = 'Eve' RETURNING name").fetchall()
            connection.commit()
            assert rows[0]["name"] == b"Eve"
        assert [effect.values for effect in recorder.effects()] == [{"name": "Eve"}]


def test_reflection_shows_nothing_of_ours():
    with watched(PERSON) as (engine, _):
        inspector = sa.inspect(engine)
        assert inspector.get_table_names() == ["person"]
        assert inspector.get_temp_table_names() == []
        with engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT type, name FROM sqlite_master").all()
            databases = connection.exec_driver_sql("PRAGMA database_list").all()
        assert set(found) == {("table", "person"), ("index", "sqlite_autoindex_person_1")}
        assert "main" in {database[1] for database in databases} <= {"main", "temp"}


def test_table_hidden_by_a_temporary_one_is_watched():
    with watched(PERSON) as (engine, recorder):
        run(engine, "CREATE TEMP TABLE person (x)", "INSERT INTO main.person VALUES (1, 'Ada')")
        assert kinds(recorder) == {((1,), "inserted")}


def test_every_connection_is_watched():
    with watched(PERSON) as (engine, recorder):
        with engine.connect() as one, engine.connect() as other:
            one.exec_driver_sql("INSERT INTO person VALUES (1, 'Ada')")
            one.commit()
            other.exec_driver_sql("INSERT INTO person VALUES (2, 'Bob')")
            other.commit()
        assert kinds(recorder) == {((1,), "inserted"), ((2,), "inserted")}


def test_connections_are_given_out_when_a_watched_table_is_gone():
    with watched(PERSON) as (engine, recorder):
        run(engine, "DROP TABLE person")
        run(engine, "CREATE TABLE person (more)", "INSERT INTO person VALUES (1)")
        assert [effect.kind for effect in recorder.effects()] == ["altered"]


def test_row_that_a_trigger_changes_as_it_comes_is_inserted(method):
    own = "CREATE TRIGGER own AFTER INSERT ON person BEGIN UPDATE person SET name = 'x'; END"
    with watched(PERSON, own, method=method) as (engine, recorder):
        run(engine, "INSERT INTO person (name) VALUES ('Ada')")
        assert kinds(recorder) == {((1,), "inserted")}


NAME = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT"
# How names are unique, and a name that is in conflict with 'ada' then.
CONFLICTS = {
    "its collation": ([f"{NAME} COLLATE NOCASE UNIQUE)"], "'ADA'"),
    "collation": ([f"{NAME})", "CREATE UNIQUE INDEX i ON t (name COLLATE NOCASE)"], "'ADA'"),
    "partial": ([f"{NAME})", "CREATE UNIQUE INDEX i ON t (name) WHERE id > 0"], "'ada'"),
    "expression": ([f"{NAME})", "CREATE UNIQUE INDEX i ON t (lower(name))"], "'ADA'"),
    "generated": ([f"{NAME}, old INTEGER AS (id > 0) UNIQUE)"], "'Bob'"),
    "default": ([f"{NAME} NOT NULL ON CONFLICT REPLACE DEFAULT 'ada' UNIQUE)"], "NULL"),
}


@pytest.mark.parametrize(("definitions", "name"), CONFLICTS.values(), ids=CONFLICTS)
def test_what_replace_deletes_is_seen_beside_own_triggers(definitions, name, method):
    own = "CREATE TRIGGER own AFTER DELETE ON t BEGIN SELECT RAISE(ABORT, 'no'); END"
    statements = *definitions, "INSERT INTO t (name) VALUES ('ada')", own
    with watched(*statements, method=method) as (engine, recorder):
        run(engine, f"REPLACE INTO t (name) VALUES ({name})")
        assert kinds(recorder) == {((1,), "deleted"), ((2,), "inserted")}


def test_fault_of_ours_is_raised_here_and_not_in_the_application(monkeypatch):
    with watched(PERSON) as (engine, recorder):
        (rows,) = recorder._recorders[0][1]._source._watch.triggers._rows.values()
        monkeypatch.setattr(rows, "_one_row", "SELECT nonsense")
        run(engine, "INSERT INTO person VALUES (1, 'Ada')", "UPDATE person SET id = 2")
        with pytest.raises(sqlite3.OperationalError, match="nonsense"):
            recorder.effects()
