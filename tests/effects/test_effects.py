"""What a request leaves in the rows, and nothing that it did not, by either method."""

from __future__ import annotations

from contextlib import closing

import pytest
from flask import Flask

from gateway.effects import Effect
from gateway.effects.state import StateRecorder
from gateway.sandbox import Database, SharedSQLAlchemy
from tests.effects.worlds import METHODS, POSTGRESQL, run


def test_insert_has_all_columns(world):
    assert world.effects("INSERT INTO person VALUES (3, 'Eve', NULL)") == {
        ("person", (3,), "inserted", (("age", None), ("id", 3), ("name", "Eve")))
    }


def test_change_has_the_changed_columns_only(world):
    assert world.effects("UPDATE person SET age = age + 1, name = name WHERE id = 1") == {
        ("person", (1,), "changed", (("age", 37),))
    }


def test_change_to_the_same_is_none(world):
    assert world.effects("UPDATE person SET name = name") == set()


def test_what_is_changed_back_is_none(world):
    there, back = ("UPDATE person SET age = age + 1", "UPDATE person SET age = age - 1")
    assert world.effects(there, back) == set()


def test_cascade_is_seen(world):
    assert world.effects("DELETE FROM person WHERE id = 1") == {
        ("person", (1,), "deleted", ()),
        ("pet", (1, 1), "deleted", ()),
        ("pet", (1, 2), "deleted", ()),
    }


def test_moved_key_is_a_row_less_and_a_row_more(world):
    assert world.effects("UPDATE person SET id = 7 WHERE id = 2") == {
        ("person", (2,), "deleted", ()),
        ("person", (7,), "inserted", (("age", 41), ("id", 7), ("name", "Bob"))),
    }


def test_bulk_statement_is_seen_row_by_row(world):
    found = world.effects(
        "INSERT INTO pet SELECT 2, n + 10 FROM pet", "DELETE FROM pet WHERE n < 3"
    )
    assert {(key, kind) for _, key, kind, _ in found} == {
        ((1, 1), "deleted"),
        ((1, 2), "deleted"),
        ((2, 11), "inserted"),
        ((2, 12), "inserted"),
    }


def test_rolled_back_work_is_none(world):
    assert world.effects("DELETE FROM pet", commit=False) == set()


def test_work_that_a_savepoint_took_back_is_none(world):
    assert world.effects(
        "BEGIN" if world.engine.dialect.name == "sqlite" else "SELECT 1",
        "SAVEPOINT a",
        "UPDATE person SET age = 0",
        "DELETE FROM pet",
        "INSERT INTO log VALUES ('y')",
        "ROLLBACK TO a",
        "UPDATE person SET age = 50 WHERE id = 1",
    ) == {("person", (1,), "changed", (("age", 50),))}


def test_what_is_undone_again_is_none(world):
    insert = "INSERT INTO person VALUES (3, 'Eve', NULL)"
    assert world.effects(insert, "DELETE FROM person WHERE id = 3") == set()


def test_row_that_takes_the_place_of_another_is_changed(world):
    insert = "INSERT INTO person VALUES (2, 'Bob', 42)"
    assert world.effects("DELETE FROM person WHERE id = 2", insert) == {
        ("person", (2,), "changed", (("age", 42),))
    }


def test_one_more_equal_row_without_a_key_is_seen(world):
    ((table, _, kind, values),) = world.effects("INSERT INTO log VALUES ('x')")
    assert (table, kind, values) == ("log", "inserted", (("line", "x"),))


def test_one_equal_row_less_is_seen(world):
    ((table, _, kind, _),) = world.effects("DELETE FROM log", "INSERT INTO log VALUES ('x')")
    assert (table, kind) == ("log", "deleted")


def test_each_request_has_its_own_effects(world):
    world.effects("UPDATE person SET age = 1")
    assert world.effects("UPDATE person SET age = 2 WHERE id = 1") == {
        ("person", (1,), "changed", (("age", 2),))
    }
    assert world.effects("SELECT * FROM person") == set()


# On PostgreSQL somebody else on the server may have written meanwhile.
@pytest.mark.parametrize("kind", ["memory", "file", "wal"])
def test_nothing_is_read_when_nothing_was_written(world, monkeypatch):
    world.recorder.effects()
    # Reading everything and finding nothing would look the same from outside.
    monkeypatch.delattr(type(world.recorder._recorders[0][1]._source), "tables")
    run(world.engine, "SELECT * FROM person")
    assert world.recorder.effects() == ()


# A memory database has one connection, which sees what it did not commit.
@pytest.mark.parametrize("kind", ["file", "wal", POSTGRESQL])
def test_work_that_is_left_open_counts_when_it_is_committed(world):
    with world.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE person SET age = 1 WHERE id = 1")
        assert world.effects() == set()
        connection.commit()
    assert [effect.key for effect in world.recorder.effects()] == [(1,)]


def test_names_are_quoted(world, method):
    run(world.engine, 'CREATE TABLE "odd ""name\'" ("a b" INTEGER PRIMARY KEY, "rowid" TEXT)')
    with closing(StateRecorder(world.state, METHODS[method])) as recorder:
        run(world.engine, 'INSERT INTO "odd ""name\'" VALUES (7, NULL)')
        assert recorder.effects() == (
            Effect("odd \"name'", (7,), "inserted", {"a b": 7, "rowid": None}),
        )


def test_tables_of_binds_are_told_apart(method, tmp_path):
    db, app = SharedSQLAlchemy(), Flask("app")
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("main", "audit")]
    app.config.update(SQLALCHEMY_DATABASE_URI=urls[0], SQLALCHEMY_BINDS={"audit": urls[1]})
    db.init_app(app)
    engines = db.engines_of(app)
    with Database(tuple(engines.values())).empty() as state, state.scope():
        for engine in engines.values():
            run(engine, "CREATE TABLE t (id INTEGER PRIMARY KEY)")
        with closing(StateRecorder(state, METHODS[method])) as recorder:
            run(engines["audit"], "INSERT INTO t VALUES (1)")
            assert recorder.effects() == (Effect("audit:t", (1,), "inserted", {"id": 1}),)
