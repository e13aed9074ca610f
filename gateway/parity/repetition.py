"""Both sides once more, with clock, seed and order disturbed, to find what varies by itself.

That happens only where a difference would be reported, so a comparison that finds nothing costs
nothing more. All calls of the test are repeated from the same state, each with the tokens that
the repetition was given in place of the first run's.
"""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import time_machine

from gateway.parity.client import Client
from gateway.parity.noise import SHIFT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gateway.parity.canonical import Tree
    from gateway.parity.compare import Observation
    from gateway.parity.exchange import Request
    from gateway.parity.side import Side


class Repetition:
    """One side once more: sends what the first run sent, with the tokens of its own."""

    def __init__(self, side: Side, base_url: str) -> None:
        self._side = side
        self._base_url = base_url
        self._own: dict[str, str] = {}

    def send(self, request: Request, seen: Observation) -> Observation:
        """Repeat a request, and learn from the answer which tokens stand for the first run's."""
        # The request carries its cookies already, so it needs no jar.
        exchange, again = self._side.perform(
            Client(self._side.app, self._base_url), self._with_own(request)
        )
        del exchange
        self._learn(seen, again)
        return again

    def _learn(self, seen: Observation, again: Observation) -> None:
        theirs = {cookie.identity: cookie.value for cookie in again.answer.cookies}
        for cookie in seen.answer.cookies:
            self._own[cookie.value] = theirs.get(cookie.identity, cookie.value)
        self._own.update(_texts_that_differ(seen.answer.body.value, again.answer.body.value))
        headers = seen.answer.headers, again.answer.headers
        self._own.update(_texts_that_differ(*map(dict, headers)))

    def _with_own(self, request: Request) -> Request:
        return replace(
            request,
            path=self._in(request.path, quote),
            query=self._in(request.query, quote_plus),
            headers=tuple((name, self._in(value)) for name, value in request.headers),
            body=self._in(self._in(request.body.decode("latin-1")), quote_plus).encode("latin-1"),
        )

    def _in(self, text: str, spell: Callable[[str], str] = str) -> str:
        for first in sorted(self._own, key=len, reverse=True):
            if len(first) > 3 and spell(first) in text:
                text = text.replace(spell(first), spell(self._own[first]))
        return text


def _texts_that_differ(before: Tree, after: Tree) -> Iterator[tuple[str, str]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in before.keys() & after.keys():
            yield from _texts_that_differ(before[name], after[name])
    elif isinstance(before, list) and isinstance(after, list):
        for one, other in zip(before, after, strict=False):
            yield from _texts_that_differ(one, other)
    elif isinstance(before, str) and isinstance(after, str) and before != after:
        yield before, after


@contextmanager
def disturbed(moment: float) -> Iterator[None]:
    """Let the clock show a later time than it did at a moment, and chance be another."""
    kept = random.getstate()
    random.seed()
    try:
        with time_machine.travel(moment + SHIFT.total_seconds(), tick=False):
            yield
    finally:
        random.setstate(kept)


@dataclass(frozen=True)
class FirstTime:
    """A call of the first run: when, what either side was sent, and what it did."""

    requests: tuple[Request, Request]
    seen: tuple[Observation, Observation]
    moment: float = field(default_factory=time.time)


class Again:
    """Both sides once more; they follow the first run when they are asked about it."""

    def __init__(self, sides: Callable[[], tuple[Side, Side]], base_url: str) -> None:
        self._sides = sides
        self._base_url = base_url
        self._waiting: list[FirstTime] = []
        self._runs: list[Repetition] | None = None
        self._lost = False

    def follow(self, sent: FirstTime) -> None:
        """Remember a call that may have to be repeated."""
        self._waiting.append(sent)

    def observed(self) -> tuple[Observation, Observation] | None:
        """Repeat all that waits, and give what both sides did the last time.

        None where control answered with another status than before: then it is the state that
        differs, and not chance, for instance since the test itself changed it.
        """
        if self._runs is None:
            self._runs = [Repetition(side, self._base_url) for side in self._sides()]
        again = None
        for sent in self._waiting:
            with disturbed(sent.moment):
                again = tuple(map(Repetition.send, self._runs, sent.requests, sent.seen))
            self._lost |= again[0].answer.status != sent.seen[0].answer.status
        self._waiting.clear()
        return None if self._lost or again is None else (again[0], again[1])
