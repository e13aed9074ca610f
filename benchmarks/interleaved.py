"""Times contenders in turns, so that whatever disturbs the machine disturbs all of them."""

from __future__ import annotations

import gc
import timeit
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Contender = tuple[str, dict[str, Any]]
"""A statement, and the names that it uses."""


def nanoseconds(
    contenders: Mapping[Any, Contender], rounds: int = 40, slice_seconds: float = 0.002
) -> dict[Any, float]:
    """Return the nanoseconds that one execution of each took in its fastest round.

    The fastest and not the middle one: on a machine that others use too, what slows a round down
    is never the contender.
    """
    timers = {
        name: timeit.Timer(statement, globals=names)
        for name, (statement, names) in contenders.items()
    }
    with _undisturbed():
        numbers = {name: _fitting(timer, slice_seconds) for name, timer in timers.items()}
        fastest = dict.fromkeys(timers, float("inf"))
        for _ in range(rounds):
            for name, timer in timers.items():
                taken = timer.timeit(numbers[name]) / numbers[name] * 1e9
                fastest[name] = min(fastest[name], taken)
    return fastest


def _fitting(timer: timeit.Timer, seconds: float) -> int:
    timer.timeit(8)  # the interpreter specialises code that it has run eight times
    return max(1, int(seconds / (timer.timeit(8) / 8)))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage of one contender from being another one's pause."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
