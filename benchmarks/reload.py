"""Serving a new table while requests run: how soon, at what cost to them, and how many fail.

The gateway's file, `nginx -s reload` and Envoy's file take turns with the same routes, under the
same load. Each flips one route to and fro, again as soon as all can see it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median

from benchmarks import fronts
from benchmarks.needs import MissingError
from benchmarks.processes import asked, free_port, granian, of_table, running
from benchmarks.report import Cell, Report, target
from benchmarks.traffic import Traffic, client, drive, driving

BACKENDS = ("legacy", "modern")
FLIPPED = "/flipped"
_CONNECTIONS = 8
# So many answers in a row, on connections of their own, tell that every worker has followed.
_IN_A_ROW = 12
_PATIENCE = 20.0
GATEWAY = "gateway"

Swap = Callable[[fronts.Routes], None]


@dataclass(frozen=True, slots=True)
class Front:
    """Something that routes, and how to give it other routes."""

    port: int
    swap: Swap


@dataclass(frozen=True, slots=True)
class Round:
    """Requests without any reload, requests during reloads, and milliseconds until active."""

    quiet: Traffic
    busy: Traffic
    active: list[float]


def run(*, quick: bool = False) -> Report:
    """Measure the gateway, and nginx and Envoy where they are installed."""
    size, times, seconds = (100, 1, 1) if quick else (1_000, 5, 3)
    notes = [f"Requests were sent by {client()}, {_CONNECTIONS} connections, none of them again."]
    with _fronts(_routes(size), notes) as served:
        rounds: dict[str, list[Round]] = {name: [] for name in served}
        for _ in range(times):
            for name, front in served.items():
                rounds[name].append(_round(front, _routes(size), seconds))
    rows = {name: _row(name, own) for name, own in rounds.items()}
    ratio = _ratio(rounds[GATEWAY])
    what = "p99 of the gateway's requests during reloads, of that without"
    return Report(
        f"Reload: {size:,} routes, reloaded again and again under load",
        (
            "front",
            "reloads",
            "ms until active (median)",
            "(slowest)",
            "requests meanwhile",
            "failed",
            "p99 ms without",
            "p99 ms meanwhile",
        ),
        tuple(rows.values()),
        (*target(what, ratio, 2.0), *notes),
    )


def _routes(size: int) -> dict[str, str]:
    """Return exact paths only: nginx would try patterns one after the other."""
    return {FLIPPED: BACKENDS[0]} | {f"/exact/{i}": BACKENDS[i % 2] for i in range(size - 1)}


@contextmanager
def _fronts(routes: fronts.Routes, notes: list[str]) -> Iterator[dict[str, Front]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        served = {GATEWAY: _gateway(stack, folder, routes)}
        behind = partial(_upstreams, stack)
        for name, start in (("nginx -s reload", _nginx), ("Envoy, file swapped", _envoy)):
            try:
                served[name] = start(stack, folder, routes, behind)
            except MissingError as error:
                notes.append(f"{name.split(maxsplit=1)[0]} is left out. {error}")
        yield served


def _gateway(stack: ExitStack, folder: Path, routes: fronts.Routes) -> Front:
    file, port = folder / "routing_table.yaml", free_port()
    swap = partial(_replace, file, _table)
    swap(routes)
    command = granian("gateway:create_gateway()", port, len(BACKENDS))
    stack.enter_context(running(command, port, FLIPPED, of_table(file)))
    return Front(port, swap)


def _table(routes: fronts.Routes) -> str:
    lines = [f"  r{i}: {{path: {path}, to: {to}}}" for i, (path, to) in enumerate(routes.items())]
    backends = (f"  {name}: benchmarks.naming:{name}" for name in BACKENDS)
    return "\n".join(["backends:", *backends, f"default: {BACKENDS[0]}", "routes:", *lines, ""])


def _upstreams(stack: ExitStack) -> Mapping[str, int]:
    """Start one server an application."""
    ports = {name: free_port() for name in BACKENDS}
    for name, port in ports.items():
        stack.enter_context(running(granian(f"benchmarks.naming:{name}", port, 1), port, FLIPPED))
    return ports


Behind = Callable[[], Mapping[str, int]]


def _nginx(stack: ExitStack, folder: Path, routes: fronts.Routes, behind: Behind) -> Front:
    command, port = fronts.nginx_command(folder), free_port()
    upstreams = behind()
    written = partial(_replace, folder / "nginx.conf")
    configure = partial(fronts.nginx_configuration, folder, port, upstreams)

    def swap(routes: fronts.Routes) -> None:
        written(configure, routes)
        subprocess.run([*command, "-s", "reload"], check=True, stderr=subprocess.DEVNULL)

    written(configure, routes)
    stack.enter_context(running(command, port, FLIPPED))
    return Front(port, swap)


def _envoy(stack: ExitStack, folder: Path, routes: fronts.Routes, behind: Behind) -> Front:
    command, port = fronts.envoy_command(folder), free_port()
    upstreams = behind()
    # Envoy reacts to whatever is moved into the folder that it watches, so it gets its own.
    watched = folder / "envoy"
    watched.mkdir()
    swap = partial(_replace, watched / "routes.json", partial(fronts.envoy_routes, upstreams))
    swap(routes)
    (folder / "envoy.json").write_text(fronts.envoy_bootstrap(watched, port, upstreams))
    stack.enter_context(running(command, port, FLIPPED))
    return Front(port, swap)


def _replace(file: Path, written: Callable[[fronts.Routes], str], routes: fronts.Routes) -> None:
    new = file.with_suffix(".new")
    new.write_text(written(routes))
    os.replace(new, file)  # noqa: PTH105 - the pair of names is the point


def _round(front: Front, routes: dict[str, str], seconds: float) -> Round:
    paths = list(routes)[1 : len(routes) : 7]
    quiet = drive(front.port, paths, seconds, _CONNECTIONS)
    with driving(front.port, paths, seconds, _CONNECTIONS) as sending:
        active = list(_reloads(front, routes, time.monotonic() + seconds * 0.9))
        return Round(quiet, sending.result(), active)


def _reloads(front: Front, routes: dict[str, str], end: float) -> Iterator[float]:
    """Flip the route until the time is over, and once more if that was to the other backend."""
    for backend in cycle(reversed(BACKENDS)):
        begun = time.monotonic()
        front.swap({**routes, FLIPPED: backend})
        yield (_answered_by(front.port, backend) - begun) * 1000
        if time.monotonic() > end and backend == BACKENDS[0]:
            return


def _answered_by(port: int, backend: str) -> float:
    """Return when the first of many answers in a row came from a backend."""
    first, in_a_row, deadline = 0.0, 0, time.monotonic() + _PATIENCE
    while in_a_row < _IN_A_ROW:
        if asked(port, FLIPPED) == (200, backend.encode()):
            first = first if in_a_row else time.monotonic()
            in_a_row += 1
        else:
            in_a_row = 0
        if time.monotonic() > deadline:
            raise RuntimeError(f"A flip to {backend!r} was not served within {_PATIENCE} seconds.")
    return first


def _row(name: str, rounds: list[Round]) -> tuple[Cell, ...]:
    active = [taken for one in rounds for taken in one.active]
    return (
        name,
        len(active),
        median(active),
        max(active),
        sum(one.busy.requests for one in rounds),
        sum(one.busy.failed for one in rounds),
        median(one.quiet.p99 for one in rounds),
        median(one.busy.p99 for one in rounds),
    )


def _ratio(rounds: list[Round]) -> float:
    return median(one.busy.p99 / one.quiet.p99 for one in rounds)
