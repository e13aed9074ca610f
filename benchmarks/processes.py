"""Starts the servers that a bench needs, waits until they answer, and ends them with the block."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from gateway import TABLE_VARIABLE
from gateway.workers import FOLDER_VARIABLE

_ROOT = Path(__file__).parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60.0
THREADS = 4
"""Threads of each worker."""


def free_port() -> int:
    """Return a port of this machine's own address that nothing listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def granian(target: str, port: int, workers: int) -> list[str]:
    """Return the command that serves `module:application` (or `module:factory()`) by Granian."""
    factory = ["--factory"] if target.endswith("()") else []
    options = ["--interface", "wsgi", "--workers", str(workers), "--log-level", "error"]
    threads = ["--blocking-threads", str(THREADS), "--port", str(port)]
    command = [sys.executable, "-m", "granian", *factory, *options, *threads]
    return [*command, target.removesuffix("()")]


def gunicorn(target: str, port: int, workers: int) -> list[str]:
    """Return the same for gunicorn, with its default workers: a connection for each request.

    With threaded ones connections stay open and gather by chance on one worker: between two runs
    of the same server the rate doubles, and a comparison tells who was lucky.
    """
    options = ["--workers", str(workers), "--log-level", "error", "--bind", f"127.0.0.1:{port}"]
    return [sys.executable, "-m", "gunicorn", *options, target]


def of_table(file: Path) -> dict[str, str]:
    """Return the environment in which `gateway:create_gateway()` serves a table."""
    return {TABLE_VARIABLE: str(file), FOLDER_VARIABLE: str(file.parent / "workers")}


SERVERS = {"granian": granian, "gunicorn": gunicorn}


@contextmanager
def running(
    command: Sequence[str], port: int, path: str, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Run a server until the block ends; gives its process id, which is its session's too.

    Raises RuntimeError, with what the server said, if it does not answer the path with 200.
    """
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command,
            cwd=_ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            if not _answers(process, port, path):
                log.seek(0)
                raise RuntimeError(f"{command[0]} did not start:\n{log.read()[-3000:]}")
            yield process.pid
        finally:
            _end(process)


def _answers(process: subprocess.Popen[bytes], port: int, path: str) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if asked(port, path)[0] == 200:
            return True
        time.sleep(0.05)  # between two looks
    return False


def asked(port: int, path: str) -> tuple[int | None, bytes]:
    """Ask on a connection of its own; the status is None where no whole answer came."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, HTTPException):
            return None, b""


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(20)
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def cpu_seconds(session: int) -> float:
    """Return the processor time that all living processes of a session have used (Linux)."""
    return sum(map(_ticks, _stats(session))) / _TICKS


def _stats(session: int) -> Iterator[list[str]]:
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name of the program, in parentheses, may hold anything; numbers follow it.
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if int(fields[3]) == session:
            yield fields


def _ticks(fields: list[str]) -> int:
    return int(fields[11]) + int(fields[12])
