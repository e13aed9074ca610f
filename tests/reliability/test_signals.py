"""SIGHUP and SIGTERM under load: whatever an application began to answer is answered whole."""

import signal
import time
from collections import Counter

import pytest

from tests.reliability.applications import LINES, STREAM
from tests.reliability.load import Pace
from tests.reliability.served import served

WORKERS = 2
AMID = "amid"

# Many connections are new, and have not sent anything yet, whenever a worker stops.
MANY_NEW = Pace(clients=12, pause=0, renew=1, hesitate=0.005)


def send(site, number) -> float:
    site.server.process.send_signal(number)
    return time.monotonic()


def untouched(answer) -> bool:
    """Return whether a request met a new connection that ended before a byte of an answer."""
    return answer.before == 0 and answer.failure.startswith("UnansweredError")


def refused(answer) -> bool:
    return answer.failure.startswith("ConnectionRefusedError")


def begun_but_lost(site, load) -> list[str]:
    """Return the requests that an application began, but that got no whole answer."""
    whole = {a.identity for a in load.answers if not a.failure}
    return [identity for identity in site.begun() if identity not in whole]


@pytest.mark.parametrize("pace", [Pace(renew=5), MANY_NEW], ids=["kept", "new"])
def test_sighup_replaces_every_worker_and_loses_nothing(server, pace, tmp_path):
    with served(server, tmp_path, WORKERS) as site:
        with site.load(pace) as load:
            sent = send(site, signal.SIGHUP)
            site.flip_until(lambda: _replaced(site, load, max(sent, time.monotonic() - 1)))
            site.settle(site.flip())

        assert begun_but_lost(site, load) == []
        assert max(Counter(site.begun()).values()) == 1
        assert site.timeline.complaints(load.answers) == []


def _replaced(site, load, since: float) -> bool:
    now = load.workers(since)
    return len(now) == WORKERS and not now & site.first


def test_sigterm_finishes_what_was_begun_and_refuses_the_rest(server, tmp_path):
    with served(server, tmp_path, WORKERS) as site:
        with site.load() as load:
            site.settle(site.flip())
            amid = site.server.get(f"/alpha?{AMID}{STREAM}", stream=True).iter_content(1)
            first = next(amid)
            sent = send(site, signal.SIGTERM)
            rest = b"".join(amid)
            assert site.server.process.wait(40) == 0

        failed = [a for a in load.answers if a.failure]
        assert set(begun_but_lost(site, load)) == {AMID}  # which is no client of the load's
        assert (first + rest).count(b"\n") == LINES
        assert max(Counter(site.begun()).values()) == 1
        assert [a for a in failed if not (refused(a) or untouched(a))] == []
        assert [a for a in failed if a.end < sent] == []
