"""A small database of each kind, watched by either method."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from gateway.effects.state import StateRecorder
from gateway.sandbox import State
from tests.effects.worlds import KINDS, METHODS, empty_state, run, set_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

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


@dataclass
class World:
    """A state with three tables: run statements, see the effects."""

    engine: sa.Engine
    state: State
    recorder: StateRecorder

    def effects(self, *statements: str, commit: bool = True) -> Any:
        """The net effects of statements that are run as one transaction."""
        self.recorder.effects()
        run(self.engine, *statements, commit=commit)
        return set_of(self.recorder.effects())


@pytest.fixture
def url_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """The URL of a fresh database of a kind."""

    def url(kind: str) -> str:
        if kind == "postgresql":
            return str(request.getfixturevalue("postgresql_url"))
        return "sqlite://" if kind == "memory" else f"sqlite:///{tmp_path}/x.db"

    return url


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database."""
    return str(request.param)


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest) -> str:
    """How rows are watched."""
    return str(request.param)


@pytest.fixture
def world(kind: str, method: str, url_of: Callable[[str], str]) -> Iterator[World]:
    """A watched database with a few rows."""
    with empty_state(url_of(kind), wal=kind == "wal") as (engine, state):
        run(engine, *SCHEMA)
        with closing(StateRecorder(state, METHODS[method])) as recorder:
            yield World(engine, state, recorder)
