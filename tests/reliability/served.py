"""The two applications behind one server, with a table that is flipped while it serves."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from gateway.loader import revision_of
from tests.reliability.applications import JOURNAL
from tests.reliability.load import Load, Pace
from tests.reliability.timeline import Table, Timeline
from tests.serving import Server, serving, until

ROOT = Path(__file__).parents[2]
HERE = "tests.reliability.applications"
ROUTES = ("alpha", "beta", "gamma", "delta")
OTHER = {"legacy": "modern", "modern": "legacy"}
LONGEST_PAUSE = 0.04
STEADY = Pace()
_SERVING = re.compile(r"\[(\d+)\] serving revision (\w+) of ")


def text_of(number: int, backends: dict[str, str]) -> str:
    """Write a table; the number makes it unlike every other one."""
    routes = "".join(f"  {name}: {{path: /{name}, to: {to}}}\n" for name, to in backends.items())
    return (
        f"# {number}\nbackends: {{legacy: '{HERE}:legacy', modern: '{HERE}:modern'}}\n"
        f"default: legacy\nroutes:\n{routes}"
    )


@dataclass
class Served:
    """The server with its first workers, its table's file, and the timeline of all tables."""

    server: Server
    file: Path
    journal: Path
    workers: int
    timeline: Timeline
    backends: dict[str, str]
    first: set[int] = field(default_factory=set)
    chance: random.Random = field(default_factory=lambda: random.Random(3))

    def load(self, pace: Pace = STEADY) -> Load:
        """Make a load of requests to every route."""
        url = urlsplit(self.server.url)
        assert url.hostname is not None
        assert url.port is not None
        return Load((url.hostname, url.port), ROUTES, pace)

    def flip(self) -> str:
        """Give one route to the other backend, and return the new table's revision."""
        return self.write(self.next_flip(), self.backends)

    def next_flip(self) -> str:
        """Return the text of a table that gives one route to the other backend."""
        route = self.chance.choice(ROUTES)
        self.backends = {**self.backends, route: OTHER[self.backends[route]]}
        return text_of(len(self.timeline.tables), self.backends)

    def write(self, text: str, backends: dict[str, str]) -> str:
        """Write a table, by a rename, and return its revision."""
        new = self.file.with_suffix(".new")
        new.write_text(text)
        revision = self.note(text.encode(), backends)
        new.replace(self.file)
        return revision

    def note(self, content: bytes, backends: dict[str, str]) -> str:
        """Put a table into the timeline, just before a worker can see it."""
        revision = revision_of(content)
        self.timeline.add(Table(revision, backends, time.monotonic()))
        return revision

    def pause(self) -> None:
        """Let a moment pass, so that some flips are served and some are overtaken."""
        time.sleep(self.chance.uniform(0, LONGEST_PAUSE))

    def flip_until(self, condition: Callable[[], bool], seconds: float = 30.0) -> None:
        """Flip again and again until a condition comes true."""

        def flipped() -> bool:
            self.flip()
            return condition()

        until(flipped, seconds)

    def settle(self, revision: str, seconds: float = 15.0) -> float:
        """Wait until every worker serves a revision; return how many seconds that took."""
        begun = time.monotonic()
        until(lambda: self.count(revision) == self.workers, seconds, every=0.005)
        now = time.monotonic()
        self.timeline.acknowledge(revision, now)
        return now - begun

    def count(self, revision: str) -> int:
        """Count the live workers whose last acknowledgement is of this revision."""
        last = dict(_SERVING.findall(self.server.stderr.read_text()))
        return sum(last[pid] == revision and lives(int(pid)) for pid in last)

    def all_answered(self) -> bool:
        """Ask a handful of times, each on a new connection; tell if every first worker was met."""
        for _ in range(10 * self.workers):
            self.first.add(int(self.server.get("/alpha?-").text.split()[2]))
        return len(self.first) == self.workers

    def begun(self) -> list[str]:
        """Return the identities of the requests that applications began to answer."""
        return [line for line in self.journal.read_text().split() if line != "-"]


def lives(pid: int) -> bool:
    """Return whether a process runs; one that is dead but not yet buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


@contextmanager
def served(server: str, folder: Path, workers: int = 4) -> Iterator[Served]:
    """Serve the two applications with `gateway serve` until the block ends."""
    backends = dict.fromkeys(ROUTES, "legacy")
    text = text_of(0, backends)
    file, journal = folder / "table.yaml", folder / "journal"
    file.write_text(text)
    first = Table(revision_of(text.encode()), backends, time.monotonic())
    options = ("--server", server, "--workers", str(workers), "--threads", "4", "--no-access-log")
    environment = {JOURNAL: str(journal)}
    with serving(file, *options, cwd=ROOT, environment=environment, ready="/alpha?-") as running:
        timeline = Timeline({first.revision: first})
        site = Served(running, file, journal, workers, timeline, backends)
        until(site.all_answered)
        yield site
