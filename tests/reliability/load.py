"""A steady load of requests over kept connections, with a record of every one."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse

from tests.reliability.applications import LINES, STREAM, digest
from tests.reliability.timeline import Answer

STREAM_EVERY = 10
_identities = itertools.count()


class UnansweredError(ConnectionError):
    """The server closed the connection before any byte of an answer."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a load asks: so many clients, with a pause between two requests of each.

    A client opens another connection after `renew` requests, so that every worker has its share.
    It hesitates before it sends the first request on it, as over a slow network.
    """

    clients: int = 6
    pause: float = 0.01
    renew: int = 25
    hesitate: float = 0.0


class Client:
    """One kept connection. It tries again where a browser does, and only there."""

    def __init__(self, place: tuple[str, int], hesitate: float = 0.0) -> None:
        self._place = place
        self._hesitate = hesitate
        self._connection: HTTPConnection | None = None
        self._worker = 0

    def ask(self, route: str, *, stream: bool = False) -> Answer:
        """Send one request and judge its answer; whatever goes wrong is in the record."""
        identity, before, start = str(next(_identities)), self._worker, time.monotonic()
        try:
            response, body = self._tried(f"/{route}?{identity}{STREAM * stream}")
        except (OSError, HTTPException) as error:
            self.close()
            failure = f"{type(error).__name__}: {error}"
            return Answer(identity, route, start, time.monotonic(), failure, before=before)
        end = time.monotonic()
        if failure := _failure(identity, response, body):
            return Answer(identity, route, start, end, failure, before=before)
        backend, revision, worker, _ = body.partition(b"\n")[0].decode().split()
        if self._connection is not None:
            self._worker = int(worker)
        return Answer(identity, route, start, end, "", backend, revision, int(worker), before)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._worker = None, 0

    def _tried(self, target: str) -> tuple[HTTPResponse, bytes]:
        if self._connection is not None:
            try:
                return self._sent(self._connection, target)
            except UnansweredError:  # a kept connection, closed meanwhile
                self.close()
        self._connection = HTTPConnection(*self._place, timeout=20)
        self._connection.connect()
        time.sleep(self._hesitate)
        return self._sent(self._connection, target)

    def _sent(self, connection: HTTPConnection, target: str) -> tuple[HTTPResponse, bytes]:
        assert connection.sock is not None
        try:
            connection.request("GET", target)
            begun = connection.sock.recv(1, socket.MSG_PEEK)
        except ConnectionError as error:
            raise UnansweredError(str(error)) from error
        if not begun:
            raise UnansweredError("closed")
        response = connection.getresponse()
        body = response.read()
        if connection.sock is None:  # http.client closed it: the server said that it would
            self.close()
        return response, body


def _failure(identity: str, response: HTTPResponse, body: bytes) -> str:
    """Return what is wrong with an answer in itself."""
    if response.status != 200:
        return f"status {response.status}"
    line = body[: body.find(b"\n") + 1]
    if body != line * LINES or response.headers["X-Digest"] != digest(body):
        return f"a body of {len(body)} bytes that is not what the application said"
    backend, _, _, name = line.decode().split()
    if name != identity:
        return f"the answer to request {name}"
    return "" if response.headers["X-Gateway-Backend"] == backend else f"{backend} by another name"


class Load:
    """Clients in threads, until the block ends; `answers` keeps all that was answered."""

    def __init__(self, place: tuple[str, int], routes: Sequence[str], pace: Pace) -> None:
        self.answers: list[Answer] = []
        self._place, self._routes, self._pace = place, routes, pace
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number,)) for number in range(pace.clients)
        ]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def workers(self, since: float) -> set[int]:
        """Return the workers that answered requests which started after a moment."""
        return {a.worker for a in self.answers if a.start > since and not a.failure}

    def _run(self, number: int) -> None:
        with Client(self._place, self._pace.hesitate) as client:
            for count in itertools.count(number):
                if self._stop.wait(self._pace.pause):
                    break
                route = self._routes[count % len(self._routes)]
                self.answers.append(client.ask(route, stream=count % STREAM_EVERY == 0))
                if count % self._pace.renew == 0:
                    client.close()
