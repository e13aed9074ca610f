"""Finding the route of a path: instructions and nanoseconds, beside the routers of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from benchmarks.instructions import counts
from benchmarks.interleaved import Contender, nanoseconds
from benchmarks.needs import MissingError
from benchmarks.report import Report, target
from benchmarks.routers import ROUTERS
from benchmarks.routes import paths

SIZES = (10, 100, 1_000, 10_000)
_PATHS = 8
_GATEWAY, _WERKZEUG = "gateway", "Werkzeug StateMachineMatcher"
# A router may say that it found nothing by raising, so each look-up may.
_STATEMENT = """\
for path in paths{suffix}:
    try:
        {call}
    except Exception:
        pass
"""
_IDLE = "for path in paths0:\n    pass"


class Case(NamedTuple):
    """One router, asked for one kind of path, at one size."""

    router: str
    kind: str
    size: int


Measured = Mapping[Case, float]


def run(*, quick: bool = False) -> Report:
    """Measure all routers that are installed, at all sizes."""
    sizes = SIZES[:2] if quick else SIZES
    filled, missing = _filled(sizes)
    taken = nanoseconds(_contenders(filled), rounds=3 if quick else 40)
    try:
        # What is counted does not mind a neighbour, so two programs run at once.
        with ThreadPoolExecutor(2) as pool:
            counted = dict(pool.map(_counted, [f for f in filled if not quick or f[1] == 10]))
    except MissingError as error:
        counted, missing = {}, [*missing, str(error)]
    instructions = {case: n for cases in counted.values() for case, n in cases.items()}
    return Report(
        f"Match: one path, at {', '.join(f'{size:,}' for size in sizes)} routes",
        _columns(sizes),
        tuple(_rows(filled, sizes, instructions, taken)),
        (*_targets(instructions, taken, sizes), *missing),
    )


Filled = dict[tuple[str, int], Any]


def _filled(sizes: tuple[int, ...]) -> tuple[Filled, list[str]]:
    """Fill each router that is installed with tables of each size."""
    filled: Filled = {}
    missing = []
    for name, router in ROUTERS.items():
        try:
            filled |= {(name, size): router.fill(size) for size in sizes}
        except MissingError as error:
            missing.append(f"{name} is left out. {error}")
    return filled, missing


def _contenders(filled: Filled) -> dict[Case, Contender]:
    return {
        Case(name, kind, size): (
            _STATEMENT.format(suffix="", call=ROUTERS[name].call),
            {"find": find, "paths": chosen},
        )
        for (name, size), find in filled.items()
        for kind, chosen in paths(size, _PATHS).items()
    }


def _counted(router_and_size: tuple[str, int]) -> tuple[tuple[str, int], dict[Case, float]]:
    """Count one router at one size, in a program of its own."""
    name, size = router_and_size
    chosen = paths(size, _PATHS)
    setup = [
        "from benchmarks.routers import ROUTERS",
        f"find = ROUTERS[{name!r}].fill({size})",
        *(f"paths{index} = {some!r}" for index, some in enumerate(chosen.values())),
    ]
    statements = {
        kind: _STATEMENT.format(suffix=index, call=ROUTERS[name].call)
        for index, kind in enumerate(chosen)
    }
    few = ROUTERS[name].linear and size >= 1_000
    times, warm = (1, 1) if few else (50, 10)
    found = counts("\n".join(setup), statements, times, idle=_IDLE, warm=warm)
    return router_and_size, {Case(name, k, size): n / _PATHS for k, n in found.items()}


def _columns(sizes: tuple[int, ...]) -> tuple[str, ...]:
    return (
        "router: kind of path",
        *(f"instructions at {size:,}" for size in sizes),
        *(f"ns at {size:,}" for size in sizes),
    )


def _rows(
    filled: Filled, sizes: tuple[int, ...], counted: Measured, taken: Measured
) -> Iterator[tuple[Any, ...]]:
    for name in dict.fromkeys(name for name, _ in filled):
        for kind in paths(10, 1):
            cases = [Case(name, kind, size) for size in sizes]
            instructions = (_whole(counted.get(case)) for case in cases)
            yield f"{name}: {kind}", *instructions, *(round(taken[case] / _PATHS) for case in cases)


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _targets(counted: Measured, taken: Measured, sizes: tuple[int, ...]) -> Iterator[str]:
    own = [number for case, number in counted.items() if case.router == _GATEWAY]
    yield from target("instructions of the gateway's dearest match", max(own, default=None), 8_000)
    shares = [
        number / counted[case._replace(router=_WERKZEUG)]
        for case, number in counted.items()
        if case.router == _GATEWAY
    ]
    yield from target(
        "its largest share of StateMachineMatcher's instructions", max(shares, default=None), 0.2
    )
    growth = [
        taken[Case(_GATEWAY, kind, sizes[-1])] / taken[Case(_GATEWAY, kind, sizes[0])]
        for kind in paths(10, 1)
    ]
    yield from target(f"its time at {sizes[-1]:,} routes over that at 10", max(growth), 1.15)
