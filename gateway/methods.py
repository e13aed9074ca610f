"""One URL whose methods several backends answer: what OPTIONS and 405 say of it.

Each backend knows only its own methods. The gateway answers with the union of what the backends
allow, as far as the table sends them those methods (RFC 9110 §9.3.7, §15.5.6). A view's own
answer to OPTIONS is passed on as it is, and a CORS preflight goes where the request that it
announces would go.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, NamedTuple

from gateway.paths import UnreadablePathError
from gateway.table import METHODS

WSGICallable = Callable[..., Iterable[bytes]]
Environ = dict[str, Any]
Headers = list[tuple[str, str]]

_LONGEST_BODY = 64 * 1024
_TEXT = ("Content-Type", "text/plain; charset=utf-8")

log = logging.getLogger("gateway")


class Side(NamedTuple):
    """A backend's application, with the methods of one URL that the table sends to it."""

    application: WSGICallable
    methods: set[str]


Routed = Mapping[str, Side]
"""By the name of the backend."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """A backend's whole answer to OPTIONS."""

    status: str
    headers: Headers
    body: bytes

    @property
    def refused(self) -> bool:
        return self.status[:1] in {"4", "5"}

    @property
    def automatic(self) -> bool:
        """Tell a framework's own answer, or a refusal, from a view's."""
        return self.refused or (bool(allowed_by(self.headers)) and not self.body)

    def allowed(self, methods: set[str]) -> set[str]:
        """Return what is allowed of the methods that the table sends to this backend."""
        options = set() if self.refused else {"OPTIONS"}
        return options | (methods & (allowed_by(self.headers) or set()))


def preflight_method(environ: Environ) -> str | None:
    """Return the method that a CORS preflight announces, or None if a request is none."""
    if "HTTP_ORIGIN" not in environ:
        return None
    return environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD") or None


def answer_options(routed: Routed) -> WSGICallable:
    """Make the application that answers OPTIONS for a URL which several backends answer."""

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = _body(environ)
        if body is None:
            answer = _Answer("413 Content Too Large", [_TEXT, ("Content-Length", "0")], b"")
        else:
            answer = _together({name: _ask(routed, name, environ, body) for name in routed}, routed)
        start_response(answer.status, answer.headers)
        return [answer.body]

    return application


def allow_all(headers: Headers, routed: Routed, backend: str, environ: Environ) -> Headers:
    """Return the headers of a backend's 405 with what the others allow at this URL, too.

    A 405 without Allow tells nothing of what its backend allows, and is left as it is.
    """
    own = allowed_by(headers)
    if own is None or routed.keys() <= {backend}:
        return headers
    others = {name: _ask(routed, name, environ) for name in routed if name != backend}
    of_table = routed[backend].methods if backend in routed else set()
    return _with_allow(headers, _union(others, routed) | own & (of_table | {"OPTIONS"}))


def routed_methods(decide: Callable[[Environ], Any], environ: Environ) -> dict[str, Side]:
    """Find out which backend the table gives each method of a request's URL."""
    routed: dict[str, Side] = {}
    for method in METHODS:
        if method == "OPTIONS":
            continue
        with suppress(UnreadablePathError):  # the method of another route than this path's
            decision = decide({**environ, "REQUEST_METHOD": method})
            side = routed.setdefault(decision.backend, Side(decision.application, set()))
            side.methods.add(method)
    return routed


def allowed_by(headers: Headers) -> set[str] | None:
    """Return the methods of all Allow headers, or None where there is none."""
    values = [value for name, value in headers if name.lower() == "allow"]
    if not values:
        return None
    return {method.strip() for value in values for method in value.split(",")} - {""}


def _together(answers: Mapping[str, _Answer], routed: Routed) -> _Answer:
    """Make one answer of all: a view's own as it is, else that of the first who does not refuse."""
    for answer in answers.values():
        if not answer.automatic:
            return answer
    accepted = [answer for answer in answers.values() if not answer.refused]
    answer = accepted[0] if accepted else next(iter(answers.values()))
    allowed = _union(answers, routed)
    headers = _with_allow(answer.headers, allowed) if allowed else answer.headers
    return _Answer(answer.status, headers, answer.body)


def _with_allow(headers: Headers, methods: set[str]) -> Headers:
    others = [(name, value) for name, value in headers if name.lower() != "allow"]
    return [*others, ("Allow", ", ".join(sorted(methods)))]


def _union(answers: Mapping[str, _Answer], routed: Routed) -> set[str]:
    return {m for name, answer in answers.items() for m in answer.allowed(routed[name].methods)}


def _body(environ: Environ) -> bytes | None:
    """Read the body, which each backend is to be given; None if it is too long for that."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not length.isdecimal() and not environ.get("wsgi.input_terminated"):
        return b""
    wanted = int(length) if length.isdecimal() else _LONGEST_BODY + 1
    if wanted > _LONGEST_BODY and length:
        return None
    body: bytes = environ["wsgi.input"].read(wanted)
    return body if len(body) <= _LONGEST_BODY else None


def _ask(routed: Routed, name: str, environ: Environ, body: bytes = b"") -> _Answer:
    """Send OPTIONS to a backend, in a context of its own; one that fails is told in the log."""
    asked = {**environ, "REQUEST_METHOD": "OPTIONS", "wsgi.input": io.BytesIO(body)}
    asked["CONTENT_LENGTH"] = str(len(body))
    asked.pop("HTTP_TRANSFER_ENCODING", None)  # the server has put the chunks together
    try:
        return copy_context().run(_call, routed[name].application, asked)
    except Exception:
        log.exception("Backend %r failed to answer OPTIONS %s.", name, environ.get("PATH_INFO"))
        return _Answer("500 Internal Server Error", [_TEXT, ("Content-Length", "0")], b"")


def _call(application: WSGICallable, environ: Environ) -> _Answer:
    started: list[Any] = []
    written: list[bytes] = []

    def start_response(status: str, headers: Headers, *_exc_info: Any) -> Any:
        started[:] = status, list(headers)
        return written.append

    body = application(environ, start_response)
    try:
        for part in body:
            written.append(part)  # noqa: PERF402 - the body may write, too
    finally:
        getattr(body, "close", lambda: None)()
    status, headers = started
    return _Answer(status, headers, b"".join(written))
