"""What a request leaves in the rows, and nothing that it did not."""

from __future__ import annotations

from contextlib import closing

import pytest
import sqlalchemy as sa
from flask import Flask

from gateway.parity.effects import Effect, net_effects
from gateway.parity.rows import StateReader
from gateway.sandbox import Database, SharedSQLAlchemy

PET = (
    "CREATE TABLE pet (owner INTEGER REFERENCES person ON DELETE CASCADE, n INTEGER,"
    " PRIMARY KEY (owner, n))"
)
SCHEMA = [
    "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, age INTEGER)",
    PET,
    "CREATE TABLE log (line TEXT)",
    "INSERT INTO person VALUES (1, 'Ada', 36), (2, 'Bob', 41)",
    "INSERT INTO pet VALUES (1, 1), (1, 2)",
    "INSERT INTO log VALUES ('x'), ('x')",
]


@pytest.fixture(params=["memory", "file", pytest.param("pg", marks=pytest.mark.postgresql)])
def world(request, tmp_path):
    """A state with three tables: run statements, see the effects."""
    urls = {"memory": "sqlite://", "file": f"sqlite:///{tmp_path}/x.db"}
    url = urls.get(request.param) or request.getfixturevalue("postgresql_url")
    db, app = SharedSQLAlchemy(), Flask("app")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    engine = db.engines_of(app)[None]
    if request.param != "pg":
        sa.event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA foreign_keys = ON"))
    with Database((engine,)).empty() as state, state.scope():
        run(engine, *SCHEMA)
        with closing(StateReader(state)) as rows:
            yield engine, rows


def run(engine, *statements, commit=True):
    """Run statements in one transaction."""
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        if commit:
            connection.commit()


def effects(world, *statements, **options):
    """The net effects of statements."""
    engine, rows = world
    before = rows.read()
    run(engine, *statements, **options)
    return set_of(net_effects(before, rows.read()))


def set_of(found):
    """Effects in an order that does not count."""
    return {(e.table, e.key, e.kind, tuple(sorted(e.values.items()))) for e in found}


def test_insert_has_all_columns(world):
    assert effects(world, "INSERT INTO person VALUES (3, 'Eve', NULL)") == {
        ("person", (3,), "inserted", (("age", None), ("id", 3), ("name", "Eve")))
    }


def test_change_has_the_changed_columns_only(world):
    assert effects(world, "UPDATE person SET age = age + 1, name = name WHERE id = 1") == {
        ("person", (1,), "changed", (("age", 37),))
    }


def test_change_to_the_same_is_none(world):
    assert effects(world, "UPDATE person SET name = name") == set()


def test_cascade_is_seen(world):
    assert effects(world, "DELETE FROM person WHERE id = 1") == {
        ("person", (1,), "deleted", ()),
        ("pet", (1, 1), "deleted", ()),
        ("pet", (1, 2), "deleted", ()),
    }


def test_rolled_back_work_is_none(world):
    assert effects(world, "DELETE FROM pet", commit=False) == set()


def test_what_is_undone_again_is_none(world):
    insert = "INSERT INTO person VALUES (3, 'Eve', NULL)"
    assert effects(world, insert, "DELETE FROM person WHERE id = 3") == set()


def test_one_more_equal_row_without_a_key_is_seen(world):
    ((table, _, kind, values),) = effects(world, "INSERT INTO log VALUES ('x')")
    assert (table, kind, values) == ("log", "inserted", (("line", "x"),))


def test_one_equal_row_less_is_seen(world):
    ((table, _, kind, _),) = effects(world, "DELETE FROM log", "INSERT INTO log VALUES ('x')")
    assert (table, kind) == ("log", "deleted")


def test_new_table_and_column_are_seen(world):
    found = effects(world, "CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    assert found == {("t", (1,), "inserted", (("id", 1),))}
    found = effects(world, "ALTER TABLE person ADD COLUMN x INTEGER DEFAULT 5")
    assert ("person", (1,), "changed", (("x", 5),)) in found


def test_renamed_column_is_seen(world):
    found = effects(world, "ALTER TABLE log RENAME COLUMN line TO text")
    assert {kind for _, _, kind, _ in found} == {"changed"}
    assert {values for _, _, _, values in found} == {(("line", None), ("text", "x"))}


def test_nothing_is_read_again_when_nothing_was_written(world):
    engine, rows = world
    first = rows.read()
    run(engine, "SELECT * FROM person")
    assert rows.read() is first


def test_names_are_quoted(world):
    name = '"odd ""name"""'
    found = effects(world, f"CREATE TABLE {name} (id INTEGER PRIMARY KEY)",
                    f"INSERT INTO {name} VALUES (7)")  # fmt: skip
    assert found == {('odd "name"', (7,), "inserted", (("id", 7),))}


def test_tables_of_binds_are_told_apart(tmp_path):
    db, app = SharedSQLAlchemy(), Flask("app")
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("main", "audit")]
    app.config.update(SQLALCHEMY_DATABASE_URI=urls[0], SQLALCHEMY_BINDS={"audit": urls[1]})
    db.init_app(app)
    engines = db.engines_of(app)
    with Database(tuple(engines.values())).empty() as state, state.scope():
        for engine in engines.values():
            run(engine, "CREATE TABLE t (id INTEGER PRIMARY KEY)")
        with closing(StateReader(state)) as rows:
            before = rows.read()
            run(engines["audit"], "INSERT INTO t VALUES (1)")
            found = net_effects(before, rows.read())
    assert found == (Effect("audit:t", (1,), "inserted", {"id": 1}),)


def test_full_text_index_counts_by_its_source_only(tmp_path):
    db, app = SharedSQLAlchemy(), Flask("app")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path}/x.db"
    db.init_app(app)
    engine = db.engines_of(app)[None]
    with Database((engine,)).empty() as state, state.scope():
        run(engine, "CREATE VIRTUAL TABLE words USING fts5(body)")
        with closing(StateReader(state)) as rows:
            assert rows.read() == {}
