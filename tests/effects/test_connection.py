"""A recorder within one transaction, as a sandbox holds it open: savepoints stand for requests."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import Any

import pytest

from gateway.effects.connection import recorder_on
from tests.effects.conftest import SCHEMA
from tests.effects.worlds import METHODS, engine_on


@contextmanager
def pinned(url):
    """A connection in a transaction that is rolled back, and its dialect."""
    with engine_on(url) as engine, closing(engine.raw_connection()) as pooled:
        connection: Any = pooled.dbapi_connection
        if engine.dialect.name == "sqlite":
            connection.isolation_level = None
            connection.execute("BEGIN")
        for statement in SCHEMA:
            connection.execute(statement)
        yield connection, engine.dialect.name
        connection.execute("ROLLBACK")


@pytest.fixture
def pin(kind, url_of):
    with pinned(url_of(kind)) as found:
        yield found


@pytest.fixture
def recorder(pin, method):
    """What records the pinned connection."""
    with closing(recorder_on(pin[0], pin[1], METHODS[method])) as recorder:
        yield recorder


def found(recorder):
    """Table, key and kind of each effect."""
    return [(e.table, e.key, e.kind) for e in recorder.effects()]


def test_uncommitted_work_of_the_connection_itself_counts(pin, recorder):
    pin[0].execute("UPDATE person SET age = 0 WHERE id = 1")
    assert found(recorder) == [("person", (1,), "changed")]
    assert found(recorder) == []


def test_work_that_a_savepoint_took_back_is_none(pin, recorder):
    connection, _ = pin
    connection.execute("SAVEPOINT request")
    connection.execute("DELETE FROM pet")
    connection.execute("ROLLBACK TO request")
    connection.execute("UPDATE person SET age = 0 WHERE id = 2")
    assert found(recorder) == [("person", (2,), "changed")]


def test_taking_back_what_was_told_is_told(pin, recorder):
    connection, _ = pin
    connection.execute("SAVEPOINT request")
    connection.execute("DELETE FROM pet WHERE n = 1")
    assert found(recorder) == [("pet", (1, 1), "deleted")]
    connection.execute("ROLLBACK TO request")
    assert found(recorder) == [("pet", (1, 1), "inserted")]


def test_nothing_is_left_on_the_connection(pin, method):
    connection, dialect = pin
    connection.execute("SAVEPOINT request")
    with closing(recorder_on(connection, dialect, METHODS[method])):
        pass
    connection.execute("ROLLBACK TO request")
    if dialect == "sqlite":
        assert connection.execute("SELECT * FROM sqlite_temp_master").fetchall() == []
        assert connection.execute("PRAGMA recursive_triggers").fetchall() == [(0,)]
    else:
        namespaces = connection.execute("SELECT nspname FROM pg_namespace").fetchall()
        assert ("gateway_effects",) not in namespaces
