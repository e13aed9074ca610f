"""Keeps the file of one worker up to date, off the path of its requests.

A request leaves one entry in a queue; a thread counts them once a second, and at once tells of a
new revision or a fault. The thread also keeps the last good table, so that a worker which starts
while the file is broken serves what its siblings serve.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter, deque
from collections.abc import Callable
from itertools import repeat
from pathlib import Path

from gateway.decision import Decision
from gateway.snapshot import Snapshot
from gateway.workers import Count, WorkerStatus, process_identity, replace_file, write_status

SESSION_VARIABLE = "GATEWAY_SESSION"
"""The environment variable by which workers of one `gateway serve` know each other."""

INTERVAL = 1.0
"""Seconds between two counts."""

# Far more than a worker answers in a second: a bound on memory if the thread is stuck.
_LONGEST_QUEUE = 1_000_000
_AT_A_TIME = 10_000

log = logging.getLogger("gateway")


class Tally:
    """Counts responses. `add` is safe in any thread and takes next to no time."""

    def __init__(self) -> None:
        self._queue: deque[tuple[Decision, str]] = deque(maxlen=_LONGEST_QUEUE)
        self._counts: Counter[tuple[str | None, str, str, str]] = Counter()
        self.add = self._queue.append

    def counts(self) -> tuple[Count, ...]:
        """Return all that was counted up to now. To be called by one thread only."""
        while self._queue:
            # No line of Python for each response, only for each decision and status among them;
            # so many at a time, since other threads stand still meanwhile.
            number = min(len(self._queue), _AT_A_TIME)
            taken = map(deque.popleft, repeat(self._queue, number))
            for (decision, status), requests in Counter(taken).items():
                key = (decision.route, decision.backend, decision.reason, f"{status[:1]}xx")
                self._counts[key] += requests
        return tuple(Count(*key, requests) for key, requests in self._counts.items())


class Publisher:
    """Publishes the state of this process in a folder, from a thread of its own.

    `state` returns the snapshot that serves, and what is wrong with the file as it is, or None.
    """

    def __init__(
        self, folder: Path, tally: Tally, state: Callable[[], tuple[Snapshot, str | None]]
    ) -> None:
        self._folder = folder
        self._tally = tally
        self._state = state
        self._changed = threading.Event()

    def start(self) -> None:
        """Publish from now on, in this process and in those that are forked from it."""
        self._start_thread()
        os.register_at_fork(after_in_child=self._start_thread)

    def publish_soon(self) -> None:
        """Say that the state has changed."""
        self._changed.set()

    def _start_thread(self) -> None:
        threading.Thread(target=self._run, name="gateway-publisher", daemon=True).start()

    def _run(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            while True:
                self._changed.clear()
                self._publish()
                self._changed.wait(INTERVAL)
        except OSError as error:
            log.warning(
                "The status of this worker can't be written to %s (%s). It serves on; 'gateway"
                " status' and 'flip --wait' do not see it.",
                self._folder,
                error.strerror,
            )

    def _publish(self) -> None:
        snapshot, fault = self._state()
        keep_last_good(self._folder, snapshot.content)
        pid, counts = os.getpid(), self._tally.counts()
        started = process_identity(pid) or ""
        status = WorkerStatus(pid, started, snapshot.revision, fault, counts)
        write_status(self._folder, status)


def keep_last_good(folder: Path, content: bytes) -> None:
    """Keep a table's content for workers of the same `gateway serve` that start later."""
    session = os.environ.get(SESSION_VARIABLE)
    if session and last_good(folder) != content:
        replace_file(_last_good_file(folder, session), content)


def last_good(folder: Path) -> bytes | None:
    """Return the content that workers of the same `gateway serve` served last, or None."""
    session = os.environ.get(SESSION_VARIABLE)
    try:
        return _last_good_file(folder, session).read_bytes() if session else None
    except OSError:
        return None


def forget_last_good(folder: Path) -> None:
    """Remove what a `gateway serve` that ends has kept."""
    _last_good_file(folder, os.environ[SESSION_VARIABLE]).unlink(missing_ok=True)


def _last_good_file(folder: Path, session: str) -> Path:
    return folder / f"last-good-{session}.yaml"
