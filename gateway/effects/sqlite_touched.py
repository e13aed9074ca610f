"""The rows of a SQLite table that were touched, and what was in them before.

What is kept is the first image of each row, and no log, so work that is rolled back needs no
care: such a row was touched, and is found to be as it was. It does no harm if a row is said to
be touched that is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.effects.sqlite_tables import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gateway.effects.net import Row
    from gateway.effects.sqlite_tables import SqliteTable

Identity = tuple[Any, ...]

_AT_ONCE = 500
"""How many values a query is given; old SQLite takes 999."""


class TouchedRows:
    """The rows of one table that were touched, and what those were that were there before."""

    def __init__(self, table: SqliteTable) -> None:
        self._table = table
        self._width = len(table.identity)
        self._one_row = table.rows_with(1)
        # Mappings are in the order of the first touch.
        self._touched: dict[Identity, None] = {}
        self._old: dict[Identity, Row] = {}

    def touch(self, connection: Any, identity: Identity) -> None:
        """Keep what a row is now, unless it was touched before."""
        if identity in self._touched:
            return
        for row in fetch(connection, self._one_row, identity):
            self._old[identity] = row[self._width :]
        self._touched[identity] = None

    def make(self, identity: Identity) -> None:
        """Keep that there was no such row, unless it was touched before."""
        self._touched.setdefault(identity)

    def take(self, connection: Any, *, keep: bool) -> tuple[Sequence[Row], Sequence[Row]]:
        """Give the rows as they were and as they are, and begin anew.

        With `keep` they stay touched, since somebody may not have committed yet.
        """
        old, now = self._old, dict(self._present(connection))
        self._old = now if keep else {}
        if not keep:
            self._touched = {}
        return list(old.values()), list(now.values())

    def _present(self, connection: Any) -> Iterator[tuple[Identity, Row]]:
        for some in _chunks(list(self._touched), _AT_ONCE // self._width):
            values = tuple(value for identity in some for value in identity)
            for row in fetch(connection, self._table.rows_with(len(some)), values):
                yield row[: self._width], row[self._width :]


def _chunks(identities: Sequence[Identity], size: int) -> Iterator[Sequence[Identity]]:
    for start in range(0, len(identities), size):
        yield identities[start : start + size]
