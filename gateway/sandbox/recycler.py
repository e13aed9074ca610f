"""Copies of one database that are not in use any more, brought back to be used again."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from gateway.sandbox.restoring import read_contents, restore, save

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gateway.sandbox.restoring import Saved


@dataclass
class Recycler:
    """Gives out names of copies of a database, and takes them back.

    `open` opens a connection to a database by its name, `make` makes a copy and names it, `drop`
    removes one. One connection to each database stays open: the server knows by it what was asked
    before, where on a new one everything takes several times as long.
    """

    source: str
    open: Callable[[str], Any]
    make: Callable[[], str]
    drop: Callable[[str], None]
    _idle: list[tuple[str, Saved]] = field(default_factory=list, repr=False)
    _connections: dict[str, Any] = field(default_factory=dict, repr=False)
    _is_closed: bool = False

    def take(self) -> tuple[str, Callable[[], None]]:
        """Give the name of a copy as the database is now, and what is to be called in the end."""
        if self._idle:
            contents = self._on(self.source, read_contents)
            while self._idle:
                name, saved = self._idle.pop()
                if saved.contents == contents:
                    return name, partial(self._take_back, name, saved)
                self._remove(name)
        self.let_go(self.source)
        name = self.make()
        saved_now = self._on(name, save)
        return name, partial(self._take_back, name, saved_now)

    @contextmanager
    def lend(self, name: str) -> Iterator[Any]:
        """Lend the open connection to a copy; what is set on it meanwhile does not stay."""
        try:
            yield self._connection_to(name)
        finally:
            with suppress(Exception):
                self._on(name, lambda connection: connection.execute("RESET ALL"))

    def let_go(self, name: str) -> None:
        """Close the connection to a database: only then can another one copy it."""
        if (connection := self._connections.pop(name, None)) is not None:
            connection.close()

    def close(self) -> None:
        """Remove the copies that nobody uses, and from now on those that are given back."""
        self._is_closed = True
        while self._idle:
            self._remove(self._idle.pop()[0])
        for name in list(self._connections):
            self.let_go(name)

    def _take_back(self, name: str, saved: Saved | None) -> None:
        is_restored = False
        if saved is not None and not self._is_closed:
            # Whatever keeps it from being restored (rights, locks) is no reason to fail.
            with suppress(Exception):
                is_restored = self._on(name, partial(restore, saved=saved))
        if saved is not None and is_restored:
            self._idle.append((name, saved))
        else:
            self._remove(name)

    def _remove(self, name: str) -> None:
        self.let_go(name)
        self.drop(name)

    def _on(self, name: str, work: Callable[[Any], Any]) -> Any:
        try:
            return work(self._connection_to(name))
        except BaseException:
            self.let_go(name)  # it may be broken
            raise

    def _connection_to(self, name: str) -> Any:
        if name not in self._connections:
            self._connections[name] = self.open(name)
            self._connections[name].autocommit = True
        return self._connections[name]
