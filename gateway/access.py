"""The access log: one line a request, with the decision, written when the response starts.

The response itself is not wrapped: a file stays a file and a stream costs nothing more. The time
in the line is therefore the time to the first header, in milliseconds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from gateway.dispatcher import decision_of
from gateway.methods import WSGICallable

log = logging.getLogger("gateway.access")


def access_log(
    application: WSGICallable, clock: Callable[[], float] = time.perf_counter
) -> WSGICallable:
    """Wrap a gateway so that each of its requests is logged to `gateway.access`."""

    def logged(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun = clock()

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            _write(environ, status[:3], clock() - begun)
            return start_response(status, headers, *exc_info)

        try:
            return application(environ, start)
        except BaseException:
            _write(environ, "500", clock() - begun)
            raise

    return logged


def _write(environ: dict[str, Any], status: str, seconds: float) -> None:
    decision = decision_of(environ)
    log.info(
        '%s "%s %s %s" %s route=%s backend=%s reason=%s revision=%s %.1fms',
        environ.get("REMOTE_ADDR", "-"),
        environ["REQUEST_METHOD"],
        _target(environ),
        environ.get("SERVER_PROTOCOL", "-"),
        status,
        (decision and decision.route) or "-",
        decision.backend if decision else "-",
        decision.reason if decision else "unreadable",
        decision.revision if decision else "-",
        seconds * 1000,
    )


def _target(environ: dict[str, Any]) -> str:
    """Return path and query with whatever could forge a log line written as an escape."""
    query = environ.get("QUERY_STRING")
    target: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    target += f"?{query}" if query else ""
    return target.encode("unicode_escape").decode("ascii").replace('"', "%22").replace(" ", "%20")
