"""Which tables were current when, and what an answer must therefore not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

FOREVER = float("inf")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was written, at a moment of the monotonic clock."""

    revision: str
    backends: Mapping[str, str]
    written: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request; `failure` says what went wrong, if something did.

    `before` is the worker that answered the connection's last request, 0 for a new connection.
    """

    identity: str
    route: str
    start: float
    end: float
    failure: str = ""
    backend: str = ""
    revision: str = ""
    worker: int = 0
    before: int = 0


@dataclass
class Timeline:
    """The tables in the order of their writing, and when each was gone from every worker."""

    tables: dict[str, Table] = field(default_factory=dict)
    _gone: dict[str, float] = field(default_factory=dict)

    def add(self, table: Table) -> None:
        """Note a table, just before a worker can see it."""
        self.tables[table.revision] = table

    def acknowledge(self, revision: str, now: float) -> None:
        """Note that every worker was seen to serve this table: those before it are gone."""
        for earlier in self.tables:
            if earlier == revision:
                return
            self._gone.setdefault(earlier, now)

    def complaint(self, answer: Answer) -> str:
        """Return what is wrong with an answer, or nothing.

        It must come from the backend that its own table names, and this table must have been
        current in some worker at some moment of the request.
        """
        if answer.failure:
            return f"{answer} failed"
        table = self.tables.get(answer.revision)
        if table is None:
            return f"{answer} names a revision that no table had"
        if table.backends[answer.route] != answer.backend:
            return f"{answer} comes from another backend than its table's"
        if answer.end < table.written:
            return f"{answer} names a table that was not yet written"
        if answer.start > self._gone.get(answer.revision, FOREVER):
            return f"{answer} names a table that no worker served any more"
        return ""

    def complaints(self, answers: Iterable[Answer]) -> list[str]:
        """Return what is wrong with any of the answers."""
        return [complaint for answer in answers if (complaint := self.complaint(answer))]
