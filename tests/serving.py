"""Starts real servers for tests, and waits for conditions with a deadline."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests


def until(condition: Callable[[], Any], seconds: float = 15.0, every: float = 0.02) -> Any:
    """Return the first true value of a condition; fail when the deadline passes without one."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{condition} did not come true within {seconds} seconds")
        time.sleep(every)  # between two looks, not instead of one
    return value


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A `gateway serve` of this test's own."""

    process: subprocess.Popen[str]
    url: str
    stdout: Path
    stderr: Path

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(self.url + path, timeout=20, **options)

    def log(self) -> str:
        return self.stdout.read_text() + self.stderr.read_text()

    def stop(self, seconds: float = 40.0) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


@contextmanager
def serving(
    table: Path,
    *options: str,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    ready: str = "/",
) -> Iterator[Server]:
    """Serve a table with `gateway serve` until the block ends."""
    command = ["-m", "gateway", "serve", "--table", str(table), "--bind", "127.0.0.1:{port}"]
    with running(
        [*command, *options], table.parent, cwd=cwd, environment=environment, ready=ready
    ) as server:
        yield server


@contextmanager
def running(
    arguments: Sequence[str],
    folder: Path,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    ready: str = "/",
) -> Iterator[Server]:
    """Run a server in Python until the block ends; `{port}` stands for its port, logs are kept."""
    port = free_port()
    stdout, stderr = folder / f"stdout-{port}.log", folder / f"stderr-{port}.log"
    with stdout.open("w") as out, stderr.open("w") as err:
        process = subprocess.Popen(
            [sys.executable, *(argument.replace("{port}", str(port)) for argument in arguments)],
            cwd=cwd or folder,
            env={**os.environ, **(environment or {})},
            stdout=out,
            stderr=err,
            text=True,
            start_new_session=True,
        )
    server = Server(process, f"http://127.0.0.1:{port}", stdout, stderr)
    try:
        until(lambda: _answers(server, ready), seconds=60)
        yield server
    finally:
        if process.poll() is None:
            server.stop()
        _kill_group(process.pid)


def _answers(server: Server, ready: str) -> bool:
    assert server.process.poll() is None, server.log()
    try:
        server.get(ready, allow_redirects=False)
    except requests.ConnectionError:
        return False
    return True


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
