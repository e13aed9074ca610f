"""Reading a table: the processor time it takes, and how long other threads stand still."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
    times = 2 if quick else 7
    loadings = [_loading(size, times) for size in ([100] if quick else LIMITS)]
    return Report(
        "Load: from the file's bytes to a snapshot that serves, milliseconds",
        (
            "routes",
            "read and validate (CPU)",
            "and compile (CPU)",
            "longest stall (least)",
            "(median)",
        ),
        tuple(_row(loading) for loading in loadings),
        (
            _explained(times),
            *_targets(loadings),
        ),
    )


def _explained(times: int) -> str:
    beside = [_stall(_counting) for _ in range(times)]
    return (
        "The stall is how long another thread stood still, at most, during one reading; what the"
        f" machine adds to it is least in the least of {times} readings, which counts below."
        f" Beside a thread that only counts it is {min(beside):.3g} ms ({median(beside):.3g} ms)."
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
    end = time.perf_counter() + 0.2
    while time.perf_counter() < end:
        pass


@dataclass(slots=True)
class _Spinning:
    """A thread that looks at the clock all the time and keeps the longest gap that it saw."""

    longest: float = 0.0
    begun: threading.Event = field(default_factory=threading.Event)
    ended: bool = False

    def spin(self) -> None:
        last = time.perf_counter()
        self.begun.set()
        while not self.ended:
            now = time.perf_counter()
            self.longest = max(self.longest, now - last)
            last = now


def _stall(work: Callable[[], object]) -> float:
    spinning = _Spinning()
    thread = threading.Thread(target=spinning.spin)
    thread.start()
    spinning.begun.wait()
    try:
        work()
    finally:
        spinning.ended = True
        thread.join()
    return spinning.longest * 1000


def _row(loading: Loading) -> tuple[Cell, ...]:
    least, middle = min(loading.stalls), median(loading.stalls)
    return (loading.size, loading.read, loading.total, least, middle)


def _targets(loadings: list[Loading]) -> Iterator[str]:
    for loading in loadings:
        if loading.size in LIMITS:
            what = f"CPU for {loading.size:,} routes"
            yield from target(what, loading.total, LIMITS[loading.size], " ms")
        yield from target(f"stall at {loading.size:,} routes", min(loading.stalls), STALL, " ms")
