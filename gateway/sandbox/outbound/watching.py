"""Enters a watch, and sees to it that there is something for it to watch."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from gateway.sandbox.outbound.watch import watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from gateway.sandbox.outbound.watch import Watch


_LIBRARIES = ("urllib3.connection", "httpx")
"""What there is a stand-in for beside the standard library, once somebody has imported it."""


@contextmanager
def watching(watch: Watch) -> Iterator[Watch]:
    """Stop or record what leaves, in this context, until the block ends."""
    if watch.mode == "allow":
        with watched(None):
            yield watch
        return
    _install()
    if watch.records:
        # A library may have been imported since the last time.
        _install_stand_ins(*map(sys.modules.get, _LIBRARIES))
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


@cache
def _install_stand_ins(*_libraries: ModuleType | None) -> None:
    """Install the stand-ins for what is imported."""
    from gateway.sandbox.outbound import descriptors, files, http, mail, processes  # noqa: PLC0415

    for module in (mail, http, files, descriptors, processes):
        module.install_stand_ins()
