"""Threads: a new one, and one that waits for work, would run outside of the sandbox."""

from __future__ import annotations

import contextvars
import functools
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

from gateway.sandbox.outbound.gates import gate

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.sandbox.outbound.watch import Watch

# The threads of pools, to which nothing is submitted unseen, and what shuts such a pool down.
_PYTHONS_OWN = frozenset({"concurrent.futures.thread", "asyncio.base_events"})


def install() -> None:
    """Watch threads that are started, and what is handed to those of a pool."""
    gate(threading.Thread, "start", _start, only_recording=False)
    gate(ThreadPoolExecutor, "submit", _submit, only_recording=False)


def _submit(
    watch: Watch,
    original: Callable[..., Any],
    pool: ThreadPoolExecutor,
    function: Callable[..., Any],
    /,
    *arguments: Any,
    **named: Any,
) -> Any:
    if _stays_inside(function):
        return original(pool, function, *arguments, **named)
    if watch.waits:
        run = contextvars.copy_context().run
        future = original(pool, run, function, *arguments, **named)
        watch.running.append((_name(function), lambda seconds: not wait([future], seconds)[1]))
        return future
    if not watch.records:
        raise watch.stop("thread", f"{_name(function)} is submitted to a pool of threads")
    watch.record("thread", _name(function), _shown(arguments, named))
    done: Future[None] = Future()
    done.set_result(None)
    return done


def _stays_inside(function: Callable[..., Any]) -> bool:
    """Tell whether a function runs in a copy of the present context, as asyncio.to_thread's."""
    if not isinstance(function, functools.partial):
        return False
    return isinstance(getattr(function.func, "__self__", None), contextvars.Context)


def _start(watch: Watch, original: Callable[..., Any], thread: threading.Thread) -> None:
    target = getattr(thread, "_target", None) or type(thread)
    if getattr(target, "__module__", None) in _PYTHONS_OWN:
        original(thread)
        return
    if watch.waits:
        _start_inside(watch, original, thread, target)
        return
    if not watch.records:
        raise watch.stop("thread", f"{_name(target)} is to run in one")
    arguments = getattr(thread, "_args", ()), getattr(thread, "_kwargs", {})
    watch.record("thread", _name(target), _shown(*arguments))
    thread.run = lambda: None  # type: ignore[method-assign]  # it ends at once, and can be joined
    original(thread)


def _start_inside(
    watch: Watch, original: Callable[..., Any], thread: threading.Thread, target: Any
) -> None:
    context, run = contextvars.copy_context(), thread.run
    thread.run = lambda: context.run(run)  # type: ignore[method-assign]
    original(thread)

    def ended(seconds: float) -> bool:
        thread.join(seconds)
        return not thread.is_alive()

    watch.running.append((_name(target), ended))


def _name(function: Any) -> str:
    while isinstance(function, functools.partial):
        function = function.func
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return f"{getattr(function, '__module__', '?')}.{name}"


def _shown(arguments: Any, named: Any) -> bytes:
    parts = [repr(a) for a in arguments] + [f"{name}={value!r}" for name, value in named.items()]
    return ", ".join(parts).encode()
