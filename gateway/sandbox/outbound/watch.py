"""Who looks at what leaves: stops it, or records it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Literal

from gateway.sandbox.errors import EscapeError
from gateway.sandbox.outbound.effect import HttpAnswer, OutboundEffect
from gateway.sandbox.outbound.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from gateway.sandbox.outbound.effect import Kind

    Answer = Callable[[OutboundEffect], HttpAnswer]
    Running = tuple[str, Callable[[float], bool]]
    """A name, and what waits for so many seconds and tells whether it has ended."""

Mode = Literal["stop", "record", "allow"]

LONGEST_WAIT = 10.0
"""How long a watch that waits for threads does so, in seconds."""

_WHAT = {
    "mail": "mail be sent",
    "http": "an HTTP request be sent",
    "file": "files be changed",
    "process": "another process be started or signalled",
    "thread": "a thread be started, which would work outside of it",
    "network": "data be sent over the network",
    "database": "another database be opened",
}
_INSTEAD = "Leave it out, or let it through with sandbox(db, outbound='allow')."
_INSTEAD_RECORD = (
    "Leave it out, have it recorded and answered by a stand-in with sandbox(db, outbound='record'),"
    " or let it through with sandbox(db, outbound='allow')."
)
_RECORDABLE = frozenset({"mail", "http", "file", "process", "thread"})


class Watch:
    """Stops what would leave, or records it and lets a stand-in answer, or lets it pass.

    `answer` is asked for the answer to each recorded HTTP request; without it that is an
    empty 200. What is of the kinds in `passing` passes. With `waits`, threads are neither stopped
    nor recorded: they run under the same watch, and `finish` waits for them.
    """

    def __init__(
        self,
        mode: Mode = "stop",
        answer: Answer | None = None,
        *,
        passing: Collection[Kind] = (),
        waits: bool = False,
    ) -> None:
        self.mode = mode
        self.records = mode == "record"
        self.passing = frozenset(passing)
        self.waits = waits
        self.answer = answer or (lambda _effect: HttpAnswer())
        self.effects: list[OutboundEffect] = []
        self.stopped: list[str] = []
        self.overlay = Overlay()
        self.running: list[Running] = []
        self.at_end: list[Callable[[], None]] = []

    def record(
        self,
        kind: Kind,
        destination: str,
        content: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> OutboundEffect:
        """Keep an effect that a stand-in has taken."""
        pairs = tuple(sorted((headers or {}).items()))
        effect = OutboundEffect(kind, destination, content, pairs)
        self.effects.append(effect)
        return effect

    def stop(self, kind: Kind, what: str) -> EscapeError:
        """Give the error for something that may not happen, and remember that it was tried."""
        instead = _INSTEAD if self.records or kind not in _RECORDABLE else _INSTEAD_RECORD
        sentence = f"A sandbox does not let {_WHAT[kind]}: {what}."
        self.stopped.append(sentence)
        return EscapeError(f"{sentence} {instead}")

    def finish(self) -> None:
        """Wait for what runs, and record what was begun and not ended."""
        deadline = time.monotonic() + LONGEST_WAIT
        while self.running:  # what runs may start more
            name, wait = self.running.pop()
            if not wait(max(0.0, deadline - time.monotonic())):
                self.stopped.append(f"{name} still runs in a thread after {LONGEST_WAIT:.0f} s.")
        for complete in self.at_end:
            complete()
        self.at_end.clear()


_active: ContextVar[Watch | None] = ContextVar("gateway_outbound_watch", default=None)

active_watch = _active.get


@contextmanager
def watched(watch: Watch | None) -> Iterator[None]:
    """Let `watch` see what leaves, in this context, until the block ends; None lets all pass."""
    token = _active.set(watch)
    try:
        yield
    finally:
        _active.reset(token)
