"""Tables that are made, altered or dropped by a request."""

from __future__ import annotations

from contextlib import closing

import pytest

from gateway.effects.state import StateRecorder
from tests.effects.worlds import empty_state, run

snapshot = pytest.mark.parametrize("method", ["snapshot"])
triggers = pytest.mark.parametrize("method", ["triggers"])


def test_new_table_is_seen(world):
    found = world.effects(
        "CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)", "DELETE FROM log"
    )
    assert ("t", (1,), "inserted", (("id", 1),)) in found
    assert [kind for table, _, kind, _ in found if table == "log"] == ["deleted", "deleted"]


def test_new_table_is_watched_from_then_on(world):
    world.effects("CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)")
    assert world.effects("DELETE FROM t WHERE id = 1") == {("t", (1,), "deleted", ())}


@snapshot
def test_dropped_table_is_seen_row_by_row(world):
    assert world.effects("DROP TABLE pet") == {
        ("pet", (1, 1), "deleted", ()),
        ("pet", (1, 2), "deleted", ()),
    }


@snapshot
def test_new_column_is_a_change_of_each_row(world):
    found = world.effects("ALTER TABLE person ADD COLUMN x INTEGER DEFAULT 5")
    assert found == {("person", (n,), "changed", (("x", 5),)) for n in (1, 2)}


@snapshot
def test_renamed_column_is_a_change_of_each_row(world):
    found = world.effects("ALTER TABLE log RENAME COLUMN line TO text")
    assert {kind for _, _, kind, _ in found} == {"changed"}
    assert {values for _, _, _, values in found} == {(("line", None), ("text", "x"))}


ALTERATIONS = [
    "ALTER TABLE person ADD COLUMN x INTEGER DEFAULT 5",
    "ALTER TABLE person DROP COLUMN age",
    "ALTER TABLE person RENAME COLUMN age TO years",
    "ALTER TABLE person RENAME COLUMN id TO number",
]


@triggers
@pytest.mark.parametrize("statement", ALTERATIONS)
def test_altered_table_is_told_as_a_whole(world, statement):
    ((table, key, kind, values),) = world.effects("UPDATE person SET age = 0", statement)
    assert (table, key, kind) == ("person", (), "altered")
    assert "name" in dict(values)["definition"]


@triggers
def test_altered_table_is_watched_from_then_on(world):
    world.effects("ALTER TABLE person RENAME COLUMN age TO years")
    assert world.effects("UPDATE person SET years = 1 WHERE id = 1") == {
        ("person", (1,), "changed", (("years", 1),))
    }


@triggers
def test_dropped_table_is_told_as_a_whole(world):
    assert world.effects("DROP TABLE log") == {("log", (), "altered", (("definition", None),))}
    assert world.effects("DELETE FROM pet WHERE n = 1") == {("pet", (1, 1), "deleted", ())}


@triggers
def test_table_that_was_made_anew_is_told_as_a_whole(world):
    found = world.effects("DROP TABLE log", "CREATE TABLE log (line TEXT)")
    assert [(table, kind) for table, _, kind, _ in found] == [("log", "altered")]
    assert len(world.effects("INSERT INTO log VALUES ('z')")) == 1


@triggers
def test_renamed_table_is_one_less_and_one_more(world):
    found = world.effects("ALTER TABLE log RENAME TO journal")
    assert sorted((table, kind) for table, _, kind, _ in found) == [
        ("journal", "inserted"),
        ("journal", "inserted"),
        ("log", "altered"),
    ]


def test_definition_that_was_rolled_back_is_none(world):
    statements = "DROP TABLE log", "CREATE TABLE log (x TEXT)", "DELETE FROM pet"
    begin = "BEGIN" if world.engine.dialect.name == "sqlite" else "SELECT 1"
    assert world.effects(begin, *statements, commit=False) == set()
    assert world.effects("DELETE FROM pet WHERE n = 1") == {("pet", (1, 1), "deleted", ())}


def test_index_is_no_change_of_a_table(world):
    found = world.effects("CREATE INDEX names ON person (name)", "DELETE FROM pet WHERE n = 1")
    assert found == {("pet", (1, 1), "deleted", ())}


def test_full_text_index_counts_by_its_source_only(tmp_path):
    with empty_state(f"sqlite:///{tmp_path}/x.db") as (engine, state):
        run(engine, "CREATE VIRTUAL TABLE words USING fts5(body)")
        with closing(StateRecorder(state)) as recorder:
            run(engine, "INSERT INTO words VALUES ('a')")
            assert recorder.effects() == ()
