"""Reading a table: the processor time it takes, and how long other threads stand still."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.report import Cell, Report, target
from benchmarks.routes import text
from gateway.loader import parse_table
from gateway.snapshot import make_snapshot

LIMITS = {1_000: 30.0, 10_000: 150.0}
"""Milliseconds of processor time by number of routes."""

STALL = 20.0
_FILE = "routing_table.yaml"


@dataclass(frozen=True, slots=True)
class Loading:
    """Milliseconds for one table: the fastest of several readings, and each one's longest stall."""

    size: int
    read: float
    total: float
    stalls: list[float]


def run(*, quick: bool = False) -> Report:
    """Measure tables of all sizes."""
    times = 2 if quick else 15
    loadings = [_loading(size, times) for size in ([100] if quick else LIMITS)]
    return Report(
        "Load: from the file's bytes to a snapshot that serves, milliseconds",
        (
            "routes",
            "read and validate (CPU)",
            "and compile (CPU)",
            "longest stall (median)",
            "(longest of all)",
        ),
        tuple(_row(loading) for loading in loadings),
        (_explained(times), *_targets(loadings)),
    )


def _explained(times: int) -> str:
    beside = [_stall(_counting) for _ in range(times)]
    return (
        f"Times are the least of {times} readings. A stall is how much processor time the reading"
        " thread took between two looks of another thread that never waits for anything else, the"
        " longest in one reading: what other programs of the machine do is not in it. Of a thread"
        f" that only counts it is {median(beside):.3g} ms."
    )


def _loading(size: int, times: int) -> Loading:
    content = text(size).encode()
    before = make_snapshot(content, _FILE)

    def load() -> None:
        make_snapshot(content, _FILE, before)

    return Loading(
        size,
        min(_cpu(lambda: parse_table(content, _FILE)) for _ in range(times)),
        min(_cpu(load) for _ in range(times)),
        [_stall(load) for _ in range(times)],
    )


def _cpu(work: Callable[[], object]) -> float:
    begun = time.thread_time()
    work()
    return (time.thread_time() - begun) * 1000


def _counting() -> None:
    """Hold the interpreter as any thread does that computes in Python."""
    end = time.thread_time() + 0.1
    while time.thread_time() < end:
        pass


class _Spinning(threading.Thread):
    """Looks at another thread's processor time all the time, and keeps its longest step."""

    def __init__(self, watched: int) -> None:
        super().__init__()
        self._clock = time.pthread_getcpuclockid(watched)
        self.longest = 0.0
        self.begun = threading.Event()
        self.ended = False

    def run(self) -> None:
        last = time.clock_gettime(self._clock)
        self.begun.set()
        while not self.ended:
            now = time.clock_gettime(self._clock)
            self.longest = max(self.longest, now - last)
            last = now


def _stall(work: Callable[[], object]) -> float:
    spinning = _Spinning(threading.get_ident())
    spinning.start()
    spinning.begun.wait()
    try:
        work()
    finally:
        spinning.ended = True
        spinning.join()
    return spinning.longest * 1000


def _row(loading: Loading) -> tuple[Cell, ...]:
    stalls = loading.stalls
    return (loading.size, loading.read, loading.total, median(stalls), max(stalls))


def _targets(loadings: list[Loading]) -> Iterator[str]:
    for loading in loadings:
        if loading.size in LIMITS:
            what = f"CPU for {loading.size:,} routes"
            yield from target(what, loading.total, LIMITS[loading.size], " ms")
        yield from target(f"stall at {loading.size:,} routes", max(loading.stalls), STALL, " ms")
