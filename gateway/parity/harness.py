"""The `parity` object: sends each request to both sides and compares what they did.

It works on any two WSGI callables; the pytest plugin only finds them by the routing table.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import time_machine

from gateway.parity.accepted import AcceptedDifferences, Operation
from gateway.parity.browser import Browser, Verbs
from gateway.parity.compare import Comparison, Observation, compare, varying
from gateway.parity.crashes import alike_crashes
from gateway.parity.difference import KINDS
from gateway.parity.noise import Noise
from gateway.parity.order import unordered_places
from gateway.parity.paired import CANDIDATE, CONTROL, Pairs
from gateway.parity.renaming import Renaming
from gateway.parity.repeat import Gateway
from gateway.parity.repetition import Again, FirstTime
from gateway.parity.reply import Reply
from gateway.parity.report import Call, describe
from gateway.parity.side import Side
from gateway.parity.statements import too_many
from gateway.parity.values import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date
    from types import TracebackType
    from typing import Protocol, Unpack

    from gateway.parity.client import Client
    from gateway.parity.exchange import Request
    from gateway.parity.sending import Options
    from gateway.sandbox.outbound.watch import Answer

    class Sendable(Protocol):
        """A request before each side's own values are in it: what `sending.Wish` is."""

        def for_side(self, pairs: Pairs, side: int, /) -> Request:
            """Give what one side is to be sent."""


__all__ = ["BASE_URL", "START", "Browser", "Parity", "ParityError", "Side"]

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""When every test begins, unless it is told otherwise."""

BASE_URL = "http://localhost"


class ParityError(Exception):
    """A comparison that means nothing, such as one of an application with itself."""


class Parity(Verbs):
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
