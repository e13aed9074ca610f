"""The WSGI callable: asks for a decision, calls the backend, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import copy_context
from functools import partial
from typing import Any

from gateway.decision import Decision
from gateway.isolation import is_complete, isolate
from gateway.methods import Headers, WSGICallable, allow_all, routed_methods
from gateway.paths import UnreadablePathError
from gateway.snapshot import Holder, Snapshot

DECISION = "gateway.decision"
"""The key in the WSGI environment under which backends and logs find the Decision."""

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Count = Callable[[tuple[Decision, str]], object]


def make_gateway(holder: Holder, count: Count | None = None) -> WSGICallable:
    """Make one URL space over several applications. A request sees exactly one snapshot.

    The environment reaches the backend as the server made it, but for DECISION. `count` is told
    of each response: the decision and the status line.
    """

    # A closure and not an object: calling it is part of every request.
    def gateway(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        snapshot = holder.current
        try:
            decision = snapshot.decide(environ)
        except UnreadablePathError as error:
            return _bad_request(str(error), environ, start_response)
        environ[DECISION] = decision
        if decision.headers or decision.shared or observing:
            start_response = partial(_start, start_response, decision, snapshot, environ, count)
        context = copy_context()
        body: Iterable[bytes] = context.run(decision.application, environ, start_response)
        if is_complete(body) or type(body) is environ.get("wsgi.file_wrapper"):
            return body
        return isolate(context, body)

    observing = count is not None
    return gateway


def _start(  # noqa: PLR0913, PLR0917 - what a closure would hold, at less than its cost
    start_response: StartResponse,
    decision: Decision,
    snapshot: Snapshot,
    environ: Environ,
    count: Count | None,
    status: str,
    headers: Headers,
    exc_info: Any = None,
) -> Any:
    if count is not None:
        count((decision, status))
    if "405" in status and decision.shared:
        headers = _with_all_methods(status, headers, decision, snapshot, environ)
    return start_response(status, headers + decision.headers, exc_info)


def _with_all_methods(
    status: str, headers: Headers, decision: Decision, snapshot: Snapshot, environ: Environ
) -> Headers:
    """Return the headers of a 405 with the methods that other backends answer at this URL."""
    if not status.startswith("405"):
        return headers
    routed = routed_methods(snapshot.decide, environ)
    return allow_all(headers, routed, decision.backend, environ)


def _bad_request(message: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    body = f"400 Bad Request. {message}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
    ]
    start_response("400 Bad Request", headers)
    # Not every server takes the body off an answer to HEAD.
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def decision_of(environ: Environ) -> Decision | None:
    """Return the decision on a request, or None if its path could not be read."""
    return environ.get(DECISION)
