"""One side of a comparison: an application with a private state, and what a request does there."""

from __future__ import annotations

import contextvars
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from gateway.parity.canonical import canonical
from gateway.parity.client import cookies_of
from gateway.parity.compare import Observation
from gateway.parity.outbound import Outbound
from gateway.parity.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from typing import Protocol
    from wsgiref.types import WSGIApplication

    from gateway.effects import Effect
    from gateway.parity.client import Client
    from gateway.parity.exchange import Exchange, Request
    from gateway.sandbox.clone import Clone
    from gateway.sandbox.outbound.watch import Mode

    class StateOfOneSide(Protocol):
        """A private database: what `gateway.sandbox.State` is."""

        @property
        def clones(self) -> Sequence[Clone]:
            """Its parts, each with the engine that it stands in for."""

        def scope(self) -> AbstractContextManager[Any]:
            """Send database connections to it."""

    class Rows(Protocol):
        """Tells what happened to the rows of a private database."""

        def effects(self) -> tuple[Effect, ...]:
            """Give the net effects since the last call."""


class Side:
    """One application with its own private state."""

    def __init__(
        self,
        name: str,
        app: WSGIApplication,
        state: StateOfOneSide | None = None,
        rows: Rows | None = None,
        outbound: Mode = "record",
    ) -> None:
        self.name = name
        self.app = app
        self.outbound = Outbound(outbound, has_state=state is not None)
        self._state = state
        self._rows = rows
        self._statements = Statements([clone.engine for clone in state.clones]) if state else None

    def perform(self, client: Client, request: Request) -> tuple[Exchange, Observation]:
        """Send a request, and observe its answer and all that it did beside."""
        if self._rows:
            self._rows.effects()  # of whatever the test itself did since the last call
        # A context of its own, as on a server's thread: nothing that the test holds open, such
        # as an application context, is seen by the application, nor anything that it leaks.
        exchange = contextvars.Context().run(self._send, client, request)
        effects = self._rows.effects() if self._rows else None
        cookies = tuple(cookies_of(exchange.request, exchange.response, time.time()))
        answer = canonical(exchange, cookies, client.base_url)
        ran = self._statements.ran() if self._statements else None
        return exchange, Observation(answer, effects, self.outbound.sent(), ran)

    def _send(self, client: Client, request: Request) -> Exchange:
        with ExitStack() as stack:
            if self._state and self._statements:
                stack.enter_context(self._state.scope())
                stack.enter_context(self._statements.counted())
            stack.enter_context(self.outbound.watched())
            return client.send(request)
