"""A browser's part for one WSGI application: sends a request, keeps the cookies.

The application is called directly, without a server or a socket, which is what makes a
compared pair cost about a millisecond.
"""

from __future__ import annotations

import sys
import time
import traceback
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

from gateway.parity.cookies import CookieJar, SetCookie, parse_set_cookie
from gateway.parity.exchange import Exchange, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import WSGIApplication, WSGIEnvironment


class Client:
    """One person with one browser at one application."""

    def __init__(self, app: WSGIApplication, base_url: str = "http://localhost") -> None:
        self.app = app
        self.base_url = base_url
        self.jar = CookieJar()

    def send(self, request: Request) -> Exchange:
        """Send a request with the cookies kept so far, and keep those of the response."""
        now = time.time()
        request = self._with_cookies(request, now)
        response = call(self.app, environ_of(request, self.base_url))
        self.jar.store(cookies_of(request, response, now), now)
        return Exchange(request, response)

    def _with_cookies(self, request: Request, now: float) -> Request:
        secure = self.base_url.startswith("https:")
        values = self.jar.values(request.path, now, secure=secure)
        if not values:
            return request
        header = "; ".join(f"{name}={value}" for name, value in values)
        return replace(request, headers=(*request.headers, ("Cookie", header)))


def cookies_of(request: Request, response: Response, now: float) -> list[SetCookie]:
    """Read the Set-Cookie headers of a response."""
    return [
        parse_set_cookie(header, request_path=request.path, now=now)
        for header in response.all_headers("Set-Cookie")
    ]


def environ_of(request: Request, base_url: str = "http://localhost") -> WSGIEnvironment:
    """Make the WSGI environ of a request (PEP 3333)."""
    base = urlsplit(base_url)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "REQUEST_URI": request.target,
        "RAW_URI": request.target,
        "SERVER_NAME": base.hostname or "localhost",
        "SERVER_PORT": str(base.port or (443 if base.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": base.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": base.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if request.body:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    for name, value in request.headers:
        _add_header(environ, name, value)
    return environ


def _add_header(environ: WSGIEnvironment, name: str, value: str) -> None:
    key = name.upper().replace("-", "_")
    if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
        key = f"HTTP_{key}"
    if key in environ and key != "HTTP_HOST":
        value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    environ[key] = value


def call(app: WSGIApplication, environ: WSGIEnvironment) -> Response:
    """Run one request to its end; an exception becomes a 500 with its traceback."""
    try:
        return _call(app, environ)
    except Exception:  # noqa: BLE001  # the application is foreign; what it raises is an answer
        return Response(500, failure=traceback.format_exc())


def _call(app: WSGIApplication, environ: WSGIEnvironment) -> Response:
    started: dict[str, Any] = {}
    written: list[bytes] = []

    def start_response(
        status: str,
        headers: list[tuple[str, str]],
        exc_info: Any = None,  # noqa: ARG001  # PEP 3333 passes it by position
        /,
    ) -> Callable[[bytes], object]:
        started.update(status=status, headers=tuple(headers))
        return written.append

    written.extend(_read(app(environ, start_response)))
    return Response(int(started["status"][:3]), started["headers"], b"".join(written))


def _read(body: Iterable[bytes]) -> list[bytes]:
    try:
        return list(body)
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()
