"""One request for Flask's hello JSON, bare and through what stands in front of it, in process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import fmean
from typing import Any

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import create_environ

from benchmarks import hello
from benchmarks.instructions import counts
from benchmarks.interleaved import nanoseconds
from benchmarks.needs import MissingError
from benchmarks.report import Cell, Report, target
from benchmarks.routes import text
from gateway.dispatcher import make_gateway
from gateway.publisher import Tally
from gateway.snapshot import Holder, make_snapshot

WSGICallable = Callable[..., Iterable[bytes]]
Measured = dict[tuple[str, str], float]
"""Instructions or nanoseconds by path and contender."""

ROUTES = 1_000
BARE, WERKZEUG = "Flask, bare", "DispatcherMiddleware"
ROUTING, HEADERS = "gateway, routing alone", "gateway, headers"
COUNTERS = "gateway, headers and counters"
NAMES = (BARE, WERKZEUG, ROUTING, HEADERS, COUNTERS)
HELLO = "/hello"
LIMITS = {ROUTING: 1.01, COUNTERS: 1.025}
"""Of bare; for the path HELLO."""

PATHS = {
    HELLO: "1 segment",
    "/api/hello": "2 segments",
    "/api/v1/hello": "3 segments, GET",
    "/api/resource7/42/plan": "4 segments, int and name, GET",
}
_MORE = """\
  hello: {path: /hello, to: legacy}
  api: {path: /api/hello, to: legacy}
  v1: {path: /api/v1/hello, methods: [GET], to: legacy}
"""
_LATER, _SOONER = "adding and counting a batch of responses", "adding it"
_BATCH = 100
_EXPLAINED = """\
Instructions are the mean of {seeds} programs, each with other hashes. With counters, they include \
those by which a thread of the worker counts the response later; the time is that of the request.
A route with methods costs more than one without, headers or not: the gateway looks for a 405 to \
which it may have to add another backend's methods."""
_STATEMENT = """\
body = {application}(environ.copy(), start_response)
for _part in body:
    pass
body.close()
"""


def applications() -> dict[str, WSGICallable]:
    """Return the contenders; each sends all requests of the bench to the same Flask application.

    The last one is what `gateway.create_gateway` makes, without its threads.
    """
    return {
        BARE: hello.legacy,
        WERKZEUG: DispatcherMiddleware(hello.legacy, {"/new": hello.modern}),
        ROUTING: make_gateway(_holder(headers=False)),
        HEADERS: make_gateway(_holder(headers=True)),
        COUNTERS: make_gateway(_holder(headers=True), Tally().add),
    }


def prepared(path: str) -> dict[str, Any]:
    """Return the names that a measured statement uses."""
    return {"environ": create_environ(path), "start_response": start_response}


def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
    """Take a response's head, as a server does."""


def counting() -> tuple[Callable[[], None], Callable[[], None]]:
    """Return what adds a batch of responses and counts them as the publisher's thread does.

    And what only adds them, which is part of each request.
    """
    tally, sink = Tally(), deque[object](maxlen=_BATCH)
    decision = _holder(headers=True).current.decider.decide(create_environ(HELLO))
    batch = [(decision, "200 OK")] * _BATCH

    def add_and_count() -> None:
        for response in batch:
            tally.add(response)
        tally.counts()

    def add() -> None:
        for response in batch:
            sink.append(response)

    return add_and_count, add


def _holder(*, headers: bool) -> Holder:
    content = text(ROUTES, _MORE, headers=headers).encode()
    return Holder(make_snapshot(content, "routing_table.yaml"))


def run(*, quick: bool = False) -> Report:
    """Measure all contenders on all paths."""
    paths = list(PATHS)[:1] if quick else list(PATHS)
    times, seeds = (20, 1) if quick else (100, 6)
    taken = _timed(paths, rounds=3 if quick else 60)
    counted: Measured = {}
    notes = _EXPLAINED.format(seeds=seeds).splitlines()
    try:
        with ThreadPoolExecutor(2) as pool:
            each = list(pool.map(partial(_counted, paths, times), range(seeds)))
        counted = {key: fmean(one[key] for one in each) for key in each[0]}
    except MissingError as error:
        notes.append(str(error))
    return Report(
        f"Dispatch: Flask's hello JSON, {ROUTES:,} routes in the table",
        ("request: through", "instructions", "of bare", "added", "µs", "of bare (time)"),
        tuple(_row(key, counted, taken) for key in taken),
        (*_targets(counted), *notes),
    )


def _timed(paths: list[str], rounds: int) -> Measured:
    contenders = {
        (path, name): (
            _STATEMENT.format(application="application"),
            {"application": application, **prepared(path)},
        )
        for path in paths
        for name, application in applications().items()
    }
    return nanoseconds(contenders, rounds)


def _counted(paths: list[str], times: int, seed: int) -> Measured:
    setup = f"""\
from benchmarks.dispatch import applications, counting, prepared, start_response
contenders = [*applications().values()]
add_and_count, add = counting()
{"; ".join(f"a{i} = contenders[{i}]" for i in range(len(NAMES)))}
"""
    setup += "\n".join(
        f"environ{i} = prepared({path!r})['environ']" for i, path in enumerate(paths)
    )
    statements = {
        f"{path} {name}": _STATEMENT.format(application=f"a{j}").replace("environ", f"environ{i}")
        for i, path in enumerate(paths)
        for j, name in enumerate(NAMES)
    }
    statements |= {_LATER: "add_and_count()", _SOONER: "add()"}
    found = counts(setup, statements, times, idle="environ0.copy()", seed=seed)
    later = (found[_LATER] - found[_SOONER]) / _BATCH
    counted = {(path, name): found[f"{path} {name}"] for path in paths for name in NAMES}
    return {key: n + later * (key[1] == COUNTERS) for key, n in counted.items()}


def _row(key: tuple[str, str], counted: Measured, taken: Measured) -> tuple[Cell, ...]:
    path, name = key
    instructions, bare = counted.get(key), counted.get((path, BARE))
    nanoseconds_ = taken[key]
    return (
        f"{PATHS[path]}: {name}",
        None if instructions is None else round(instructions),
        None if instructions is None or bare is None else round(instructions / bare, 4),
        None if instructions is None or bare is None else round(instructions - bare),
        round(nanoseconds_ / 1000, 2),
        round(nanoseconds_ / taken[path, BARE], 3),
    )


def _targets(counted: Measured) -> Iterator[str]:
    """Yield the limits for the hello path, and for each path the comparison with Werkzeug."""
    for path in dict.fromkeys(path for path, _ in counted):
        for name, limit in LIMITS.items():
            ratio = counted[path, name] / counted[path, BARE]
            if path == HELLO:
                yield from target(f"{name} ({PATHS[path]})", ratio, limit, " of bare")
            werkzeug = counted[path, WERKZEUG] / counted[path, BARE]
            yield from target(
                f"{name} ({PATHS[path]})", ratio, werkzeug, " of bare, DispatcherMiddleware's"
            )
