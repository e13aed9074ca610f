"""What the workers of a table say of themselves: revision, fault, and what they answered.

Each worker keeps one small file in a folder that belongs to the table. Whoever may read it sees
the live workers, without asking them anything and without a port.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

FOLDER_VARIABLE = "GATEWAY_RUN_DIR"
"""The environment variable that names the folder for the files of all tables."""

_POLL = 0.02


@dataclass(frozen=True, slots=True)
class Count:
    """How many requests were answered alike. `status` is the class of the status: `2xx`."""

    route: str | None
    backend: str
    reason: str
    status: str
    requests: int


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """One worker process; `fault` says why it does not serve the file as it is now, or is None.

    `started` tells two processes apart that had the same pid, one after the other.
    """

    pid: int
    started: str
    revision: str
    fault: str | None
    counts: tuple[Count, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the status as `gateway status --json` prints it."""
        return asdict(self)


def folder_of(table: str) -> Path:
    """Return the folder of a table's workers; whoever names the same path gets the same folder."""
    everywhere = os.environ.get(FOLDER_VARIABLE)
    base = Path(everywhere or f"{tempfile.gettempdir()}/gateway-{os.getuid()}")
    # Not resolved: a table that is a symbolic link keeps its name when the link is swapped.
    name = blake2b(os.path.abspath(table).encode(), digest_size=8).hexdigest()  # noqa: PTH100
    return base / name


def write_status(folder: Path, status: WorkerStatus) -> None:
    """Publish a worker's status; readers see the old one or the new one, never a part."""
    replace_file(_file_of(folder, status.pid), json.dumps(status.as_json()).encode())


def replace_file(file: Path, content: bytes) -> None:
    """Write a file whole, by renaming one of this process over it."""
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    new.write_bytes(content)
    new.replace(file)


def live_workers(table: str) -> list[WorkerStatus]:
    """Return the status of each live worker of a table; forget those that are gone."""
    workers = []
    for file in sorted(folder_of(table).glob("worker-*.json")):
        status = _read(file)
        if status is not None and process_identity(status.pid) == status.started:
            workers.append(status)
        else:
            file.unlink(missing_ok=True)
    return workers


def wait_for(table: str, revision: str, seconds: float) -> list[WorkerStatus]:
    """Wait until every live worker serves a revision; return those that do not in time."""
    deadline = time.monotonic() + seconds
    while True:
        waiting = [worker for worker in live_workers(table) if worker.revision != revision]
        if not waiting or time.monotonic() > deadline:
            return waiting
        time.sleep(_POLL)


def summed(workers: Iterable[WorkerStatus]) -> tuple[Count, ...]:
    """Add up the counts of several workers, most requests first."""
    total: Counter[tuple[str | None, str, str, str]] = Counter()
    for worker in workers:
        for c in worker.counts:
            total[c.route, c.backend, c.reason, c.status] += c.requests
    return tuple(Count(*key, requests) for key, requests in total.most_common())


def process_identity(pid: int) -> str | None:
    """Return what tells a live process from any other that ever had its pid; None if it is gone."""
    try:
        # Fields after the command's name, which may hold anything but ends with ')'.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _without_proc(pid)
    state, start = fields[0], fields[19]
    return None if state in {"Z", "X"} else start


def _without_proc(pid: int) -> str | None:
    if Path("/proc/self").exists():
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return "unknown"


def _file_of(folder: Path, pid: int) -> Path:
    return folder / f"worker-{pid}.json"


def _read(file: Path) -> WorkerStatus | None:
    try:
        value = json.loads(file.read_bytes())
        counts = tuple(Count(**count) for count in value.pop("counts"))
        return WorkerStatus(**value, counts=counts)
    except (OSError, ValueError, TypeError, KeyError):
        return None
