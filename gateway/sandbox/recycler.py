"""Copies of one database that are not in use any more, brought back to be used again."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from gateway.sandbox.restoring import read_contents, restore, save

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gateway.sandbox.restoring import Saved


@dataclass
class Recycler:
    """Gives out names of copies of a database, and takes them back.

    `open` opens a connection to a database by its name, `make` makes a copy and names it, `drop`
    removes one.
    """

    source: str
    open: Callable[[str], Any]
    make: Callable[[], str]
    drop: Callable[[str], None]
    _idle: list[tuple[str, Saved]] = field(default_factory=list, repr=False)

    def take(self) -> tuple[str, Callable[[], None]]:
        """Give the name of a copy as the database is now, and what is to be called in the end."""
        if self._idle:
            contents = self._on(self.source, read_contents)
            while self._idle:
                name, saved = self._idle.pop()
                if saved.contents == contents:
                    return name, partial(self._take_back, name, saved)
                self.drop(name)
        name = self.make()
        saved_now = self._on(name, save)
        return name, partial(self._take_back, name, saved_now)

    def close(self) -> None:
        """Remove the copies that nobody uses."""
        while self._idle:
            self.drop(self._idle.pop()[0])

    def _take_back(self, name: str, saved: Saved | None) -> None:
        is_restored = False
        if saved is not None:
            # Whatever keeps it from being restored (rights, locks) is no reason to fail.
            with suppress(Exception):
                is_restored = self._on(name, partial(restore, saved=saved))
        if saved is not None and is_restored:
            self._idle.append((name, saved))
        else:
            self.drop(name)

    def _on(self, name: str, work: Callable[[Any], Any]) -> Any:
        with closing(self.open(name)) as connection:
            connection.autocommit = True
            return work(connection)
