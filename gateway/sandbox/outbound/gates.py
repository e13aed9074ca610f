"""Replaces functions by ones that ask first whether anybody watches.

What is replaced stays so for the life of the process, since a module may have taken hold of it;
while nobody watches, it costs one look-up a call.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any

from gateway.sandbox.outbound.watch import active_watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.sandbox.outbound.watch import Watch

    StandIn = Callable[..., Any]

_DONE: set[tuple[int, str]] = set()


class _Function:
    """A replaced function of a module; unlike a Python function it does not become a method."""

    def __init__(self, original: Callable[..., Any], call: Callable[..., Any]) -> None:
        functools.update_wrapper(self, original)
        self._call = call

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._call(*arguments, **named)


def gate(owner: Any, name: str, stand_in: StandIn, *, only_recording: bool = True) -> None:
    """Let `stand_in(watch, original, ...)` be called instead while a watch is active.

    With `only_recording` a watch that stops is not asked: the audit hook stops what the
    original does.
    """
    if (id(owner), name) in _DONE or not hasattr(owner, name):
        return
    _DONE.add((id(owner), name))
    original = getattr(owner, name)

    @functools.wraps(original)
    def gated(*arguments: Any, **named: Any) -> Any:
        watch: Watch | None = active_watch()
        if watch is None or (only_recording and not watch.records):
            return original(*arguments, **named)
        return stand_in(watch, original, *arguments, **named)

    replaced = gated if isinstance(owner, type) else _Function(original, gated)
    for able in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        if original in able:  # as libraries ask before they use it so
            able.add(replaced)
    setattr(owner, name, replaced)
