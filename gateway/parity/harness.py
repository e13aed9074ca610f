"""The `parity` object: sends each request to both sides and compares what they did.

It works on any two WSGI callables; the pytest plugin only finds them by the routing table.
"""

from __future__ import annotations

import contextvars
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import time_machine

from gateway.parity.accepted import AcceptedDifferences, Operation
from gateway.parity.canonical import canonical
from gateway.parity.client import Client, cookies_of
from gateway.parity.compare import Comparison, Observation, compare, varying
from gateway.parity.cookies import ANY_DOMAIN, SetCookie
from gateway.parity.crashes import alike_crashes
from gateway.parity.difference import KINDS
from gateway.parity.noise import Noise
from gateway.parity.order import unordered_places
from gateway.parity.outbound import Outbound
from gateway.parity.paired import CANDIDATE, CONTROL, Pairs
from gateway.parity.renaming import Renaming
from gateway.parity.repeat import Gateway
from gateway.parity.repetition import Again, FirstTime
from gateway.parity.reply import Reply
from gateway.parity.report import Call, describe
from gateway.parity.sending import Wish
from gateway.parity.statements import Statements, too_many
from gateway.parity.values import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractContextManager
    from datetime import date
    from types import TracebackType
    from typing import Protocol, Unpack
    from wsgiref.types import WSGIApplication

    from gateway.effects import Effect
    from gateway.parity.exchange import Exchange, Request
    from gateway.parity.sending import Options
    from gateway.sandbox.clone import Clone
    from gateway.sandbox.outbound.watch import Answer, Mode

    class StateOfOneSide(Protocol):
        """A private database: what `gateway.sandbox.State` is."""

        @property
        def clones(self) -> Sequence[Clone]:
            """Its parts, each with the engine that it stands in for."""

        def scope(self) -> AbstractContextManager[Any]:
            """Send database connections to it."""

    class Sendable(Protocol):
        """A request before each side's own values are in it: what `sending.Wish` is."""

        def for_side(self, pairs: Pairs, side: int, /) -> Request:
            """Give what one side is to be sent."""

    class Rows(Protocol):
        """Tells what happened to the rows of a private database."""

        def effects(self) -> tuple[Effect, ...]:
            """Give the net effects since the last call."""


