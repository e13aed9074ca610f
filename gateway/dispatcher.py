"""The WSGI callable: reads the path, asks for a decision, calls the backend, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from gateway.decision import Decision, Headers
from gateway.paths import UnreadablePathError, canonical
from gateway.snapshot import Holder

DECISION = "gateway.decision"
"""The key in the WSGI environment under which backends and logs find the Decision."""

REVISION = "gateway.revision"
"""The key under which they find the revision of the snapshot that this request sees."""

StartResponse = Callable[..., Any]


class Gateway:
    """One URL space over several applications. A request sees exactly one snapshot.

    The environment reaches the backend as the server made it, but for the two keys above.
    """

    def __init__(self, holder: Holder) -> None:
        self.holder = holder

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        snapshot = self.holder.current
        environ[REVISION] = snapshot.revision
        try:
            path = canonical(environ.get("PATH_INFO", ""))
        except UnreadablePathError as error:
            return _bad_request(str(error), start_response)
        decision = snapshot.decider.decide(environ["REQUEST_METHOD"], path, environ)
        environ[DECISION] = decision
        if decision.headers:
            start_response = _adding(decision.headers, start_response)
        return snapshot.applications[decision.backend](environ, start_response)  # type: ignore[no-any-return]


def _adding(added: Headers, start_response: StartResponse) -> StartResponse:
    def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
        if exc_info is None:
            return start_response(status, headers + added)
        return start_response(status, headers + added, exc_info)

    return start


def _bad_request(message: str, start_response: StartResponse) -> Iterable[bytes]:
    body = f"400 Bad Request. {message}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
    ]
    start_response("400 Bad Request", headers)
    return [body]


def decision_of(environ: dict[str, Any]) -> Decision | None:
    """Return the decision on a request, or None if its path could not be read."""
    return environ.get(DECISION)
