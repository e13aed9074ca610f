"""One real connection, shared by all that a sandbox hands out for one database.

Each connection in a sandbox is a lease (`sqlitelease`, `psycopglease`), and each transaction
of a lease is a span: a savepoint on the pinned connection, released by the lease's commit and
rolled back by its rollback. The transaction around them all is never committed.

Spans lie in each other in the order in which they began. A span that holds nothing yet makes
room for the next one, so those of several leases get in each other's way only where two have
written and neither has ended. What this can't tell apart, though two real connections would,
is said in `notes`.
"""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING

from gateway.sandbox.errors import EscapeError, SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable

ENDED = (
    "This connection belongs to a sandbox that has ended, and what it wrote is gone. Close the"
    " session or connection that holds it, and take a new one."
)
SEEN = (
    "Two connections had written before either of them ended its transaction. In a sandbox they"
    " see each other's rows, and outside they do not."
)
TAKEN_ALONG = (
    "A connection rolled back while another one had written, and the other's rows went with it."
    " Outside a sandbox they would have stayed."
)


class Span:
    """One transaction of a lease, or as much of it as a savepoint can hold."""

    __slots__ = ("holds_foreign", "is_gone", "is_over", "names", "number", "wrote")

    def __init__(self, number: int) -> None:
        self.number = number
        self.names: list[str] = []
        """The savepoints that the application has opened in it."""
        self.wrote = False
        self.is_over = False
        """Committed, but below a span that still runs."""
        self.is_gone = False
        """Ended, or undone together with a span below it."""
        self.holds_foreign = False
        """Another lease has written in it."""

    @property
    def name(self) -> str:
        """Its savepoint. Names come again, so that a driver's cache of statements knows them."""
        return f"gateway_{self.number}"

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be lost if it began later."""
        return not (self.wrote or self.names or self.is_over)


class Pin:
    """The spans on one real connection."""

    def __init__(self, run: Callable[[list[str]], None]) -> None:
        self._run = run
        self._spans: list[Span] = []
        self.lock = RLock()
        self.notes: list[str] = []
        self.commits = 0
        self.has_ended = False
        self.fault: str | None = None
        """Why the transaction is gone before its time."""

    def check(self) -> None:
        """Refuse to go on after the end."""
        if self.fault is not None:
            raise EscapeError(self.fault)
        if self.has_ended:
            raise SandboxError(ENDED)

    def open(self) -> Span:
        """Begin a span on top of all others."""
        kept = self._below_empty()
        span = Span(self._spans[kept - 1].number + 1 if kept else 1)
        self._cut_off(kept, [*self._released(kept), f"SAVEPOINT {span.name}"])
        self._spans.append(span)
        return span

    def enter(self, span: Span) -> None:
        """Bring a span to the top, as far as that is possible, before a statement in it."""
        if self._spans[-1] is not span and (kept := self._below_empty()) < len(self._spans):
            self._cut_off(kept, self._released(kept))

    def wrote(self, span: Span) -> None:
        """Remember that a span holds rows, and whose it may lie in."""
        span.wrote = True
        if len(self._spans) > 1:
            self._note(SEEN)
        if self._spans[-1] is not span:
            self._spans[-1].holds_foreign = True

    def commit(self, span: Span) -> None:
        """Keep a span's work for whatever lies below it."""
        if span.is_gone:
            return
        if self._spans[-1] is span:
            kept = self._below(len(self._spans) - 1)
            self._cut_off(kept, self._released(kept))
        else:
            span.is_over = True
        self.commits += span.wrote

    def rollback(self, span: Span) -> None:
        """Undo a span's work, and whatever lies above it."""
        if span.is_gone:
            return
        self.cut(span)
        span.wrote = False
        kept = self._below(len(self._spans) - 1)
        self._cut_off(kept, [f"ROLLBACK TO SAVEPOINT {span.name}", *self._released(kept)])

    def cut(self, span: Span) -> None:
        """Forget the spans above one that is rolled back, wholly or to a savepoint in it."""
        if span.holds_foreign:
            self._note(TAKEN_ALONG)
        while self._spans[-1] is not span:
            above = self._spans.pop()
            above.is_gone = True
            if above.wrote:
                self._note(TAKEN_ALONG)

    def end(self) -> None:
        """Let no lease touch the connection any more."""
        self.has_ended = True
        for span in self._spans:
            span.is_gone = True
        self._spans.clear()

    def _below_empty(self) -> int:
        """Count the spans that stay when an empty one on top, as only that can be, makes room."""
        number = len(self._spans)
        return self._below(number - 1) if number and self._spans[-1].is_empty else number

    def _below(self, number: int) -> int:
        """Count the spans that stay when those above a number end, with those that wait for it."""
        while number and self._spans[number - 1].is_over:
            number -= 1
        return number

    def _released(self, kept: int) -> list[str]:
        """Give what ends all spans above a number, keeping their work."""
        ending = self._spans[kept:]
        return [f"RELEASE SAVEPOINT {ending[0].name}"] if ending else []

    def _cut_off(self, kept: int, statements: list[str]) -> None:
        """End the spans above a number, once the database has done so."""
        self._run(statements)
        ended, self._spans[kept:] = self._spans[kept:], []
        for span in ended:
            span.is_gone = True
        if self._spans and any(span.wrote for span in ended):
            self._spans[-1].holds_foreign = True

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def refuse(sql: str, reason: str) -> EscapeError:
    """Say why a statement is not run."""
    shown = " ".join(sql.split())
    shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
    return EscapeError(f"A sandbox does not run {shown!r}. {reason}")
