"""Random programs do the same in a sandbox as for real, and nothing of them stays.

By default each kind of database gets some hundreds of programs, a minute in all.
`pytest tests/sandbox/test_programs.py --long` runs ten times as many.
"""

from __future__ import annotations

import contextvars
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gateway.sandbox import Database, create_engine, sandbox
from gateway.sandbox.pool import pool_of
from gateway.sandbox.residue import read_contents, residue
from tests.sandbox import worlds
from tests.sandbox.pairs import KINDS, set_up_sqlite
from tests.sandbox.worlds import Base, Person, Pet, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gateway.sandbox import State

PROGRAMS = int(os.environ.get("SANDBOX_PROGRAMS", "600"))
STEPS = 14
HANDLES = ("session1", "session2", "connection1", "connection2", "auto1", "raw1", "raw2")
any_handle = st.sampled_from(HANDLES)
a_session = st.sampled_from(HANDLES[:2])
a_connection = st.sampled_from(HANDLES[2:4])
an_executor = st.sampled_from(HANDLES[:5])
a_raw = st.sampled_from(HANDLES[5:])
a_key = st.integers(1, 6)
a_name = st.sampled_from(["Ada", "Bob", "Carol", "Dora", "Emil"])

READS = [
    "SELECT id, name FROM person",
    "SELECT count(*) FROM pet",
    "SELECT max(age) FROM person",
    "WITH old AS (SELECT id FROM person WHERE age > 20) SELECT count(*) FROM old",
]
FAULTS = [
    "SELECT * FROM nothing",
    "SELECT FROM WHERE",
    "INSERT INTO person (name, age) VALUES (NULL, 1)",
    "INSERT INTO pet (owner_id) VALUES (99)",
]
DEFINITIONS = [
    "CREATE TABLE extra (a INTEGER)",
    "INSERT INTO extra VALUES (1)",
    "ALTER TABLE extra ADD COLUMN b INTEGER",
    "DROP TABLE extra",
]
a_read = st.sampled_from(READS)
a_fault = st.sampled_from(FAULTS)
a_write = st.one_of(
    st.builds("INSERT INTO person (name, age) VALUES ('{}', {})".format, a_name, a_key),
    st.builds("INSERT INTO person (id, name, age) VALUES ({}, '{}', 0)".format, a_key, a_name),
    st.builds("UPDATE person SET age = age + 1 WHERE id >= {}".format, a_key),
    st.builds("UPDATE person SET name = '{}' WHERE id = {}".format, a_name, a_key),
    st.builds("DELETE FROM person WHERE id = {}".format, a_key),
    st.builds("INSERT INTO pet (owner_id) VALUES ({})".format, a_key),
    st.builds("INSERT INTO letter (to_id) VALUES ({})".format, a_key),
    st.builds("DELETE FROM letter WHERE to_id = {}".format, a_key),
    st.sampled_from(DEFINITIONS),
)
a_script = st.lists(st.one_of(a_write, a_read), min_size=1, max_size=3).map("; ".join)
a_statement = st.one_of(
    st.builds(sa.select(Person.id, Person.age).where, a_key.map(lambda key: Person.id == key)),
    st.builds(lambda name: sa.insert(Person).values(name=name), a_name),
    st.builds(lambda key: sa.update(Person).values(age=Person.age + key), a_key),
    st.builds(lambda key: sa.delete(Person).where(Person.id == key), a_key),
    st.builds(lambda key: sa.insert(Pet).values(owner_id=key).returning(Pet.owner_id), a_key),
)


class Environment:
    """A database with its clone, used for many programs."""

    def __init__(self, kind: str, engine: sa.Engine) -> None:
        self.kind = kind
        self.engine = engine
        self.database = Database((engine,))
        self.before = self.contents()
        self._clone: State | None = None

    def contents(self) -> Any:
        with pool_of(self.engine).connect() as lent:
            return read_contents(lent, self.engine.dialect.name)

    def clone(self) -> State:
        """Give a database with the same rows, and the same numbers to give out next."""
        if self.kind != "postgresql":
            return self.database.copy()
        if self._clone is None:
            self._clone = self.database.copy()
        with self._clone.scope():
            self._script(worlds.RESET + worlds.SEQUENCES)
        self._script(worlds.SEQUENCES)
        return self._clone

    def _script(self, sql: str) -> None:
        with self.engine.begin() as connection:
            connection.exec_driver_sql(sql)

    def give_back(self, state: State) -> None:
        if state is not self._clone:
            state.close()

    def close(self) -> None:
        if self._clone is not None:
            self._clone.close()
        Base.metadata.drop_all(self.engine)
        self.engine.dispose()


