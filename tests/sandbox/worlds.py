"""Two worlds in which the same steps are taken: a sandbox, and a clone where all is for real."""

from __future__ import annotations

import contextvars
from contextlib import AbstractContextManager, closing
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.pool import PoolProxiedConnection


class Base(DeclarativeBase):
    """The models of random programs."""


class Person(Base):
    """A row with a unique name."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    age: Mapped[int] = mapped_column(default=0)


class Pet(Base):
    """A row that goes with its owner."""

    __tablename__ = "pet"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))


class Letter(Base):
    """A row whose reference is checked at the commit only."""

    __tablename__ = "letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    to_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", deferrable=True, initially="DEFERRED")
    )


PEOPLE = [{"id": 1, "name": "Ada", "age": 36}, {"id": 2, "name": "Bob", "age": 7}]
TABLES = {"person": "id, name, age", "pet": "id, owner_id", "letter": "id, to_id"}
RESET = """
    DROP TABLE IF EXISTS extra; DELETE FROM letter; DELETE FROM pet; DELETE FROM person;
    INSERT INTO person (id, name, age) VALUES (1, 'Ada', 36), (2, 'Bob', 7);
    INSERT INTO pet (id, owner_id) VALUES (1, 1);
"""
SEQUENCES = "".join(f"SELECT setval('{table}_id_seq', 10);" for table in TABLES)

Answer = tuple[Any, ...]


class World:
    """A context of its own, in which connections lead into one scope."""

    def __init__(self, engine: sa.Engine, scope: AbstractContextManager[Any]) -> None:
        self.engine = engine
        self.sessions: dict[str, Session] = {}
        self.connections: dict[str, sa.Connection] = {}
        self.raws: dict[str, PoolProxiedConnection] = {}
        self.savepoints: dict[str, list[Any]] = {}
        self.streams: dict[str, sa.CursorResult[Any]] = {}
        self._context = contextvars.Context()
        self._scope = scope
        self._context.run(scope.__enter__)

    def ask(self, step: Callable[..., Any], *arguments: Any) -> Answer:
        """Take a step, and say how it ended."""
        return self._context.run(_answer, step, self, *arguments)

    def close(self) -> None:
        """Close everything, and leave the scope."""
        for name in list(self.streams):
            self.ask(end_stream, name)
        for handles in (self.sessions, self.connections, self.raws):
            for handle in handles.values():
                self.ask(_close, handle)
        self._context.run(self._scope.__exit__, None, None, None)


def _close(_world: World, handle: Any) -> None:
    handle.close()


def _answer(step: Callable[..., Any], world: World, *arguments: Any) -> Answer:
    try:
        return "gave", step(world, *arguments)
    except Exception as error:  # noqa: BLE001  # how a step fails is compared, too
        cause = getattr(error, "orig", None)
        return "raised", type(error).__name__, type(cause).__name__


# Steps. Each is done in both worlds, and what it gives is compared.


def execute(world: World, handle: str, sql: str) -> Any:
    """Run a text, through whatever the handle is."""
    if handle.startswith("session"):
        return _result(world.sessions[handle].execute(sa.text(sql)))
    if handle.startswith("raw"):
        cursor: Any = world.raws[handle].cursor()
        cursor.execute(sql)
        return sorted(cursor.fetchall()) if cursor.description else cursor.rowcount
    return _result(world.connections[handle].exec_driver_sql(sql))


def run(world: World, handle: str, statement: sa.Executable) -> Any:
    """Run a Core or ORM statement, through a session or connection."""
    return _result(_executor(world, handle).execute(statement))


def run_many(world: World, handle: str, statement: sa.Executable, rows: list[Any]) -> Any:
    """Run a statement for many rows."""
    return _result(_executor(world, handle).execute(statement, rows))


def _executor(world: World, handle: str) -> Any:
    return world.sessions.get(handle) or world.connections[handle]


def _result(result: Any) -> Any:
    return sorted(map(tuple, result)) if result.returns_rows else result.rowcount


def add(world: World, handle: str, name: str) -> Any:
    """Let a session insert an object, and tell its key."""
    person = Person(name=name)
    world.sessions[handle].add(person)
    world.sessions[handle].flush()
    return person.id


def change(world: World, handle: str, key: int, age: int) -> Any:
    """Let a session load an object and change it; it is written with the next flush."""
    person = world.sessions[handle].get(Person, key)
    if person is not None:
        person.age = age
    return person and person.name


def remove(world: World, handle: str, key: int) -> Any:
    """Let a session delete an object."""
    person = world.sessions[handle].get(Person, key)
    if person is not None:
        world.sessions[handle].delete(person)
        world.sessions[handle].flush()
    return person is not None


def commit(world: World, handle: str) -> None:
    """Commit."""
    _handle(world, handle).commit()


def rollback(world: World, handle: str) -> None:
    """Roll back."""
    _handle(world, handle).rollback()


def close(world: World, handle: str) -> None:
    """Close, and have a new one under the same name."""
    _handle(world, handle).close()
    open_(world, handle)


def open_(world: World, handle: str) -> None:
    """Open a session, a connection, or a raw one; "auto" is in autocommit mode."""
    world.savepoints[handle] = []
    if handle.startswith("session"):
        world.sessions[handle] = Session(world.engine)
    elif handle.startswith("raw"):
        world.raws[handle] = world.engine.raw_connection()
    elif handle.startswith("auto"):
        options = {"isolation_level": "AUTOCOMMIT"}
        world.connections[handle] = world.engine.connect().execution_options(**options)
    else:
        world.connections[handle] = world.engine.connect()


def _handle(world: World, handle: str) -> Any:
    return _executor_or_raw(world)[handle]


def _executor_or_raw(world: World) -> dict[str, Any]:
    return {**world.sessions, **world.connections, **world.raws}


def begin_nested(world: World, handle: str) -> None:
    """Set a savepoint."""
    world.savepoints[handle].append(_executor(world, handle).begin_nested())


def end_nested(world: World, handle: str, how: str) -> None:
    """Release the innermost savepoint, or roll back to it."""
    if world.savepoints[handle]:
        getattr(world.savepoints[handle].pop(), how)()


def block(world: World, sql: str, *, fails: bool) -> Any:
    """Run a text in `engine.begin()`, whose end commits unless an error passes."""
    with world.engine.begin() as connection:
        result = _result(connection.exec_driver_sql(sql))
        if fails:
            raise ZeroDivisionError
    return result


def script(world: World, handle: str, sql: str) -> None:
    """Run several statements at once, as either driver has it."""
    cursor: Any = world.raws[handle].cursor()
    if world.engine.dialect.name == "sqlite":
        cursor.executescript(sql)
    else:
        cursor.execute(sql)


def stream(world: World, handle: str, count: int) -> Any:
    """Read some rows of a result, and leave the rest for later."""
    result = world.streams.get(handle)
    if result is None:
        options = {"stream_results": True, "yield_per": 1}
        query = sa.select(Person.__table__).order_by("id").execution_options(**options)
        result = world.streams[handle] = world.connections[handle].execute(query)
    rows = [tuple(row) for row in result.fetchmany(count)]
    if len(rows) < count:
        world.streams.pop(handle).close()
    return rows


def end_stream(world: World, handle: str) -> None:
    """Close a result that was not read to its end."""
    if (result := world.streams.pop(handle, None)) is not None:
        result.close()


def everything(world: World) -> Any:
    """Read all tables on a connection of their own."""
    with closing(world.engine.raw_connection()) as raw:
        cursor: Any = raw.cursor()
        found = []
        for table, columns in TABLES.items():
            cursor.execute(f"SELECT {columns} FROM {table}")
            found.append(sorted(cursor.fetchall()))
        return found
