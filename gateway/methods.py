"""One URL whose methods several backends answer: what OPTIONS and 405 say of it.

Each backend knows only its own methods. The gateway answers with the union of what the backends
allow, as far as the table sends them those methods (RFC 9110 §9.3.7, §15.5.6). A view's own
answer to OPTIONS is passed on as it is, and a CORS preflight goes where the request that it
announces would go.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from gateway.paths import UnreadablePathError
from gateway.table import METHODS

WSGICallable = Callable[..., Iterable[bytes]]
Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Routed = dict[WSGICallable, set[str]]
"""Each backend's application, with the methods of one URL that the table sends to it."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """A backend's whole answer to OPTIONS."""

    status: str
    headers: Headers
    body: bytes

    @property
    def allowed(self) -> set[str]:
        values = [value for name, value in self.headers if name.lower() == "allow"]
        return {method.strip() for value in values for method in value.split(",")} - {""}

    @property
    def automatic(self) -> bool:
        """Tell a framework's own answer, or a refusal, from a view's."""
        refused = self.status[:1] in {"4", "5"}
        return refused or (bool(self.allowed) and not self.body)


def preflight_method(environ: Environ) -> str | None:
    """Return the method that a CORS preflight announces, or None if a request is none."""
    if "HTTP_ORIGIN" not in environ:
        return None
    return environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")


def answer_options(routed: Routed) -> WSGICallable:
    """Make the application that answers OPTIONS for a URL which several backends answer."""

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        answers = {backend: _ask(backend, environ) for backend in routed}
        own = [answer for answer in answers.values() if not answer.automatic]
        answer = own[0] if own else next(iter(answers.values()))
        headers = answer.headers if own else with_allow(answer.headers, _union(routed, answers))
        start_response(answer.status, headers)
        return [answer.body]

    return application


def allowed_by_others(routed: Routed, environ: Environ, asked: WSGICallable | None) -> set[str]:
    """Return the methods that the backends other than the one that was asked allow."""
    others = {backend: methods for backend, methods in routed.items() if backend is not asked}
    return _union(others, {backend: _ask(backend, environ) for backend in others})


def routed_methods(decide: Callable[[Environ], Any], environ: Environ) -> Routed:
    """Find out which backend the table gives each method of a request's URL."""
    routed: Routed = {}
    for method in METHODS:
        if method == "OPTIONS":
            continue
        with suppress(UnreadablePathError):  # the method of another route than this path's
            decision = decide({**environ, "REQUEST_METHOD": method})
            routed.setdefault(decision.application, set()).add(method)
    return routed


def with_allow(headers: Headers, methods: set[str]) -> Headers:
    """Return headers that allow these methods, and OPTIONS."""
    others = [(name, value) for name, value in headers if name.lower() != "allow"]
    return [*others, ("Allow", ", ".join(sorted(methods | {"OPTIONS"})))]


def _union(routed: Routed, answers: dict[WSGICallable, _Answer]) -> set[str]:
    return {m for backend, methods in routed.items() for m in answers[backend].allowed & methods}


def _ask(backend: WSGICallable, environ: Environ) -> _Answer:
    """Send OPTIONS to a backend, without a body, in a context of its own."""
    started: list[Any] = ["500 Internal Server Error", []]

    written: list[bytes] = []

    def start_response(status: str, headers: Headers, *_exc_info: Any) -> Any:
        started[:] = status, headers
        return written.append

    asked = {**environ, "REQUEST_METHOD": "OPTIONS", "wsgi.input": io.BytesIO()}
    asked.update(CONTENT_LENGTH="0")

    def call() -> bytes:
        body = backend(asked, start_response)
        try:
            return b"".join(written) + b"".join(body)
        finally:
            getattr(body, "close", lambda: None)()

    body = copy_context().run(call)
    return _Answer(started[0], list(started[1]), body)
