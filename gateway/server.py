"""A production server, configured for the gateway: worker processes, threads, a clean stop.

The parent process imports no application: each worker makes its own gateway from the table, and
follows the table's edits by itself. What can be found wrong before there are workers is found by
`restarts`, so that a person sees one message and not one a worker.
"""

from __future__ import annotations

import errno
import gc
import logging
import multiprocessing
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway import TABLE_VARIABLE, create_gateway
from gateway.access import access_log
from gateway.methods import WSGICallable
from gateway.publisher import SESSION_VARIABLE, forget_last_good
from gateway.restarts import may_restart
from gateway.workers import folder_of, process_identity

ACCESS_VARIABLE = "GATEWAY_ACCESS_LOG"
GRACE = 30
"""Seconds that running requests have to finish after SIGTERM."""


class ServerError(RuntimeError):
    """The server can't start; the message is a full sentence."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What `gateway serve` was asked for."""

    table: str
    address: Address
    workers: int
    threads: int
    access: bool


def worker() -> WSGICallable:
    """Make the application of one worker process: the gateway, its log and its access log."""
    _log_to(sys.stderr, logging.getLogger("gateway"))
    application: WSGICallable = create_gateway()
    # What is loaded now stays: without it, the collector's passes after a reload are short.
    gc.freeze()
    if os.environ.get(ACCESS_VARIABLE) == "1":
        _log_to(sys.stdout, logging.getLogger("gateway.access"))
        application = access_log(application)
    return application


def _log_to(stream: Any, log: logging.Logger) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        logging.Formatter("%(asctime)s [%(process)d] %(message)s", "%Y-%m-%dT%H:%M:%S%z")
    )
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False


def check_address(address: Address) -> None:
    """Raise ServerError if the address can't be listened on."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        raise ServerError(_cannot_listen(address, error)) from error


def _cannot_listen(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {address.port} on {address.host} is in use. Stop what listens there, or choose"
            " another one with --bind."
        )
    return f"The gateway can't listen on {address}: {error.strerror}. Choose another --bind."


def serve_granian(settings: ServerSettings) -> None:
    """Serve with Granian until a signal ends it."""
    from granian.constants import Interfaces  # noqa: PLC0415 - only what serves is imported
    from granian.log import LogLevels  # noqa: PLC0415

    _granian()(
        "gateway.server:worker",
        factory=True,
        address=settings.address.host,
        port=settings.address.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
        log_access=False,
        log_level=LogLevels.error,
    ).serve()


def _granian() -> Any:
    if sys.platform != "linux":
        from granian import Granian  # noqa: PLC0415

        return Granian
    from gateway.listening import LastingGranian  # noqa: PLC0415

    # Workers inherit their sockets. Nothing of an application is in this process, and no thread.
    multiprocessing.set_start_method("fork", force=True)
    return LastingGranian


def serve_gunicorn(settings: ServerSettings) -> None:
    """Serve with gunicorn's threaded workers until a signal ends it."""
    try:
        from gunicorn.app.base import BaseApplication  # noqa: PLC0415 - an optional dependency
        from gunicorn.arbiter import Arbiter  # noqa: PLC0415
    except ImportError as error:
        raise ServerError(
            "gunicorn is not installed. Install strangler-gateway[gunicorn], or serve with"
            " --server granian."
        ) from error

    options = {
        "bind": str(settings.address),
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": "gthread",
        "graceful_timeout": GRACE,
        "loglevel": "warning",
    }

    class _Application(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for key, value in options.items():
                self.cfg.set(key, value)

        def load(self) -> WSGICallable:
            return worker()

    class _Arbiter(Arbiter):  # type: ignore[misc]
        def handle_hup(self) -> None:
            if may_restart(settings.table):
                super().handle_hup()

    _Arbiter(_Application()).run()


SERVERS: dict[str, Callable[[ServerSettings], None]] = {
    "granian": serve_granian,
    "gunicorn": serve_gunicorn,
}


def run(server: str, settings: ServerSettings) -> None:
    """Serve a table until a signal ends it; the settings reach the workers by environment."""
    os.environ[TABLE_VARIABLE] = settings.table
    os.environ[ACCESS_VARIABLE] = "1" if settings.access else "0"
    _log_to(sys.stderr, logging.getLogger("gateway"))
    os.environ[SESSION_VARIABLE] = f"{os.getpid()}-{process_identity(os.getpid())}"
    try:
        SERVERS[server](settings)
    finally:
        forget_last_good(folder_of(settings.table))
