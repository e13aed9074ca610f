"""What would leave a sandbox through SQL or a connection is stopped before it happens."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.sandbox import EscapeError, SharedSQLAlchemy, create_engine, sandbox
from tests.sandbox.pairs import (
    Pair,
    Person,
    make_app,
    on_postgresql,
    on_several_connections,
    on_sqlite,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SQL = {
    "all": [
        "COMMIT",
        "  /* now */ commit;",
        "-- really\nEND",
        "ROLLBACK",
        "rollback transaction",
    ],
    "sqlite": [
        "ATTACH DATABASE ':memory:' AS other",
        "VACUUM",
        "VACUUM INTO '/tmp/copy.db'",
        "PRAGMA journal_mode = TRUNCATE",
        "PRAGMA foreign_keys = OFF",
        "PRAGMA wal_checkpoint(TRUNCATE)",
    ],
    "postgresql": [
        "ABORT",
        "COMMIT AND CHAIN",
        "PREPARE TRANSACTION 'x'",
        "SELECT 1; COMMIT",
        "SELECT $$;$$, $a$ ' $a$; COMMIT; SELECT '",
        "COPY person TO PROGRAM 'cat'",
        "COPY person TO '/tmp/people'",
        "VACUUM person",
        "CREATE DATABASE other",
        "CREATE INDEX CONCURRENTLY i ON person (name)",
        "SELECT setval('person_id_seq', 99)",
        "ALTER SYSTEM SET work_mem = '1MB'",
    ],
}


def escapes(pair: Pair) -> list[str]:
    return SQL["all"] + SQL["postgresql" if pair.kind == "postgresql" else "sqlite"]


def test_statement_that_would_leave_is_refused_in_a_session(pair: Pair):
    for statement in escapes(pair):
        with sandbox(pair.db), pair.old.app_context():
            pair.db.session.add(Person(name="Carol"))
            pair.db.session.flush()
            with pytest.raises(EscapeError, match="A sandbox does not run"):
                pair.db.session.execute(sa.text(statement))
        assert pair.names() == ["Ada", "Bob"]


def test_statement_that_would_leave_is_refused_on_a_raw_connection(pair: Pair):
    for statement in escapes(pair):
        with sandbox(pair.db):
            raw = pair.engine.raw_connection()
            raw.cursor().execute("INSERT INTO person (name) VALUES ('Carol')")
            with pytest.raises(EscapeError, match="A sandbox does not run"):
                raw.cursor().execute(statement)
            raw.commit()
        assert pair.names() == ["Ada", "Bob"]


QUOTES = ["'", '"', "$$", "$a$", "E'", "--", "\n", "/*", "*/", "[", "]", "`", ","]
# As each means on its own, so that few of them make something whole.
QUOTED = ["''", "'a''b'", r"E'\''", r"'\'", r"E'\\'", '"a""b"', "$a$'$a$", "$$'$$", "/*/**/*/"]
quotes = st.lists(st.sampled_from(QUOTES + QUOTED), max_size=5).map("".join)


@on_several_connections
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=quotes, after=quotes)
def test_no_spelling_of_quotes_and_comments_hides_a_commit(pair: Pair, before: str, after: str):
    # Leaving the sandbox raises ResidueError if its transaction is not there any more.
    with sandbox(pair.db), pair.engine.connect() as connection:
        connection.execute(sa.insert(Person).values(name="Carol"))
        cursor = connection.connection.cursor()
        with suppress(EscapeError, sqlite3.Error, psycopg.Error):
            cursor.execute(f"SELECT {before}; COMMIT; SELECT {after}")


def test_work_goes_on_after_a_refusal(pair: Pair):
    with sandbox(pair.db), pair.old.app_context():
        pair.db.session.add(Person(name="Carol"))
        with pytest.raises(EscapeError):
            pair.db.session.execute(sa.text("COMMIT"))
        pair.db.session.commit()
        assert pair.names() == ["Ada", "Bob", "Carol"]


def test_connection_behind_a_cursor_is_the_lease(pair: Pair):
    with sandbox(pair.db):
        raw = pair.engine.raw_connection()
        cursor: Any = raw.cursor()
        cursor.execute("INSERT INTO person (name) VALUES ('Carol')")
        cursor.connection.commit()
    assert pair.names() == ["Ada", "Bob"]


@on_postgresql
def test_two_phase_commit_is_refused(pair: Pair):
    with (
        sandbox(pair.db),
        pair.engine.connect() as connection,
        pytest.raises(EscapeError, match="A prepared transaction outlives its connection"),
    ):
        connection.begin_twophase()


def test_database_that_the_sandbox_does_not_undo_is_refused(pair: Pair):
    other = create_engine("sqlite://")
    with sandbox(pair.db), pytest.raises(EscapeError, match=r"sandbox\(db, engine\)"):
        other.connect()


def test_database_is_undone_that_the_sandbox_is_given_too(pair: Pair, tmp_path):
    other = create_engine(f"sqlite:///{tmp_path}/other.db")
    with sandbox(pair.db, other), other.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a)")
    assert sa.inspect(other).get_table_names() == []


def test_engine_is_not_disposed_of(pair: Pair):
    with sandbox(pair.db):
        pair.engine.dispose()
        pair.add("Carol")
    assert pair.names() == ["Ada", "Bob"]


@pytest.fixture
def raw(pair: Pair) -> Iterator[Any]:
    """A raw connection in a sandbox, on SQLite."""
    with sandbox(pair.db):
        yield pair.engine.raw_connection()
    assert pair.names() == ["Ada", "Bob"]


@on_sqlite
def test_script_runs_without_control_of_transactions(raw: Any):
    raw.cursor().executescript(
        "INSERT INTO person (name) VALUES ('script; one');"
        "CREATE TRIGGER t AFTER INSERT ON person BEGIN DELETE FROM pet; SELECT 1; END;"
    )
    assert raw.execute("SELECT count(*) FROM person").fetchone() == (3,)
    with pytest.raises(EscapeError):
        raw.executescript("SELECT 1; COMMIT;")


@on_sqlite
@pytest.mark.parametrize("name", ["deserialize", "set_authorizer", "load_extension"])
def test_connection_does_not_offer_what_can_not_be_undone(raw: Any, name: str):
    with pytest.raises(EscapeError, match="A sandbox does not allow"):
        getattr(raw.dbapi_connection, name)(None)


@on_sqlite
def test_context_of_a_raw_connection_commits_or_rolls_back(raw: Any):
    connection = raw.dbapi_connection
    with connection:
        connection.execute("INSERT INTO person (name) VALUES ('kept')")
    with pytest.raises(ZeroDivisionError), connection:
        connection.execute("INSERT INTO person (name) VALUES ('lost')")[1 // 0]
    assert connection.execute("SELECT name FROM person WHERE id > 2").fetchall() == [("kept",)]


@on_sqlite
def test_settings_of_the_connection_are_set_back(pair: Pair):
    with sandbox(pair.db), pair.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA cache_size = -123")
        raw: Any = connection.connection.dbapi_connection
        raw.row_factory = sqlite3.Row
        assert connection.exec_driver_sql("PRAGMA cache_size").scalar() == -123
    with pair.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA cache_size").scalar() != -123
        assert connection.connection.dbapi_connection.row_factory is None  # type: ignore[union-attr]


@on_sqlite
def test_setting_what_is_set_already_is_allowed(pair: Pair):
    with sandbox(pair.db), pair.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.exec_driver_sql("PRAGMA foreign_keys(1)")


def test_documented_recipe_of_begin_events_works(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/begin.db")
    sa.event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a)")

    with sandbox(engine), engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        connection.rollback()
        connection.exec_driver_sql("INSERT INTO t VALUES (2)")
        connection.commit()
        assert connection.exec_driver_sql("SELECT a FROM t").scalars().all() == [2]

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT a FROM t").all() == []
    engine.dispose()


@on_sqlite
def test_conflict_that_rolls_back_ends_the_sandbox_and_says_so(pair: Pair):
    with sandbox(pair.db), pair.old.app_context():
        with pytest.raises(sa.exc.IntegrityError):
            pair.db.session.execute(sa.text("INSERT OR ROLLBACK INTO person (name) VALUES ('Ada')"))
        pair.db.session.rollback()
        with pytest.raises(EscapeError, match="itself has ended the sandbox's transaction"):
            pair.db.session.execute(sa.text("INSERT INTO person (name) VALUES ('Carol')"))
    assert pair.names() == ["Ada", "Bob"]


DEFERRED = "CREATE TABLE child (a INTEGER REFERENCES person DEFERRABLE INITIALLY DEFERRED)"


def test_deferred_foreign_key_is_checked_at_each_commit(pair: Pair):
    with pair.engine.begin() as connection:
        connection.exec_driver_sql(DEFERRED)
    with sandbox(pair.db):
        with pair.engine.connect() as connection:
            connection.exec_driver_sql("INSERT INTO child VALUES (7)")
            connection.exec_driver_sql("INSERT INTO person (id, name) VALUES (7, 'Carol')")
            connection.commit()
            connection.exec_driver_sql("INSERT INTO child VALUES (8)")
            with pytest.raises(sa.exc.IntegrityError):
                connection.commit()
        assert pair.names() == ["Ada", "Bob", "Carol"]
    with pair.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE child")


@on_several_connections
def test_failure_on_one_connection_does_not_spoil_another(pair: Pair):
    with sandbox(pair.db), pair.engine.connect() as one:
        with pytest.raises(sa.exc.DBAPIError):
            one.exec_driver_sql("SELECT * FROM nothing")
        pair.add("Carol")
        one.rollback()
        assert one.exec_driver_sql("SELECT count(*) FROM person").scalar() == 3


@on_postgresql
def test_failed_transaction_refuses_until_it_is_rolled_back(pair: Pair):
    with sandbox(pair.db), pair.engine.connect() as one:
        one.execute(sa.insert(Person).values(name="lost"))
        with pytest.raises(sa.exc.DBAPIError):
            one.exec_driver_sql("SELECT * FROM nothing")
        pair.names()
        with pytest.raises(sa.exc.InternalError, match="current transaction is aborted"):
            one.exec_driver_sql("SELECT 1")
        one.rollback()
        assert pair.names() == ["Ada", "Bob"]


@on_postgresql
def test_savepoint_outlives_a_failure_that_another_connection_came_upon(pair: Pair):
    with sandbox(pair.db), pair.engine.connect() as one:
        one.execute(sa.insert(Person).values(name="first"))
        savepoint = one.begin_nested()
        with pytest.raises(sa.exc.DBAPIError):
            one.exec_driver_sql("SELECT * FROM nothing")
        pair.names()
        savepoint.rollback()
        one.commit()
        assert pair.names() == ["Ada", "Bob", "first"]


@on_postgresql
def test_copy_goes_both_ways_and_keeps_others_out(pair: Pair):
    with sandbox(pair.db):
        raw: Any = pair.engine.raw_connection()
        with raw.cursor().copy("COPY person (name) FROM STDIN") as copy:
            copy.write_row(("copied",))
            with pytest.raises(RuntimeError, match="A COPY is running"):
                pair.names()
        raw.commit()
        assert pair.names() == ["Ada", "Bob", "copied"]


@on_postgresql
def test_transaction_block_of_psycopg_commits_and_rolls_back(pair: Pair):
    with sandbox(pair.db):
        lent = pair.engine.raw_connection()
        raw: Any = lent.dbapi_connection
        with raw.transaction():
            raw.execute("INSERT INTO person (name) VALUES ('outer')")
            with pytest.raises(ZeroDivisionError), raw.transaction():
                raw.execute("INSERT INTO person (name) VALUES ('inner')")[1 // 0]
        assert pair.names() == ["Ada", "Bob", "outer"]


@on_postgresql
def test_read_only_transaction_does_not_write(pair: Pair):
    with (
        sandbox(pair.db),
        pair.engine.connect().execution_options(postgresql_readonly=True) as connection,
    ):
        assert connection.execute(sa.select(Person.name)).scalars().all() == ["Ada", "Bob"]
        with pytest.raises(sa.exc.InternalError, match="read-only transaction"):
            connection.execute(sa.insert(Person).values(name="x"))


def test_engine_of_an_unknown_driver_is_refused(pair: Pair, monkeypatch):
    # No other driver is installed, and the name is all that is looked at.
    monkeypatch.setattr(pair.engine.dialect, "driver", "other")
    with sandbox(pair.db), pytest.raises(RuntimeError, match=r"through .*other\. It works for"):
        pair.engine.connect()


def test_bind_of_another_db_is_refused(pair: Pair):
    app = make_app(SharedSQLAlchemy(), "elsewhere", "sqlite:////tmp/elsewhere.db")
    db = app.extensions["sqlalchemy"]
    with sandbox(pair.db), app.app_context(), pytest.raises(EscapeError, match=r"elsewhere\.db"):
        db.session.execute(sa.text("SELECT 1"))
