"""Keeps the garbage collector's walks over the whole heap out of the loading of a table.

A large table is many objects at once, of which none is garbage. To CPython that is a reason to walk
over every object of the process, applications included, several times while the table is made, and
all threads stand still meanwhile. Young objects are collected as ever.
"""

from __future__ import annotations

import gc
import os
import threading

_NEVER = 2**31 - 1


class _FullCollections:
    """A context manager; threads may be in it together, and a fork may come in between."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._threshold = 0
        os.register_at_fork(after_in_child=self._forked)

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                young, middle, self._threshold = gc.get_threshold()
                gc.set_threshold(young, middle, _NEVER)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside = max(0, self._inside - 1)
            if self._inside == 0:
                self._restore()

    def _restore(self) -> None:
        young, middle, old = gc.get_threshold()
        if old == _NEVER:  # else somebody else has set it meanwhile
            gc.set_threshold(young, middle, self._threshold)

    def _forked(self) -> None:
        # The threads that were inside are not in the child.
        self._lock = threading.Lock()
        self._inside = 0
        self._restore()


no_full_collections = _FullCollections()
"""`with no_full_collections:` holds them off; the application's own setting comes back after it."""
