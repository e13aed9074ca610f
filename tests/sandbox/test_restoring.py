"""A copy of a PostgreSQL database is used again, exactly as it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from gateway.sandbox import Database, State, create_engine, restoring
from gateway.sandbox.residue import read_contents, residue

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.postgresql

SCHEMA = """
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE SCHEMA other;
CREATE TABLE person (
    id serial PRIMARY KEY, name text, mood mood, data json, twice int GENERATED ALWAYS AS (1) STORED
);
CREATE TABLE other."Pet" (
    id int GENERATED ALWAYS AS IDENTITY, owner int NOT NULL REFERENCES person ON DELETE CASCADE
);
CREATE SEQUENCE "a'b" START 7;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER refuse BEFORE INSERT ON other."Pet" FOR EACH ROW WHEN (NEW.id > 2)
    EXECUTE FUNCTION refuse();
INSERT INTO person (name, mood, data) VALUES ('Ada', 'glad', '{"a": 1}'), ('Bob', NULL, NULL);
INSERT INTO other."Pet" (owner) VALUES (1), (2);
"""


@pytest.fixture(scope="module")
def engine(postgresql_url: str) -> Iterator[sa.Engine]:
    made = create_engine(postgresql_url)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def kept_origin(engine: sa.Engine) -> Iterator[State]:
    with Database((engine,)).empty() as state:
        execute(state, engine, SCHEMA)
        yield state


@pytest.fixture
def origin(kept_origin: State) -> State:
    """A database that no test changes."""
    return kept_origin


def execute(state: State, engine: sa.Engine, sql: str) -> None:
    with state.scope(), engine.begin() as connection:
        connection.exec_driver_sql(sql)


def name_of(state: State) -> str:
    return str(state.clones[0].url.database)


def contents(state: State):
    with state.clones[0].pool.connect_outside() as lent:
        return read_contents(lent, "postgresql")


WRITES = [
    "INSERT INTO person (name) VALUES ('Zoe'), ('Ada')",
    "UPDATE person SET name = upper(name), mood = 'sad'",
    "DELETE FROM person",
    """INSERT INTO other."Pet" (owner) VALUES (1); DELETE FROM other."Pet" WHERE id = 1""",
    "TRUNCATE other.\"Pet\"",
    "SELECT nextval('\"a''b\"'), nextval('person_id_seq')",
    "CREATE TABLE more (id int)",
    "DROP TABLE other.\"Pet\"",
    "ALTER TABLE person ADD COLUMN more int",
    "DROP FUNCTION refuse CASCADE",
    "SELECT lo_create(0)",
    "ALTER TABLE person DISABLE TRIGGER ALL",
]  # fmt: skip


@pytest.mark.parametrize("sql", WRITES)
def test_whatever_was_written_is_not_in_the_next_copy(origin, engine, sql):
    with origin.copy() as copy:
        before = contents(copy)
        execute(copy, engine, sql)
    with origin.copy() as copy, copy.scope(), engine.connect() as connection:
        assert residue(before, contents(copy)) == ()
        names = connection.scalars(sa.text("SELECT name FROM person")).all()
        numbers = connection.execute(
            sa.text("SELECT nextval('\"a''b\"'), nextval('person_id_seq')")
        ).one()
        assert (names, tuple(numbers)) == (["Ada", "Bob"], (7, 3))


def test_same_database_is_used_again_after_rows_were_written(origin, engine):
    with origin.copy() as copy:
        first = name_of(copy)
        execute(copy, engine, WRITES[0])
    with origin.copy() as copy:
        assert name_of(copy) == first
        with origin.copy() as other:
            assert name_of(other) != first


@pytest.mark.parametrize("sql", WRITES[6:9])
def test_another_database_is_made_after_a_definition_changed(origin, engine, sql):
    with origin.copy() as copy:
        first = name_of(copy)
        execute(copy, engine, sql)
    with origin.copy() as copy:
        assert name_of(copy) != first


def test_copy_follows_the_database_that_it_is_a_copy_of(engine):
    with Database((engine,)).empty() as changing:
        execute(changing, engine, "CREATE TABLE person (name text)")
        changing.copy().close()
        execute(changing, engine, "INSERT INTO person VALUES ('Zoe')")
        with changing.copy() as copy, copy.scope(), engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT name FROM person")) == "Zoe"


def test_user_without_the_rights_to_restore_gets_a_new_database_each_time(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE ROLE maker LOGIN CREATEDB")
    as_maker = create_engine(engine.url.set(username="maker"))
    with Database((as_maker,)).empty() as state:
        execute(state, as_maker, "CREATE TABLE person (name text)")
        names = set()
        for _ in range(2):
            with state.copy() as copy:
                names.add(name_of(copy))
                execute(copy, as_maker, "INSERT INTO person VALUES ('Zoe')")
    assert len(names) == 2
    as_maker.dispose()


def test_large_database_is_made_anew(engine, monkeypatch):
    monkeypatch.setattr(restoring, "LARGEST", 0)
    with Database((engine,)).empty() as large:
        with large.copy() as copy:
            first = name_of(copy)
        with large.copy() as copy:
            assert name_of(copy) != first


def test_transaction_that_was_left_open_does_not_keep_a_copy_from_its_end(origin, engine):
    copy = origin.copy()
    left = copy.clones[0].open()
    left.execute("UPDATE person SET name = 'left'")
    copy.close()
    with origin.copy() as copy, copy.scope(), engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT min(name) FROM person")) == "Ada"
    left.close()


def test_nothing_is_left_on_the_server(engine):
    def names():
        with engine.connect() as connection:
            return connection.scalars(sa.text("SELECT datname FROM pg_database")).all()

    before = names()
    with Database((engine,)).empty() as origin:
        origin.copy().close()
        with origin.copy(), origin.copy():
            assert len(names()) == len(before) + 3
    assert names() == before


def test_a_copy_that_is_used_again_can_be_copied_itself(origin, engine):
    origin.copy().close()
    with origin.copy() as copy:
        with copy.clones[0].reading() as connection:
            connection.execute("UPDATE person SET name = upper(name)")
        with copy.copy() as copied, copied.scope(), engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT min(name) FROM person")) == "ADA"


def test_what_is_set_on_the_connection_that_reads_does_not_stay(origin):
    with origin.copy() as copy:
        for _ in range(2):
            with copy.clones[0].reading() as connection:
                kept = connection.execute("SHOW lock_timeout").fetchone()
                connection.execute("SET lock_timeout = '10s'")
        assert kept == ("0",)


def test_a_connection_that_broke_is_replaced(origin, engine):
    with origin.copy() as copy:
        with copy.clones[0].reading() as connection:
            ((process,),) = connection.execute("SELECT pg_backend_pid()").fetchall()
        with engine.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({process})")
        execute(copy, engine, "DELETE FROM person")
    with origin.copy() as copy, copy.scope(), engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM person")) == 2


def test_a_copy_that_is_given_back_after_its_origin_is_gone_is_removed(engine):
    origin = Database((engine,)).empty()
    copy = origin.copy()
    origin.close()
    copy.close()
    with engine.connect() as connection:
        names = connection.scalars(sa.text("SELECT datname FROM pg_database")).all()
    assert name_of(copy) not in names
