"""Records net effects on one database by two methods: small tables are read whole before and
after, and triggers say which rows of the large ones were touched.

Both are complete, for what they watch are the rows and not the statements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from gateway.effects.net import Content, Effect, Table, altered, net_effects

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from gateway.effects.net import Image

LARGE = 500
"""A table with more rows than this is watched by triggers."""


T = TypeVar("T", bound=Table)


class Source(Protocol[T]):
    """What a kind of database must offer."""

    def version(self) -> object:
        """Give a value that is another one if anything was committed since; cheap."""

    def tables(self) -> Mapping[str, T]:
        """Give every table that an application can have written, by name."""

    def larger_than(self, rows: int, tables: Collection[T]) -> frozenset[str]:
        """Give the names of the tables with more rows than that which can be watched."""

    def read(self, tables: Collection[T]) -> Mapping[str, Sequence[Image]]:
        """Give all rows of some tables, by name."""

    def watch(self, tables: Collection[T]) -> None:
        """From now on watch these tables and no others."""

    def touched(self) -> Mapping[str, tuple[Sequence[Image], Sequence[Image]]]:
        """Give the touched rows of watched tables since the last call, as they were and are.

        Rows that are equal in both may be among them.
        """

    def close(self) -> None:
        """Stop watching, and give back what is held."""


class Recorder(Generic[T]):
    """Tells the net effects of whatever happens to one database."""

    def __init__(self, source: Source[T], large: int = LARGE) -> None:
        self._source = source
        self._large = large
        self._version = source.version()
        self._arrange(source.tables())

    def effects(self) -> tuple[Effect, ...]:
        """Give the net effects of what was committed since the last call, or since the start.

        Tables come by name, the rows of a table in their order.
        """
        version = self._source.version()
        if version == self._version:
            return ()
        self._version = version
        tables = self._source.tables()
        found = tuple(self._since(tables))
        if tables != self._tables:
            self._arrange(tables)
        return found

    def close(self) -> None:
        """Stop watching, and give back what is held."""
        self._source.close()

    def _arrange(self, tables: Mapping[str, T]) -> None:
        """Choose a method for each table, and start with it."""
        self._watched = self._source.larger_than(self._large, tables.values())
        self._source.watch([tables[name] for name in sorted(self._watched)])
        # Once more if there are triggers: they are part of a definition.
        self._tables = self._source.tables() if self._watched else tables
        self._images = self._source.read(self._small(self._tables))

    def _small(self, tables: Mapping[str, T]) -> list[T]:
        return [table for name, table in tables.items() if name not in self._watched]

    def _since(self, tables: Mapping[str, T]) -> Iterator[Effect]:
        before, self._images = self._images, self._source.read(self._small(tables))
        touched = self._source.touched() if self._watched else {}
        for name in sorted(self._tables.keys() | tables.keys()):
            old, new = self._tables.get(name), tables.get(name)
            if name not in self._watched:
                was, now = before.get(name, ()), self._images.get(name, ())
            elif old is None or new is None or old.version != new.version:
                yield altered(name, new)
                continue
            else:
                was, now = touched.get(name, ((), ()))
            if was != now or old is not new:
                yield from net_effects(Content(old, was), Content(new, now))
