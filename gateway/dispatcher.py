"""The WSGI callable: asks for a decision, calls the backend, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import copy_context
from types import MethodType
from typing import Any

from werkzeug.wsgi import ClosingIterator

from gateway.decision import Decision
from gateway.isolation import isolated
from gateway.methods import Headers, WSGICallable, allow_all, routed_methods
from gateway.paths import UnreadablePathError
from gateway.snapshot import Holder, Snapshot

DECISION = "gateway.decision"
"""The key in the WSGI environment under which backends and logs find the Decision."""

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Request = tuple[StartResponse, Decision, Snapshot, Environ]
Count = Callable[[tuple[Decision, str]], object]


def make_gateway(holder: Holder, count: Count | None = None) -> WSGICallable:
    """Make one URL space over several applications. A request sees exactly one snapshot.

    The environment reaches the backend as the server made it, but for DECISION. `count` is told
    of each response: the decision and the status line.
    """

    # A closure and not an object, and no call where one can be saved: this is part of every
    # request, and `benchmarks/dispatch.py` counts its instructions.
    def gateway(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        snapshot = holder.current
        literal = snapshot.literal  # else the call would look for a method of that name first
        decision = None
        try:
            place = literal(environ["PATH_INFO"])
            if place is not None:
                decision = place[environ["REQUEST_METHOD"]]
        except KeyError:  # a path that is not there, or a method that is in no table
            place = literal(environ.get("PATH_INFO", ""))
        if type(decision) is not Decision:
            try:
                decision = snapshot.search(environ, place)
            except UnreadablePathError as error:
                return _bad_request(str(error), environ, start_response)
        environ[DECISION] = decision
        if counting or not decision.plain:
            # A method of a tuple costs less than a closure, most of all where none is needed.
            request = start_response, decision, snapshot, environ
            start_response = MethodType(start, request)
        context = copy_context()
        body: Iterable[bytes] = context.run(decision.application, environ, start_response)
        if type(body) is ClosingIterator:
            # The body that most responses have, recognised without a call: as `is_complete` does.
            try:
                response: Any = body._callbacks[1].__self__  # type: ignore[attr-defined]  # noqa: SLF001
                if type(response.response) is list and not response._on_close:  # noqa: SLF001
                    return body
            except (AttributeError, IndexError):
                pass
        return isolated(body, context, environ.get("wsgi.file_wrapper"))

    counting = count is not None
    start = _starting(count)
    return gateway


def _starting(count: Count | None) -> Callable[..., Any]:
    """Make the start_response of all requests, which is told first of which one it is."""

    def start(request: Request, status: str, headers: Headers, exc_info: Any = None) -> Any:
        start_response, decision, snapshot, environ = request
        if count is not None:
            count((decision, status))
        if status != "200 OK" and decision.shared and "405" in status:
            headers = _with_all_methods(status, headers, decision, snapshot, environ)
        return start_response(status, headers + decision.headers, exc_info)

    return start


def _with_all_methods(
    status: str, headers: Headers, decision: Decision, snapshot: Snapshot, environ: Environ
) -> Headers:
    """Return the headers of a 405 with the methods that other backends answer at this URL."""
    if not status.startswith("405"):
        return headers
    routed = routed_methods(snapshot.decider.decide, environ)
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
