"""The four servers under which the gateway is proved, and requests as they go over the wire."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.serving import Server, running, serving

ROOT = Path(__file__).parents[2]
_BIND = "127.0.0.1:{port}"
_UWSGI = [
    "-c",
    "import pyuwsgi; pyuwsgi.run()",
    f"--http-socket={_BIND}",
    "--master",
    "--threads=4",
]
_UWSGI += ["--lazy-apps", "--die-on-term", "--disable-logging"]

# How each server serves an application, with the settings that `gateway serve` has for its own two.
_COMMANDS = {
    "granian": [
        *("-m", "granian", "--interface=wsgi", "--host=127.0.0.1", "--port={port}"),
        *("--workers=1", "--blocking-threads=4", "--log-level=error", "{application}"),
    ],
    "gunicorn": [
        *("-m", "gunicorn", f"--bind={_BIND}", "--workers=1", "--worker-class=gthread"),
        *("--threads=4", "--log-level=warning", "{application}"),
    ],
    "waitress": ["-m", "waitress", f"--listen={_BIND}", "{application}"],
    "uWSGI": [*_UWSGI, "--wsgi={application}"],
}
_MODULES = {"uWSGI": "pyuwsgi"}
_OWN = ("granian", "gunicorn")
SERVERS = tuple(_COMMANDS)


def need(server: str) -> None:
    """Skip a test whose server is not installed; under CI it fails."""
    module = _MODULES.get(server, server)
    if find_spec(module) is None:
        missing = f"{module} is missing: install the group `dev` (`make setup`)."
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)


@contextmanager
def bare(
    server: str, application: str, folder: Path, environment: dict[str, str] | None = None
) -> Iterator[Server]:
    """Serve `module:attribute` itself, with one worker."""
    need(server)
    command = [argument.replace("{application}", application) for argument in _COMMANDS[server]]
    with running(command, folder, cwd=ROOT, environment=environment) as served:
        yield served


@contextmanager
def behind_gateway(
    server: str, table: Path, environment: dict[str, str] | None = None
) -> Iterator[Server]:
    """Serve a table: by `gateway serve`, or the gateway as a WSGI callable where it can't."""
    if server in _OWN:
        need(server)
        options = ("--server", server, "--workers", "1", "--threads", "4")
        with serving(table, *options, cwd=ROOT, environment=environment) as served:
            yield served
        return
    application = "tests.gateway.callable:gateway"
    given = {**(environment or {}), "GATEWAY_TABLE": str(table)}
    with bare(server, application, table.parent, given) as served:
        yield served


def exchange(served: Server, *request: bytes, seconds: float = 20) -> bytes:
    """Send the parts of a request as they are; return all that comes until the server closes."""
    address = urlsplit(served.url)
    assert address.port is not None
    with socket.create_connection(("127.0.0.1", address.port), timeout=seconds) as connection:
        with suppress(ConnectionError):  # some answer before they were asked to the end
            for part in request:
                connection.sendall(part)
        return b"".join(_received(connection))


def _received(connection: socket.socket) -> Iterator[bytes]:
    with suppress(ConnectionResetError):
        while some := connection.recv(1 << 20):
            yield some


def get(served: Server, target: bytes, method: bytes = b"GET", *headers: bytes) -> bytes:
    """Ask for a target that is written into the request line as it is."""
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: local", b"Connection: close", *headers]
    return exchange(served, b"\r\n".join([*lines, b"", b""]))
