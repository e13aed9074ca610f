"""Requests a second: an application bare, behind the gateway, and behind nginx.

All have the same server and as many workers: with nginx each of the two applications has its own,
as a migration without the gateway would have them. nginx itself is one process more.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import fronts
from benchmarks.needs import MissingError, module
from benchmarks.processes import SERVERS, cpu_seconds, free_port, of_table, running
from benchmarks.report import Cell, Report, target_least
from benchmarks.routes import text
from benchmarks.traffic import client, drive

WORKERS = 2
PATHS = ("/old", "/new")
BARE, GATEWAY, NGINX = "bare", "gateway", "nginx in front of two"
_ROUTES = """\
  old: {path: /old, methods: [GET], to: legacy}
  new: {path: /new, methods: [GET], to: modern}
"""
_LEAST_OF_NGINX = {"gunicorn": 1.2, "granian": 1.1}


@dataclass(frozen=True, slots=True)
class Site:
    """Somewhere to send requests, and the sessions of the processes that answer them."""

    port: int
    sessions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """One stretch of requests: requests a second, and processor microseconds for each."""

    rate: float
    cpu: float
    failed: int


Rounds = Mapping[str, list[Round]]


def run(*, quick: bool = False) -> Report:
    """Measure both servers, the one after the other; contenders take turns."""
    rows: list[tuple[Cell, ...]] = []
    notes = [f"Requests were sent by {client()}, 16 connections, half to each of {PATHS}."]
    for server in SERVERS:
        try:
            if server == "gunicorn":
                module("gunicorn", "gunicorn")
            with _sites(server, notes) as sites:
                rounds = _measured(sites, rounds=1 if quick else 10)
        except MissingError as error:
            notes.append(f"{server} is left out. {error}")
        else:
            rows += _rows(server, rounds)
            notes += _targets(server, rounds)
    return Report(
        f"End to end: Flask's hello JSON, {WORKERS} workers in all",
        ("server: what", "requests/s", "of bare", "CPU µs a request", "of bare (CPU)", "failed"),
        tuple(rows),
        tuple(notes),
    )


@contextmanager
def _sites(server: str, notes: list[str]) -> Iterator[dict[str, Site]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sites = {
            BARE: _bare(stack, server, "legacy", WORKERS),
            GATEWAY: _gateway(stack, server, folder),
        }
        try:
            sites[NGINX] = _nginx(stack, server, folder)
        except MissingError as error:
            notes.append(f"nginx is left out. {error}")
        yield sites


def _bare(stack: ExitStack, server: str, application: str, workers: int) -> Site:
    port = free_port()
    command = SERVERS[server](f"benchmarks.hello:{application}", port, workers)
    return Site(port, (stack.enter_context(running(command, port, PATHS[0])),))


def _gateway(stack: ExitStack, server: str, folder: Path) -> Site:
    file, port = folder / "routing_table.yaml", free_port()
    file.write_text(text(100, _ROUTES))
    command = SERVERS[server]("gateway:create_gateway()", port, WORKERS)
    return Site(port, (stack.enter_context(running(command, port, PATHS[0], of_table(file))),))


def _nginx(stack: ExitStack, server: str, folder: Path) -> Site:
    command, port = fronts.nginx_command(folder), free_port()
    behind = {name: _bare(stack, server, name, WORKERS // 2) for name in ("legacy", "modern")}
    upstreams = {name: site.port for name, site in behind.items()}
    routes = dict(zip(PATHS, upstreams, strict=True))
    configuration = fronts.nginx_configuration(folder, port, upstreams, routes)
    (folder / "nginx.conf").write_text(configuration)
    own = stack.enter_context(running(command, port, PATHS[0]))
    return Site(port, (own, *(session for site in behind.values() for session in site.sessions)))


def _measured(sites: Mapping[str, Site], rounds: int) -> Rounds:
    for site in sites.values():
        drive(site.port, PATHS, 1)
    measured: dict[str, list[Round]] = {name: [] for name in sites}
    turns = list(sites.items())
    for _ in range(rounds):
        for name, site in turns:
            measured[name].append(_round(site))
        turns.reverse()  # nobody always goes first
    return measured


def _round(site: Site) -> Round:
    before = sum(map(cpu_seconds, site.sessions))
    traffic = drive(site.port, PATHS, 1)
    used = sum(map(cpu_seconds, site.sessions)) - before
    return Round(traffic.rate, used / traffic.requests * 1e6, traffic.failed)


def _rows(server: str, rounds: Rounds) -> Iterator[tuple[Cell, ...]]:
    for name, own in rounds.items():
        yield (
            f"{server}: {name}",
            round(median(one.rate for one in own)),
            _rate_ratio(rounds, name, BARE),
            round(median(one.cpu for one in own)),
            median(a.cpu / b.cpu for a, b in zip(own, rounds[BARE], strict=True)),
            sum(one.failed for one in own),
        )


def _rate_ratio(rounds: Rounds, of: str, to: str) -> float:
    """Return the median over the rounds of one contender's rate over another's."""
    return median(a.rate / b.rate for a, b in zip(rounds[of], rounds[to], strict=True))


def _targets(server: str, rounds: Rounds) -> Iterator[str]:
    bare = _rate_ratio(rounds, GATEWAY, BARE)
    yield from target_least(f"the gateway's requests/s under {server}, of bare", bare, 0.97)
    if NGINX in rounds:
        least = _LEAST_OF_NGINX[server]
        nginx = _rate_ratio(rounds, GATEWAY, NGINX)
        yield from target_least(f"the gateway's requests/s over nginx's ({server})", nginx, least)
