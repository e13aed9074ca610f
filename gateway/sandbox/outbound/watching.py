"""Enters a watch, and sees to it that there is something for it to watch."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from gateway.sandbox.outbound.watch import watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.sandbox.outbound.watch import Watch


@contextmanager
def watching(watch: Watch) -> Iterator[Watch]:
    """Stop or record what leaves, in this context, until the block ends."""
    if watch.mode == "allow":
        with watched(None):
            yield watch
        return
    _install()
    if watch.records:
        _install_stand_ins()
    with watched(watch):
        try:
            yield watch
        finally:
            watch.finish()


@cache
def _install() -> None:
    # What is watched over is imported with its module: only where there is a sandbox.
    from gateway.sandbox.outbound import guard, sockets, threads  # noqa: PLC0415

    guard.install()
    sockets.install()
    threads.install()


def _install_stand_ins() -> None:
    """Install the stand-ins; each time, since a library may have been imported meanwhile."""
    from gateway.sandbox.outbound import files, http, mail, processes  # noqa: PLC0415

    for module in (mail, http, files, processes):
        module.install_stand_ins()
