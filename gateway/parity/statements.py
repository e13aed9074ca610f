"""How many SQL statements a request ran, and which."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from gateway.parity.difference import Difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import sqlalchemy as sa

_counted: ContextVar[Counter[str] | None] = ContextVar("gateway_statements", default=None)


class Statements:
    """Counts what is run through some engines while a request is sent.

    A statement with several rows of parameters counts once, as it is one round trip; what the
    driver adds (BEGIN, COMMIT) does not count.
    """

    def __init__(self, engines: Iterable[sa.Engine]) -> None:
        self._ran: Counter[str] = Counter()
        for engine in engines:
            _listen(engine)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count afresh what this context and its copies run, until the block ends."""
        self._ran = Counter()
        token = _counted.set(self._ran)
        try:
            yield
        finally:
            _counted.reset(token)

    def ran(self) -> Counter[str]:
        """Give how often each statement was run in the last block."""
        return self._ran


def _listen(engine: sa.Engine) -> None:
    from sqlalchemy import event  # noqa: PLC0415  # only with a database

    if not event.contains(engine, "before_cursor_execute", _count):
        event.listen(engine, "before_cursor_execute", _count)


def _count(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
    counter = _counted.get()
    if counter is not None:
        counter[statement] += 1


def too_many(
    control: Counter[str] | None, candidate: Counter[str] | None, limit: int | None
) -> tuple[Difference, ...]:
    """Give the difference if candidate ran more statements than a test allows."""
    if limit is None or candidate is None or candidate.total() <= limit:
        return ()
    [(statement, times)] = candidate.most_common(1)
    note = f"at most {limit} were to be run; {times} times: {' '.join(statement.split())}"
    ours = control.total() if control is not None else None
    return (Difference("queries", "statements", ours, candidate.total(), note),)