START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""When every test begins, unless it is told otherwise."""

BASE_URL = "http://localhost"


class ParityError(Exception):
    """A comparison that means nothing, such as one of an application with itself."""


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


class _Verbs:
    """The methods of HTTP as methods."""

    def request(self, method: str, path: str, **options: Unpack[Options]) -> Reply:
        """Send a request to both sides."""
        raise NotImplementedError

    def get(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send a GET; see `Browser.request`."""
        return self.request("GET", path, **options)

    def head(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send a HEAD; see `Browser.request`."""
        return self.request("HEAD", path, **options)

    def options(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send an OPTIONS; see `Browser.request`."""
        return self.request("OPTIONS", path, **options)

    def post(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send a POST; see `Browser.request`."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send a PUT; see `Browser.request`."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send a PATCH; see `Browser.request`."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Unpack[Options]) -> Reply:
        """Send a DELETE; see `Browser.request`."""
        return self.request("DELETE", path, **options)


class Browser(_Verbs):
    """One person: a cookie jar at each side."""

    def __init__(self, parity: Parity) -> None:
        self._parity = parity
        self.clients = tuple(Client(side.app, parity.base_url) for side in parity.sides)

    def request(self, method: str, path: str, **options: Unpack[Options]) -> Reply:
        """Send one request to both sides, compare, and move the clock on by a second.

        `json` is sent as JSON, a mapping in `data` as a form, text or bytes as they are; `files`
        (name of the field → name of the file and its bytes) make the form a multipart one.
        Paired values are filled in for each side wherever they stand. `max_queries` is how many
        SQL statements candidate may run for this request; `Parity.max_queries` says it for all.
        That both sides crash (answer 500) is a fault unless `crashes` says that they do.
        Differences do not stop the test: they are collected, and fail it at its end.
        """
        wish = Wish(method, path, **options)
        return self._parity.exchange(wish, self.clients, wish.max_queries, crashes=wish.crashes)

    def set_cookie(self, name: str, value: str) -> None:
        """Plant a cookie in both jars, as if both sides had set it for this session."""
        for client in self.clients:
            client.jar.store([SetCookie(name, value, "/", ANY_DOMAIN)], time.time())

    def forget_cookies(self) -> None:
        """Begin again as an unknown person, on both sides."""
        for client in self.clients:
            client.jar.clear()


class Parity(_Verbs):
    """Compares two applications, call by call, from equal states at one frozen time.

    Use it as a context manager: the clock stands still inside.
    """

    def __init__(
        self,
        control: Side,
        candidate: Side,
        *,
        accepted: AcceptedDifferences | None = None,
        start: datetime = START,
        today: date | None = None,
        base_url: str = BASE_URL,
        channels: Collection[str] = KINDS,
    ) -> None:
        # Not "is": a bound method, such as app.wsgi_app, is another object each time.
        if control.app == candidate.app:
            raise ParityError(
                f"Control {control.name!r} and candidate {candidate.name!r} are the same object,"
                " so nothing can differ. Compare two applications."
            )
        self.sides = (control, candidate)
        self.base_url = base_url
        self.gateway = Gateway()
        self.max_queries: int | None = None
        self.again: Again | None = None
        self.calls: list[Call] = []
        self.used: list[str] = []
        self._reported = 0
        self._channels = channels
        self.counts = Counts()
        self._accepted = accepted or AcceptedDifferences()
        self._today = today or datetime.now(UTC).date()
        self._renaming = Renaming()
        self._pairs = Pairs()
        self._travel = time_machine.travel(start, tick=False)
        self._shift: Callable[[float], None] | None = None
        self._browser = Browser(self)

    def __enter__(self) -> Parity:
        self._shift = self._travel.start().shift
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shift = None
        self._travel.stop()

    def request(self, method: str, path: str, **options: Unpack[Options]) -> Reply:
        """Send one request to both sides; see `Browser.request`."""
        return self._browser.request(method, path, **options)

    def browser(self) -> Browser:
        """Give another person's browser at the same two applications and states."""
        return Browser(self)

    @property
    def clients(self) -> tuple[Client, ...]:
        """The two browsers of the person that `request` sends for."""
        return self._browser.clients

    def set_cookie(self, name: str, value: str) -> None:
        """Plant a cookie in both jars; see `Browser.set_cookie`."""
        self._browser.set_cookie(name, value)

    def forget_cookies(self) -> None:
        """Begin again as an unknown person, on both sides."""
        self._browser.forget_cookies()

    def advance(self, seconds: float) -> None:
        """Move the clock of both sides on."""
        if self._shift is None:
            raise ParityError("The clock stands still only inside 'with parity:'. Enter it first.")
        self._shift(seconds)

    def answer_http(self, answer: Answer) -> None:
        """Let a function answer the HTTP requests that both sides send, from now on.

        It is given an `OutboundEffect` and gives an `HttpAnswer` (`gateway.sandbox`). Without it
        the answer is an empty 200.
        """
        for side in self.sides:
            side.outbound.answer(answer)

    @property
    def differences(self) -> int:
        """How many differences there are so far."""
        return sum(len(call.differences) for call in self.calls)

    def exchange(
        self,
        wish: Sendable,
        clients: tuple[Client, ...],
        max_queries: int | None = None,
        *,
        crashes: bool | None = False,
    ) -> Reply:
        """Send a request to both sides, compare, and keep what was found."""
        (ours, seen), (theirs, other) = (
            side.perform(client, wish.for_side(self._pairs, role))
            for role, side, client in zip((CONTROL, CANDIDATE), self.sides, clients, strict=True)
        )
        comparison = self._compare((ours.request, theirs.request), (seen, other))
        self.advance(1)
        requests = ours.request, theirs.request
        statuses = ours.response.status, theirs.response.status
        limit = self.max_queries if max_queries is None else max_queries
        differences = (
            *comparison.differences,
            *alike_crashes(seen.answer, other.answer, expected=crashes),
            *too_many(seen.ran, other.ran, limit),
        )
        counts = _counts(seen, other)
        self.calls.append(Call(len(self.calls) + 1, requests, statuses, differences, counts))
        self.used += comparison.used
        answers = seen.answer, comparison.translated
        return Reply(ours.response, theirs.response, answers, self._pairs)

    def _compare(
        self, requests: tuple[Request, Request], seen: tuple[Observation, Observation]
    ) -> Comparison:
        operation = Operation(requests[0].method, requests[0].path)
        accepted = self._accepted.on(operation, self._today)
        if self.again:
            self.again.follow(FirstTime(requests, seen))
        bound = self._renaming.copy()
        comparison = compare(*seen, self._renaming, accepted, self._channels)
        noise = self._noise(seen) if comparison.differences else None
        if noise is not None:
            self._renaming = bound
            comparison = compare(*seen, bound, accepted, self._channels, noise)
        self.counts.values += comparison.counts.values
        self.counts.by_shape += comparison.counts.by_shape
        return comparison

    def _noise(self, seen: tuple[Observation, Observation]) -> Noise | None:
        again = self.again.observed() if self.again else None
        if again is None:
            return None
        bodies = (seen[0].answer.body.value, again[0].answer.body.value)
        unordered = frozenset(unordered_places(*bodies))
        return Noise(varying(seen[0], again[0]), varying(seen[1], again[1]), unordered)

    def check(self) -> str | None:
        """Report every difference, if there are any since the last report.

        Raises ParityError if nothing was compared.
        """
        if not self.calls:
            raise ParityError(
                "The test has the fixture 'parity' but made no call, so it compared nothing."
                " Send a request with it, or leave the fixture out."
            )
        if self.differences == self._reported:
            return None
        self._reported = self.differences
        return self._report()

    def _report(self) -> str:
        names = self.sides[0].name, self.sides[1].name
        hints = [
            f"{entry.id} was accepted until {entry.expires} and is not any more."
            for entry in self._accepted.expired(self._today)
        ]
        return describe(self.calls, names, self.gateway, hints)


def _counts(control: Observation, candidate: Observation) -> tuple[int, int] | None:
    if control.ran is None or candidate.ran is None:
        return None
    return control.ran.total(), candidate.ran.total()
