"""Who looks at what leaves: stops it, or records it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Literal

from gateway.sandbox.errors import EscapeError
from gateway.sandbox.outbound.effect import HttpAnswer, OutboundEffect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gateway.sandbox.outbound.effect import Kind

    Answer = Callable[[OutboundEffect], HttpAnswer]

Mode = Literal["stop", "record", "allow"]

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
    empty 200.
    """

    def __init__(self, mode: Mode = "stop", answer: Answer | None = None) -> None:
        self.mode = mode
        self.records = mode == "record"
        self.answer = answer or (lambda _effect: HttpAnswer())
        self.effects: list[OutboundEffect] = []
        self.stopped: list[str] = []
        self.files: dict[str, bytes | None] = {}
        """What recorded writing has made of files; None for those that are gone."""
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
        """Record what was begun and not ended."""
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
