"""Both methods find the same in random programs, and no program notices that it is watched.

`PROGRAMS=5000 pytest tests/effects/test_agreement.py` tries more of them.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.effects.state import StateRecorder
from gateway.sandbox import Database
from tests.effects.programs import POSTGRESQL, SQLITE, programs
from tests.effects.worlds import METHODS, engine_on, run, set_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sqlalchemy as sa

    from gateway.sandbox import State

PROGRAMS = int(os.environ.get("PROGRAMS", "100"))


def many(programs: int) -> settings:
    """Try that many programs; one that writes much takes a while."""
    slow = [HealthCheck.too_slow]
    return settings(max_examples=programs, deadline=None, suppress_health_check=slow)


@dataclass(frozen=True)
class Lab:
    """Two empty databases of one engine, and what runs statements on the one in scope."""

    engine: sa.Engine
    states: tuple[State, State]
    perform: Callable[[sa.Engine, list[str]], Iterator[Any]]

    def run(self, state: State, statements: list[str]) -> list[Any]:
        """Run one request, and give all that it sees."""
        with state.scope():
            return list(self.perform(self.engine, statements))


def check_agreement(lab: Lab, setup: list[str], requests: list[list[str]]) -> None:
    """Watch a program by both methods at once."""
    state = lab.states[0]
    lab.run(state, setup)
    with ExitStack() as stack:
        snapshot, triggers = (
            stack.enter_context(closing(StateRecorder(state, large))) for large in METHODS.values()
        )
        for statements in requests:
            lab.run(state, statements)
            assert set_of(triggers.effects()) == set_of(snapshot.effects())


def check_that_nothing_shows(lab: Lab, setup: list[str], requests: list[list[str]]) -> None:
    """Run a program unwatched and watched."""
    plain, watched = lab.states
    for state in lab.states:
        lab.run(state, setup)
    with closing(StateRecorder(watched, METHODS["triggers"])):
        for statements in requests:
            assert lab.run(watched, statements) == lab.run(plain, statements)


def perform(connection: Any, statement: str) -> tuple[bool, Any]:
    """Run one statement; give whether it worked, and what an application sees of it."""
    with closing(connection.cursor()) as cursor:
        try:
            cursor.execute(statement)
            # As text, in which what is not a number is equal to itself.
            return True, (cursor.rowcount, repr(cursor.fetchall()) if cursor.description else "")
        except Exception as error:  # noqa: BLE001  # whatever a driver raises is what is seen
            return False, (type(error).__name__, str(error))


def on_sqlite(engine: sa.Engine, statements: list[str]) -> Iterator[Any]:
    """Run statements in a transaction, and commit whatever is left of it."""
    with closing(engine.raw_connection()) as pooled:
        connection: Any = pooled.dbapi_connection
        connection.isolation_level = None
        connection.text_factory = bytes
        perform(connection, "CREATE TABLE IF NOT EXISTS known (id INTEGER PRIMARY KEY)")
        for statement in ["BEGIN", *statements, "COMMIT"]:
            worked, seen = perform(connection, statement)
            yield statement, seen, connection.total_changes, connection.in_transaction
            yield perform(connection, "SELECT changes()")
            if not worked:
                # With any trigger on the table a foreign key is checked after the INSERT and not
                # before it, so one that failed may have set the last rowid.
                perform(connection, "REPLACE INTO known VALUES (1)")
            yield perform(connection, "SELECT last_insert_rowid()")
        yield perform(connection, "SELECT * FROM sqlite_master")


def on_postgresql(engine: sa.Engine, statements: list[str]) -> Iterator[Any]:
    """Run statements in a transaction, each error undone alone, and commit what is left."""
    with closing(engine.raw_connection()) as pooled:
        connection: Any = pooled.dbapi_connection
        for statement in [*statements, "COMMIT"]:
            perform(connection, "SAVEPOINT each")
            worked, seen = perform(connection, statement)
            yield statement, seen
            if not worked and not perform(connection, "ROLLBACK TO each")[0]:
                connection.rollback()


@contextmanager
def sqlite_lab(url: str) -> Iterator[Lab]:
    """Two databases, made for each program."""
    with engine_on(url) as engine:
        database = Database((engine,))
        with database.empty() as one, database.empty() as two:
            yield Lab(engine, (one, two), on_sqlite)


urls = st.sampled_from(["sqlite:///unused.db", "sqlite://"])


@many(PROGRAMS)
@given(program=programs(SQLITE), url=urls)
def test_methods_agree_on_sqlite(program, url):
    with sqlite_lab(url) as lab:
        check_agreement(lab, *program)


@many(PROGRAMS)
@given(program=programs(SQLITE), url=urls)
def test_programs_on_sqlite_see_no_trigger(program, url):
    with sqlite_lab(url) as lab:
        check_that_nothing_shows(lab, *program)


@pytest.fixture(scope="module")
def postgresql_lab(postgresql_url: str) -> Iterator[Lab]:
    """Two databases, emptied for each program."""
    with engine_on(postgresql_url) as engine:
        database = Database((engine,))
        with database.empty() as one, database.empty() as two:
            yield Lab(engine, (one, two), on_postgresql)


def emptied(lab: Lab) -> Lab:
    """Remove what the program before has left."""
    for state in lab.states:
        with state.scope():
            run(lab.engine, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return lab


@pytest.mark.postgresql
@many(PROGRAMS // 5)  # each takes ten times as long as on SQLite
@given(program=programs(POSTGRESQL))
def test_methods_agree_on_postgresql(postgresql_lab, program):
    check_agreement(emptied(postgresql_lab), *program)


@pytest.mark.postgresql
@many(PROGRAMS // 5)  # each takes ten times as long as on SQLite
@given(program=programs(POSTGRESQL))
def test_programs_on_postgresql_see_no_trigger(postgresql_lab, program):
    check_that_nothing_shows(emptied(postgresql_lab), *program)
