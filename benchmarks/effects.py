"""What it costs to know the row effects of a request, by method and by the size of a table."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from benchmarks.needs import MissingError
from benchmarks.report import Cell, Report, target
from gateway.effects.recorder import LARGE
from gateway.effects.state import StateRecorder
from gateway.sandbox import Database, State, create_engine
from tests.postgresql import programs, running_server

SIZES = (100, LARGE, 1_000, 10_000, 100_000, 1_000_000)
UNWATCHED, SNAPSHOT, TRIGGERS = "unwatched", "snapshot", "triggers"
METHODS = {UNWATCHED: None, SNAPSHOT: 10**9, TRIGGERS: 0}
"""From which size on each method takes a table for a large one."""

BULK = 1_000
BEGIN, ONE = "to begin", "one row"
REQUESTS = {
    "one that reads": "SELECT seen FROM note WHERE id = 50",
    ONE: "UPDATE note SET seen = seen + 1 WHERE id = 50",
    f"{BULK:,} rows": f"UPDATE note SET seen = seen + 1 WHERE id <= {BULK}",
}
_NOTE = """CREATE TABLE note (
    id INTEGER PRIMARY KEY, title VARCHAR(80), body TEXT, made TIMESTAMP, seen INTEGER
)"""
_FILL = """
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {size})
INSERT INTO note SELECT n, 'Title ' || n, 'The body of this note, which is not long. ' || n,
    '2026-03-02 09:30:00', 0 FROM n
"""


@dataclass
class Contender:
    """A private copy of the database, with what records its effects or with nothing."""

    engine: sa.Engine
    state: State
    large: int | None
    seconds: dict[str, float] = field(default_factory=dict)
    """The fastest of each: what slows one down is never the contender."""
    _recorder: StateRecorder | None = None

    def begin(self) -> None:
        """Begin to record, as at the beginning of a test."""
        self.end()
        with self._timed(BEGIN):
            if self.large is not None:
                self._recorder = StateRecorder(self.state, self.large)
            with self.state.scope(), self.engine.connect():
                pass

    def request(self, what: str) -> None:
        """Make one request as a comparison does."""
        with self._timed(what):
            self._effects()
            with self.state.scope(), self.engine.begin() as connection:
                connection.exec_driver_sql(REQUESTS[what])
            self._effects()

    def end(self) -> None:
        """End recording."""
        if self._recorder is not None:
            self._recorder.close()

    def _effects(self) -> None:
        if self._recorder is not None:
            self._recorder.effects()

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        taken = time.perf_counter() - began
        self.seconds[what] = min(taken, self.seconds.get(what, taken))


Found = Mapping[str, Contender]


def run(*, quick: bool = False) -> Report:
    """Measure both databases at all sizes; the methods take turns."""
    sizes = SIZES[:2] if quick else SIZES
    rows: list[tuple[Cell, ...]] = []
    notes = ["A request includes asking for its effects; the reading before it is the last one's."]
    for name, served in {"SQLite": _sqlite, "PostgreSQL": _postgresql}.items():
        try:
            with served() as url:
                measured = {size: _measured(url, size, rounds=3 if quick else 60) for size in sizes}
        except MissingError as error:
            notes.append(f"{name} is left out. {error}")
            continue
        rows += [row for size, found in measured.items() for row in _rows(name, size, found)]
        notes += _notes(name, measured)
    return Report(
        "Row effects: milliseconds a request, by method and size of the table written to",
        ("database, rows: method", BEGIN, *REQUESTS),
        tuple(rows),
        tuple(notes),
    )


@contextmanager
def _sqlite() -> Iterator[str]:
    yield "sqlite:////nowhere/unused.db"


@contextmanager
def _postgresql() -> Iterator[str]:
    found = programs()
    if found is None:
        raise MissingError("The programs of PostgreSQL are missing: install Debian's `postgresql`.")
    with running_server(found) as url:
        yield url


def _measured(url: str, size: int, rounds: int) -> Found:
    engine = create_engine(url)
    with ExitStack() as stack:
        origin = stack.enter_context(Database((engine,)).empty())
        with origin.scope(), engine.begin() as connection:
            connection.exec_driver_sql(_NOTE)
            connection.exec_driver_sql(_FILL.format(size=size))
        contenders = {
            name: Contender(engine, stack.enter_context(origin.copy()), large)
            for name, large in METHODS.items()
        }
        for contender in contenders.values():
            stack.callback(contender.end)
        # Reading a large table takes seconds, and the longer it takes the less it varies.
        for turn in range(max(3, rounds * 1_000 // max(size, 1_000))):
            first = turn % len(METHODS)
            for name in [*METHODS, *METHODS][first : first + len(METHODS)]:
                contenders[name].begin()
                for what in REQUESTS:
                    contenders[name].request(what)
    engine.dispose()
    return contenders


def _rows(database: str, size: int, found: Found) -> Iterator[tuple[Cell, ...]]:
    for name, contender in found.items():
        taken = (round(contender.seconds[what] * 1000, 3) for what in (BEGIN, *REQUESTS))
        yield f"{database}, {size:,}: {name}", *taken


def _notes(database: str, measured: Mapping[int, Found]) -> Iterator[str]:
    for size, found in measured.items():
        snapshot, triggers = (found[name].seconds for name in (SNAPSHOT, TRIGGERS))
        saved, cost = snapshot[ONE] - triggers[ONE], triggers[BEGIN] - snapshot[BEGIN]
        when = f"have paid after {max(0, cost) / saved:.1f}" if saved > 0 else "never pay for"
        yield f"{database}, {size:,} rows: triggers {when} requests that write one row."
    smallest, largest = (measured[size][TRIGGERS].seconds[ONE] for size in _ends(measured))
    what = f"{database}: triggers, one row of the largest table over one of the smallest"
    yield from target(what, largest / smallest, 2)


def _ends(sizes: Iterable[int]) -> tuple[int, int]:
    return min(sizes), max(sizes)
