"""One request for Flask's hello JSON, bare and through what stands in front of it, in process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
LIMITS = {ROUTING: 1.01, COUNTERS: 1.025}
PATHS = {
    "/hello": "static path, any method",
    "/old": "static path, GET",
    "/api/resource7/42/plan": "int + name, GET",
}
_HELLO = """\
  hello: {path: /hello, to: legacy}
  old: {path: /old, methods: [GET], to: legacy}
"""
_LATER = "counting a batch of responses"
_BATCH = 100
_EXPLAINED = (
    "With counters, the instructions include those by which a thread of the worker counts the"
    " response later; the time is that of the request."
)
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


def counting() -> Callable[[], None]:
    """Return what counts responses as the publisher's thread does it, in a batch of 100."""
    tally = Tally()
    decision = _holder(headers=True).current.decide(create_environ("/old"))

    def count() -> None:
        for _ in range(_BATCH):
            tally.add((decision, "200 OK"))
        tally.counts()

    return count


def _holder(*, headers: bool) -> Holder:
    content = text(ROUTES, _HELLO, headers=headers).encode()
    return Holder(make_snapshot(content, "routing_table.yaml"))


def run(*, quick: bool = False) -> Report:
    """Measure all contenders on all paths."""
    paths = list(PATHS)[:1] if quick else list(PATHS)
    taken = _timed(paths, rounds=3 if quick else 60)
    counted: Measured = {}
    notes = [_EXPLAINED]
    try:
        counted = _counted(paths, times=20 if quick else 200)
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


def _counted(paths: list[str], times: int) -> Measured:
    names = [BARE, WERKZEUG, ROUTING, HEADERS, COUNTERS]
    setup = f"""\
from benchmarks.dispatch import applications, counting, prepared, start_response
contenders = [*applications().values()]
count_batch = counting()
{"; ".join(f"a{i} = contenders[{i}]" for i in range(len(names)))}
"""
    setup += "\n".join(
        f"environ{i} = prepared({path!r})['environ']" for i, path in enumerate(paths)
    )
    statements = {
        f"{path} {name}": _STATEMENT.format(application=f"a{j}").replace("environ", f"environ{i}")
        for i, path in enumerate(paths)
        for j, name in enumerate(names)
    }
    statements[_LATER] = "count_batch()"
    found = counts(setup, statements, times, idle="environ0.copy()")
    counted = {(path, name): found[f"{path} {name}"] for path in paths for name in names}
    for path in paths:
        counted[path, COUNTERS] += found[_LATER] / _BATCH
    return counted


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
    for path in dict.fromkeys(path for path, _ in counted):
        of = {name: counted[path, name] / counted[path, BARE] for name in (WERKZEUG, *LIMITS)}
        for name, limit in LIMITS.items():
            yield from target(f"{name} ({PATHS[path]})", of[name], limit, " of bare")
        yield from target(
            f"{COUNTERS} ({PATHS[path]})",
            of[COUNTERS],
            of[WERKZEUG],
            " of bare, DispatcherMiddleware's",
        )
