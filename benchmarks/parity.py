"""What a compared pair costs, beside the applications alone and beside two servers and requests.

The pair is a whole one: both applications of this repository on their own copies of the sample
database, answers, row effects, outbound effects and statements compared. What a user would write
with requests compares status and JSON, and knows nothing of what was written.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import requests

from benchmarks.instructions import counts
from benchmarks.needs import MissingError
from benchmarks.processes import free_port, granian, running
from benchmarks.report import Cell, Report, target_least
from gateway.parity.client import Client
from gateway.parity.cookies import SetCookie
from gateway.parity.exchange import Request
from gateway.parity.run import Run, comparing, start_run
from gateway.sandbox import State
from tests.parity_reference.conftest import USER_AGENT, fill, session_of, sign_in

GET, PATCH = "GET /conversations", "PATCH /conversations/<id>"
LEAST = {GET: 400, PATCH: 200}
PARITY, ALONE, SERVERS = "compared", "the applications alone", "requests and two servers"
_PAIRS = 20
_TABLE = Path(__file__).parents[1] / "routing_table.yaml"
_SETUP = """\
from contextlib import ExitStack
from benchmarks.parity import ALONE, GET, PARITY, PATCH, in_process
stack = ExitStack()
pairs = stack.enter_context(in_process())
"""
_STATEMENTS = {
    (how, what): f"pairs[{name}, {request}]()"
    for how, name in ((PARITY, "PARITY"), (ALONE, "ALONE"))
    for what, request in ((GET, "GET"), (PATCH, "PATCH"))
}

Pair = Callable[[], object]
Pairs = Mapping[tuple[str, str], Pair]


def run(*, quick: bool = False) -> Report:
    """Measure all three in turns."""
    rounds = 2 if quick else 40
    notes = [
        "Milliseconds are processor time, but those of servers: they are of the clock.",
        f"What others do makes a pair slower, never faster: the fastest of {rounds} rounds counts.",
        f"The load average of the machine was {os.getloadavg()[0]:.1f} in the minute before.",
    ]
    # The servers first: time stands still in a comparison.
    with _served() as served, in_process() as ours:
        taken = _taken({**ours, **served}, rounds)
    try:
        named = {f"{how}, {what}": code for (how, what), code in _STATEMENTS.items()}
        counted = counts(_SETUP, named, times=2 if quick else 20, warm=2 if quick else 10)
    except MissingError as error:
        counted = {}
        notes.append(f"Instructions are left out. {error}")
    for what, least in LEAST.items():
        rate = 1 / min(taken[PARITY, what])
        notes += target_least(f"pairs of {what} a second, everything compared", rate, least)
    return Report(
        "Parity: what a compared pair costs",
        (
            "request: how",
            "ms a pair",
            "(median)",
            "pairs a second",
            "of the applications alone",
            "instructions",
        ),
        tuple(_rows(taken, counted)),
        tuple(notes),
    )


def _rows(
    taken: Mapping[tuple[str, str], Sequence[float]], counted: Mapping[str, float]
) -> Iterator[tuple[Cell, ...]]:
    for (how, what), seconds in sorted(taken.items(), key=lambda item: item[0][::-1]):
        best, usual = (round(each * 1000, 2) for each in (min(seconds), median(seconds)))
        share = round(min(seconds) / min(taken[ALONE, what]), 2)
        count = counted.get(f"{how}, {what}")
        pairs = round(1 / min(seconds))
        yield f"{what}: {how}", best, usual, pairs, share, count and round(count)


def _taken(pairs: Pairs, rounds: int) -> dict[tuple[str, str], list[float]]:
    """Give the seconds of a pair in each round; the contenders take turns.

    What runs here uses one core, so its processor time counts; servers have processes of their own.
    """
    seconds: dict[tuple[str, str], list[float]] = {name: [] for name in pairs}
    for _ in range(rounds):
        for name, pair in pairs.items():
            clock = time.perf_counter if name[0] == SERVERS else time.process_time
            began = clock()
            for _ in range(_PAIRS):
                pair()
            seconds[name].append((clock() - began) / _PAIRS)
    return seconds


@contextmanager
def _filled(found: Run, start: datetime | None = None) -> Iterator[State]:
    assert found.database is not None
    with found.database.empty() as state:
        fill(state, start) if start else fill(state)
        yield state


@contextmanager
def in_process() -> Iterator[Pairs]:
    """Give pairs that are compared, and the same requests to the applications alone."""
    found = start_run(_TABLE, None, None)
    with ExitStack() as stack:
        state = stack.enter_context(_filled(found))
        parity = stack.enter_context(comparing(found, state))
        ada = sign_in(parity, "ada")
        opened = ada.get("/conversations/1")

        def patch() -> None:
            nonlocal opened
            title = f"Title {len(parity.calls)}"
            tag = {"If-Match": opened.headers["ETag"]}
            opened = ada.patch("/conversations/1", json={"title": title}, headers=tag)
            assert (opened.status, parity.differences) == (200, 0)

        alone = [stack.enter_context(_alone(named.app, state)) for named in
                 (found.control, found.candidate)]  # fmt: skip
        yield {
            (PARITY, GET): lambda: ada.get("/conversations"),
            (PARITY, PATCH): patch,
            (ALONE, GET): lambda: [get() for get, _ in alone],
            (ALONE, PATCH): lambda: [patch() for _, patch in alone],
        }
        assert parity.check() is None


@contextmanager
def _alone(app: Any, state: State) -> Iterator[tuple[Pair, Pair]]:
    """Give the two requests to one application, on a copy of its own."""
    with state.copy() as copied:
        client = Client(app)
        client.jar.store([SetCookie("session", session_of("ada"), "/")], time.time())

        def send(method: str, path: str, body: bytes = b"", **headers: str) -> Any:
            named = {"User-Agent": USER_AGENT, **headers}
            with copied.scope():
                return client.send(Request(method, path, "", tuple(named.items()), body)).response

        csrf = _token(send("GET", "/auth/current-user").body)
        opened = send("GET", "/conversations/1")

        def patch() -> None:
            nonlocal opened
            sent = {"X-CSRFToken": csrf, "If-Match": opened.header("ETag")}
            body = b'{"title": "Title %d"}' % time.perf_counter_ns()
            opened = send("PATCH", "/conversations/1", body, **_JSON, **sent)
            assert opened.status == 200

        yield lambda: send("GET", "/conversations"), patch


_JSON = {"Content-Type": "application/json"}


def _token(body: bytes) -> str:
    return str(json.loads(body)["csrf_token"])


@contextmanager
def _served() -> Iterator[Pairs]:
    """Give what a user would write: two servers, two sessions, two answers."""
    found = start_run(_TABLE, None, None)
    with ExitStack() as stack:
        sides = [
            stack.enter_context(_server(target, found))
            for target in ("legacy.app:app", "modern:create_app()")
        ]

        def get() -> None:
            ours, theirs = (session.get(f"{url}/conversations") for session, url, _ in sides)
            assert ours.status_code == theirs.status_code == 200
            # Times differ, in value and in form, and are left out, as one would.
            assert _titles(ours.json()) == _titles(theirs.json()["items"])

        tags = [session.get(f"{url}/conversations/1").headers["ETag"] for session, url, _ in sides]

        def patch() -> None:
            title = f"Title {time.perf_counter_ns()}"
            for at, (session, url, csrf) in enumerate(sides):
                sent = {"X-CSRFToken": csrf, "If-Match": tags[at]}
                answer = session.patch(
                    f"{url}/conversations/1", json={"title": title}, headers=sent
                )
                assert (answer.status_code, answer.json()["title"]) == (200, title)
                tags[at] = answer.headers["ETag"]

        yield {(SERVERS, GET): get, (SERVERS, PATCH): patch}


def _titles(listed: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(item["id"], item["title"]) for item in listed]


@contextmanager
def _server(target: str, found: Run) -> Iterator[tuple[requests.Session, str, str]]:
    """Serve one application on a copy of its own; gives a session that is signed in there."""
    port = free_port()
    with ExitStack() as stack:
        state = stack.enter_context(_filled(found, datetime.now(UTC) - timedelta(seconds=1)))
        database = state.clones[0].url.render_as_string(hide_password=False)
        server = running(granian(target, port, 1), port, "/auth/login", {"DATABASE_URL": database})
        stack.enter_context(server)
        session = stack.enter_context(requests.Session())
        session.headers["User-Agent"] = USER_AGENT
        url = f"http://127.0.0.1:{port}"
        session.cookies.set("session", session_of("ada"), domain="127.0.0.1")
        yield session, url, _token(session.get(f"{url}/auth/current-user").content)
