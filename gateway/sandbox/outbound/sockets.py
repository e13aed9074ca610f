"""Connections that were open before: what is sent on them, and lent from other pools."""

from __future__ import annotations

import socket
import ssl
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from gateway.sandbox.outbound.gates import gate
from gateway.sandbox.outbound.guard import is_by_itself

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.pool import Pool

    from gateway.sandbox.outbound.watch import Watch


def install() -> None:
    """Watch what Python sends on open sockets, and what SQLAlchemy lends from other engines."""
    for name in ("send", "sendall", "sendfile"):
        gate(socket.socket, name, _send, only_recording=False)
    for name in ("send", "sendall", "write"):
        gate(ssl.SSLSocket, name, _send, only_recording=False)
    if find_spec("sqlalchemy") is not None:
        from sqlalchemy.pool import Pool, SingletonThreadPool  # noqa: PLC0415  # only if installed

        for pool in (Pool, SingletonThreadPool):
            gate(pool, "connect", _connect, only_recording=False)


def _send(watch: Watch, original: Callable[..., Any], sock: socket.socket, *arguments: Any) -> Any:
    passes = "network" in watch.passing or is_by_itself("network")
    if passes or _is_of_this_process(sock):
        return original(sock, *arguments)
    raise watch.stop("network", f"{_peer(sock)} is sent data on an open connection")


def _is_of_this_process(sock: socket.socket) -> bool:
    """Tell whether it is one of a pair, such as an event loop wakes itself with."""
    family = getattr(socket, "AF_UNIX", None)
    return sock.family == family and not sock.getsockname() and not _peer(sock)


def _peer(sock: socket.socket) -> Any:
    try:
        return sock.getpeername()
    except OSError:
        return "a socket"


def _connect(watch: Watch, original: Callable[..., Any], pool: Pool) -> Any:
    if "database" in watch.passing:
        return original(pool)
    raise watch.stop(
        "database",
        f"a connection is taken from a {type(pool).__name__} that is not the sandbox's; make its"
        " engine with gateway.sandbox.create_engine and give it to sandbox(), too",
    )
