"""Granian with listening sockets that outlive its workers, so that no restart loses a connection.

Granian lets each worker open a socket of its own and close it at its end, whatever the kernel has
put into its queue by then; and of the connections that a worker has, it closes those on which it
has read nothing yet. Here the parent opens one socket a worker. A worker that replaces another one
takes over its socket with its queue, and the kernel hands out a connection only once there is
something to read. What is behind a worker that died is given up: nobody would answer it for as
long as an application takes to start.

What is overridden is no public interface of Granian's; pyproject.toml names the versions.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from granian import Granian, net

from gateway import TABLE_VARIABLE
from gateway.restarts import may_restart

_HOLDER: Any = vars(net)["SocketHolder"]  # its stub tells of older arguments
_DEFER = 5
"""Seconds after which a connection is handed out even though nothing came."""


class LastingGranian(Granian):  # type: ignore[misc, valid-type]
    """A Granian whose workers can be replaced without a loss. For Linux."""

    def _init_shared_socket(self) -> None:
        self._sockets = [self._listener() for _ in range(self.workers)]
        self._starting = 0
        self._sso = None
        os.register_at_fork(after_in_child=self._keep_own_socket)

    def _listener(self) -> socket.socket:
        """Open a socket that gets no connection before its worker listens."""
        family, kind, protocol, _, place = socket.getaddrinfo(
            self.bind_addr, self.bind_port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        opened = socket.socket(family, kind, protocol)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, _DEFER)
        opened.settimeout(0)
        opened.bind(place)
        return opened

    def _keep_own_socket(self) -> None:
        # A copy in another worker would keep the socket of one that died.
        for number, opened in enumerate(self._sockets):
            if number != self._starting:
                opened.close()

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:
        if self._sockets[idx].fileno() < 0:
            self._sockets[idx] = self._listener()
        self._starting = idx
        self._shd = _HOLDER(self._sockets[idx].fileno(), False, self.backlog)  # noqa: FBT003
        worker = super()._spawn_worker(idx, target, callback_loader)
        worker._watcher = partial(self._watch, worker, worker._watcher)  # noqa: SLF001
        return worker

    def _watch(self, worker: Any, go_on: Callable[[], None]) -> None:
        """Wait in a thread until a worker ends; at once, give up what waits for one that died."""
        worker.join()
        if not worker.interrupt_by_parent:
            self._sockets[worker.idx].close()
        go_on()

    def _reload(self, *args: Any) -> None:
        self.reload_signal = False
        self.main_loop_interrupt.clear()
        if may_restart(os.environ[TABLE_VARIABLE]):
            super()._reload(*args)
        if self.interrupt_signal or self.interrupt_children:  # what came meanwhile
            self.main_loop_interrupt.set()

    def _drop_shared_socket(self) -> None:
        for opened in self._sockets:
            opened.close()
