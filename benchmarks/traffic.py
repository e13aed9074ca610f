"""Sends requests to a server from another process, and tells what came back.

wrk does it where it is installed, else a client in Python. Both count a request as failed that got
no whole answer, or one that is not 2xx; neither tries again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.needs import MissingError, program

_ROOT = Path(__file__).parents[1]
_LUA = """\
local paths = {%s}
local number = 0
function request()
    number = number + 1
    return wrk.format("GET", paths[number %% #paths + 1])
end
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests": %%d, "failed": %%d, "seconds": %%f, "p50": %%f, "p99": %%f}\\n',
        summary.requests, errors.connect + errors.read + errors.write + errors.timeout
        + errors.status, summary.duration / 1e6, latency:percentile(50) / 1e3,
        latency:percentile(99) / 1e3))
end
"""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a stretch of requests met; `p50` and `p99` are milliseconds."""

    requests: int
    failed: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answered requests a second."""
        return self.requests / self.seconds


class Sending:
    """Requests that are on their way; `result` waits for the end."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def result(self) -> Traffic:
        """Wait until all is sent and answered."""
        output, _ = self._process.communicate()
        lines = output.splitlines()
        if self._process.returncode or not lines:
            raise RuntimeError(f"The client of the bench failed:\n{output}")
        return Traffic(**json.loads(lines[-1]))


def client() -> str:
    """Name the client that sends the requests."""
    return "wrk" if _wrk() else "a client in Python"


def drive(port: int, paths: Sequence[str], seconds: float, connections: int = 16) -> Traffic:
    """Send requests for a while and return what they met."""
    with driving(port, paths, seconds, connections) as sending:
        return sending.result()


@contextmanager
def driving(
    port: int, paths: Sequence[str], seconds: float, connections: int = 16
) -> Iterator[Sending]:
    """Send requests while the block runs; the paths take turns."""
    wrk = _wrk()
    with tempfile.TemporaryDirectory() as folder:
        if wrk is None:
            arguments = [str(port), str(seconds), str(connections), *paths]
            command = [sys.executable, "-m", "benchmarks.client", *arguments]
        else:
            script = Path(folder, "script.lua")
            script.write_text(_LUA % ", ".join(f'"{path}"' for path in paths))
            load = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency"]
            command = [wrk, *load, "-s", str(script), f"http://127.0.0.1:{port}"]
        with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield Sending(process)
            finally:
                process.terminate()


def _wrk() -> str | None:
    try:
        return program("wrk", advice="`apt-get install wrk`")
    except MissingError:
        return None
