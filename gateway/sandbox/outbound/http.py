"""A web server that answers every request by itself, in the place of http.client's connections.

urllib, urllib3 and so requests speak through these, too; httpx has transports of its own.
"""

from __future__ import annotations

import http.client
import io
import sys
from email.parser import BytesParser
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from gateway.sandbox.outbound.gates import gate

if TYPE_CHECKING:
    from gateway.sandbox.outbound.effect import HttpAnswer
    from gateway.sandbox.outbound.watch import Watch


def install_stand_ins() -> None:
    """Answer for web servers; libraries that are imported later are stopped instead."""
    owners = [http.client.HTTPConnection, http.client.HTTPSConnection]
    if (urllib3 := sys.modules.get("urllib3.connection")) is not None:
        owners += [urllib3.HTTPConnection, urllib3.HTTPSConnection]
    for owner in owners:
        gate(owner, "connect", _connect)
    gate(http.client.HTTPConnection, "putrequest", _putrequest)
    if (httpx := sys.modules.get("httpx")) is not None:
        gate(httpx.HTTPTransport, "handle_request", _handle)
        gate(httpx.AsyncHTTPTransport, "handle_async_request", _handle_async)


def _connect(watch: Watch, _original: Any, connection: Any) -> None:
    connection.sock = _Server(watch, connection)
    connection.is_verified = True  # urllib3 would warn of the missing certificate


def _putrequest(watch: Watch, original: Any, connection: Any, *arguments: Any, **named: Any) -> Any:
    if not isinstance(connection.sock, _Server):
        if connection.sock is not None:  # kept alive since before the sandbox
            connection.sock.close()
        connection.sock = _Server(watch, connection)
    return original(connection, *arguments, **named)


class _Server:
    """The other end of one connection, for one request."""

    def __init__(self, watch: Watch, connection: Any) -> None:
        self._watch = watch
        is_secure = connection.default_port == http.client.HTTPS_PORT
        self._base = f"{'https' if is_secure else 'http'}://{_address(connection, is_secure)}"
        self._received = bytearray()

    def sendall(self, data: Any) -> None:
        self._received += data

    def makefile(self, *_arguments: Any, **_named: Any) -> io.BytesIO:
        head, _, body = bytes(self._received).partition(b"\r\n\r\n")
        line, _, fields = head.partition(b"\r\n")
        method, path, _ = line.decode("latin-1").split(" ", 2)
        headers = BytesParser().parsebytes(fields + b"\r\n\r\n")
        url = path if "://" in path else self._base + path
        content = _unchunked(body) if headers.get("Transfer-Encoding") == "chunked" else body
        named = {str(name): str(value) for name, value in headers.items()}
        effect = self._watch.record("http", f"{method} {url}", content, named)
        return io.BytesIO(_written(self._watch.answer(effect)))

    def __getattr__(self, _name: str) -> Any:
        """Do nothing for what is asked of a socket beside this: time-outs, options, the end."""
        return lambda *_arguments, **_named: None


def _address(connection: Any, is_secure: bool) -> str:  # noqa: FBT001
    is_usual = connection.port == (443 if is_secure else 80)
    host = connection.host if ":" not in connection.host else f"[{connection.host}]"
    return host if is_usual else f"{host}:{connection.port}"


def _unchunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size.partition(b";")[0] or b"0", 16)
        if length == 0:
            break
        whole, body = whole + rest[:length], rest[length + 2 :]
    return whole


def _written(answer: HttpAnswer) -> bytes:
    headers = [*answer.headers, ("Content-Length", str(len(answer.body))), ("Connection", "close")]
    phrase = HTTPStatus(answer.status).phrase
    lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{n}: {v}" for n, v in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1") + answer.body


def _handle(watch: Watch, _original: Any, _transport: Any, request: Any) -> Any:
    return _answered(watch, request, request.read())


async def _handle_async(watch: Watch, _original: Any, _transport: Any, request: Any) -> Any:
    return _answered(watch, request, await request.aread())


def _answered(watch: Watch, request: Any, content: bytes) -> Any:
    named = {name.title(): value for name, value in request.headers.items()}
    effect = watch.record("http", f"{request.method} {request.url}", content, named)
    answer = watch.answer(effect)
    response = sys.modules["httpx"].Response
    return response(answer.status, headers=list(answer.headers), content=answer.body)
