"""What a request did to the rows in a sandbox, where all of it is undone."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from gateway.effects import recording
from gateway.sandbox import sandbox
from tests.effects.conftest import SCHEMA
from tests.effects.worlds import METHODS, engine_on, run


@pytest.fixture
def engine(kind, url_of):
    """An engine on a small database."""
    with engine_on(url_of(kind)) as engine:
        run(engine, *SCHEMA)
        yield engine
        run(engine, *(f"DROP TABLE {name}" for name in ("pet", "person", "log")))


@pytest.fixture
def recorded(engine, method):
    """Enter a sandbox, and record what happens there."""

    @contextmanager
    def start():
        with sandbox(engine) as box, recording(engine, METHODS[method]) as recorder:
            yield recorder
            assert box.notes == ()

    return start


def found(recorder):
    """Table, key and kind of each effect."""
    return [(e.table, e.key, e.kind) for e in recorder.effects()]


def test_committed_work_counts_and_is_gone(engine, recorded):
    with recorded() as recorder:
        run(engine, "DELETE FROM person WHERE id = 1", "INSERT INTO person VALUES (3, 'Eve', 1)")
        assert found(recorder) == [
            ("person", (1,), "deleted"),
            ("person", (3,), "inserted"),
            ("pet", (1, 1), "deleted"),
            ("pet", (1, 2), "deleted"),
        ]
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM pet").scalar() == 2


def test_work_that_a_request_rolled_back_is_none(engine, recorded):
    with recorded() as recorder:
        run(engine, "DELETE FROM pet", commit=False)
        with engine.begin() as connection:
            with connection.begin_nested() as savepoint:
                connection.exec_driver_sql("UPDATE person SET age = 0")
                savepoint.rollback()
            connection.exec_driver_sql("INSERT INTO log VALUES ('y')")
        assert [(table, kind) for table, _, kind in found(recorder)] == [("log", "inserted")]


def test_nothing_of_ours_is_left(engine, recorded):
    with recorded() as recorder:
        run(engine, "UPDATE person SET age = 0")
        recorder.effects()
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            left = connection.exec_driver_sql("SELECT name FROM sqlite_temp_master").all()
            assert connection.exec_driver_sql("PRAGMA recursive_triggers").scalar() == 0
        else:
            left = sa.inspect(connection).get_schema_names()
        assert "gateway_effects" not in str(left)
