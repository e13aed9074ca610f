"""Notices edits of the table and swaps the snapshot; a bad edit leaves the last good one serving.

A thread asks the file system a few dozen times a second: one `stat` costs microseconds, follows
symbolic links as Kubernetes swaps them, and works where no notifications do. New content counts
once it was read twice alike, so that a file that is still being written is not taken for a
shorter one.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

from gateway.backends import BackendError
from gateway.loader import TableError, read_bytes, revision_of
from gateway.snapshot import Holder, make_snapshot

INTERVAL = 0.03
"""Seconds between two looks at the file."""

# A second write within one tick of the file system's clock may change neither time nor size, so
# a young file is read and not only asked for its signature.
_YOUNG = 2.0

log = logging.getLogger("gateway")

Signature = tuple[int, ...]
_UNSEEN: Signature = ()
Sight = bytes | TableError


class Edits:
    """Tells the edits of one file apart: `next` gives each new content once."""

    def __init__(self, file: str, known: bytes, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._clock = clock
        self._known = self._last = _identity(known)
        self._signature: Signature | None = _UNSEEN

    def next(self) -> Sight | None:
        """Return content (or why there is none) that is new and was seen twice alike."""
        signature = _signature(self._file)
        if signature == self._signature and self._last == self._known:
            return None
        sight = _look(self._file)
        # What can't be read may be readable soon, without a change of its signature.
        again = isinstance(sight, TableError) or self._is_young(signature)
        self._signature = _UNSEEN if again else signature
        identity, before = _identity(sight), self._last
        self._last = identity
        if identity != before or identity == self._known:
            return None
        self._known = identity
        return sight

    def _is_young(self, signature: Signature | None) -> bool:
        return signature is not None and self._clock() - signature[-1] / 1e9 < _YOUNG


class Watcher:
    """Keeps a holder at the newest good content of a file; `fault` says what is wrong, or None.

    `on_change` is called after each new snapshot, and each new fault.
    """

    def __init__(
        self, file: str, holder: Holder, on_change: Callable[[], object] = lambda: None
    ) -> None:
        self.fault: str | None = None
        self._file = file
        self._holder = holder
        self._on_change = on_change
        self._edits = Edits(file, holder.current.content)
        self._stop = threading.Event()

    def start(self) -> None:
        """Watch from a thread, in this process and in those that are forked from it."""
        self._start_thread()
        os.register_at_fork(after_in_child=self._start_thread)

    def stop(self) -> None:
        """Stop watching, within one interval."""
        self._stop.set()

    def poll(self) -> None:
        """Look at the file once, and serve what is new and good."""
        sight = self._edits.next()
        if sight is None:
            return
        before = self._holder.current
        try:
            if isinstance(sight, TableError):
                raise sight
            self._holder.current = make_snapshot(sight, self._file, before)
        except (TableError, BackendError) as error:
            self.fault = str(error)
            log.error(  # noqa: TRY400 - the fault is the user's: its sentences, not our traceback
                "%s can't be served; revision %s keeps serving. Mend the file, it is watched.\n%s",
                self._file,
                before.revision,
                error,
            )
        else:
            self.fault = None
            log.info("serving revision %s of %s", self._holder.current.revision, self._file)
        self._on_change()

    def _start_thread(self) -> None:
        if not self._stop.is_set():
            threading.Thread(target=self._watch, name="gateway-watcher", daemon=True).start()

    def _watch(self) -> None:
        while not self._stop.wait(INTERVAL):
            try:
                self.poll()
            except Exception:
                # The boundary of the thread: whatever happens, the next edit must be noticed.
                log.exception("watching %s failed; the last good table keeps serving", self._file)


def _look(file: str) -> Sight:
    try:
        return read_bytes(file)
    except TableError as error:
        return error


def _identity(sight: Sight) -> str:
    return str(sight) if isinstance(sight, TableError) else revision_of(sight)


def _signature(file: str) -> Signature | None:
    try:
        stat = os.stat(file)  # noqa: PTH116 - on the watcher's path, a few dozen times a second
    except OSError:
        return None
    # The last is the time of any change, of which nobody can set another.
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