class Programs(RuleBasedStateMachine):
    """Takes each step in both worlds.

    Two real connections can't both write on SQLite, and on no database do they see each
    other's rows. A sandbox has them in one transaction, so a program keeps to one handle while
    that one holds what the others must not see, or has rows to read yet. On a memory database
    all share a connection outside a sandbox, too.
    """

    environment: Environment

    def __init__(self) -> None:
        super().__init__()
        self.state = self.environment.clone()
        self.busy: str | None = None
        self.worlds: list[World] = []

    @initialize()
    def begin(self) -> None:
        engine = self.environment.engine
        self.worlds = [World(engine, sandbox(engine)), World(engine, self.state.scope())]
        for handle in HANDLES:
            self.same(worlds.open_, handle)

    def same(self, step: Callable[..., Any], *arguments: Any) -> worlds.Answer:
        inside, real = (world.ask(step, *arguments) for world in self.worlds)
        assert inside == real, (step.__name__, arguments)
        return real

    def may_use(self, handle: str) -> bool:
        is_shared = self.environment.kind == "memory" and not self.worlds[0].streams
        return is_shared or self.busy in {None, handle}

    def write(self, handle: str, step: Callable[..., Any], *arguments: Any) -> None:
        if self.may_use(handle):
            self.same(step, handle, *arguments)
            # In autocommit mode nothing is held open, unless it is by a savepoint.
            if not handle.startswith("auto") or step is worlds.begin_nested:
                self.busy = handle

    @rule(handle=any_handle, sql=a_read)
    def reads(self, handle: str, sql: str) -> None:
        if self.may_use(handle):
            self.same(worlds.execute, handle, sql)

    @rule(handle=any_handle, sql=a_write)
    def writes(self, handle: str, sql: str) -> None:
        self.write(handle, worlds.execute, sql)

    @rule(handle=an_executor, statement=a_statement)
    def runs(self, handle: str, statement: sa.Executable) -> None:
        self.write(handle, worlds.run, statement)

    @rule(handle=an_executor, first=a_name, second=a_name)
    def runs_many(self, handle: str, first: str, second: str) -> None:
        rows = [{"name": first}, {"name": second}]
        self.write(handle, worlds.run_many, sa.insert(Person), rows)

    @rule(handle=any_handle, sql=a_fault)
    def fails(self, handle: str, sql: str) -> None:
        self.write(handle, worlds.execute, sql)

    @rule(handle=a_session, name=a_name)
    def adds(self, handle: str, name: str) -> None:
        self.write(handle, worlds.add, name)

    @rule(handle=a_session, key=a_key, age=a_key)
    def changes(self, handle: str, key: int, age: int) -> None:
        self.write(handle, worlds.change, key, age)

    @rule(handle=a_session, key=a_key)
    def removes(self, handle: str, key: int) -> None:
        self.write(handle, worlds.remove, key)

    @rule(handle=a_raw, sql=a_script)
    def runs_script(self, handle: str, sql: str) -> None:
        self.write(handle, worlds.script, sql)

    @rule(sql=a_write, fails=st.booleans())
    def blocks(self, sql: str, fails: bool) -> None:
        if self.may_use("engine"):
            self.same(lambda world: worlds.block(world, sql, fails=fails))

    @rule(handle=an_executor)
    def begins_nested(self, handle: str) -> None:
        self.write(handle, worlds.begin_nested)

    @rule(handle=an_executor, how=st.sampled_from(["commit", "rollback"]))
    def ends_nested(self, handle: str, how: str) -> None:
        self.write(handle, worlds.end_nested, how)

    @rule(handle=a_connection, count=st.integers(1, 3))
    def streams(self, handle: str, count: int) -> None:
        self.write(handle, worlds.stream, count)

    @rule(handle=any_handle, how=st.sampled_from([worlds.commit, worlds.rollback, worlds.close]))
    def ends(self, handle: str, how: Callable[..., Any]) -> None:
        if not self.may_use(handle):
            return
        self.same(worlds.end_stream, handle)
        answer = self.same(how, handle)
        if answer[0] == "raised":
            # SQLAlchemy takes a failed COMMIT for the end, and SQLite does not: only a rollback
            # and then the pool's own one, at the close, end what is open.
            self.same(worlds.rollback, handle)
            self.same(worlds.close, handle)
        if self.busy == handle:
            self.busy = None
        self.looks()

    @precondition(lambda self: self.busy is None)
    @rule()
    def looks(self) -> None:
        if self.may_use("engine"):
            self.same(worlds.everything)

    def teardown(self) -> None:
        for world in self.worlds:
            world.close()
        self.environment.give_back(self.state)
        assert residue(self.environment.before, self.environment.contents()) == ()


@contextmanager
def environment(kind: str, url: str) -> Iterator[Environment]:
    engine = create_engine(url)
    if kind != "postgresql":
        sa.event.listen(engine, "connect", set_up_sqlite(wal=kind == "wal"))
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(Person), worlds.PEOPLE)
        connection.execute(sa.insert(Pet), [{"id": 1, "owner_id": 1}])
    made = Environment(kind, engine)
    try:
        yield made
    finally:
        made.close()


@pytest.mark.parametrize("kind", KINDS)
def test_program_gives_the_same_in_a_sandbox_and_leaves_nothing(
    kind: str, url_of: Callable[[str], str], length: int
):
    limits = settings(
        max_examples=PROGRAMS * length,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    with environment(kind, url_of(kind)) as made:
        machine = type("Programs", (Programs,), {"environment": made})
        contextvars.copy_context().run(run_state_machine_as_test, machine, settings=limits)
