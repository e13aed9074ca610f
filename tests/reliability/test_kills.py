"""Workers that are killed while flips go on."""

import os
import signal
import time
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from tests.reliability.served import lives, served
from tests.serving import until

KILLS = 1
MORE_KILLS = 3


def kill(site, worker: int) -> float:
    """Kill a worker at once; return the moment after which it holds no connection."""
    port = urlsplit(site.server.url).port
    before = listeners(port)
    os.kill(worker, signal.SIGKILL)
    until(lambda: not lives(worker), every=0.001)
    if len(before) > 1:  # each worker has its own, which its parent gives up
        until(lambda: before - listeners(port), every=0.001)
    return time.monotonic()


def listeners(port) -> set[str]:
    """Return the inodes of the sockets that listen on a port."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {line[9] for line in lines if line[3] == "0A" and line[1].endswith(f":{port:04X}")}


def of_killed(answer, worker: int, gone: float) -> bool:
    """Return whether an unanswered request was on a connection of the killed worker."""
    return answer.before == worker or (answer.before == 0 and answer.start <= gone)


def test_a_killed_worker_takes_only_its_own_requests_along(server, tmp_path, length):
    with served(server, tmp_path) as site:
        known = set(site.first)
        for victim in sorted(known)[: KILLS if length == 1 else MORE_KILLS]:
            with site.load() as load:
                site.settle(site.flip())
                newest = len(site.timeline.tables)
                gone = kill(site, victim)
                site.flip_until(partial(others_answer, victim, gone, load, site.workers))
                site.settle(site.flip())

            others = [a for a in load.answers if not (a.failure and of_killed(a, victim, gone))]
            assert site.timeline.complaints(others) == []
            (new,) = load.workers(gone) - known
            assert oldest_table_of(new, site, load) >= newest
            known.add(new)


def others_answer(victim: int, gone: float, load, workers: int) -> bool:
    return len(load.workers(gone) - {victim}) == workers


def oldest_table_of(worker: int, site, load) -> int:
    places = {revision: place for place, revision in enumerate(site.timeline.tables, 1)}
    return min(places[a.revision] for a in load.answers if a.worker == worker)
