"""An application of odd but lawful answers, one a path; what is odd about each is in its name."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

CLOSED = "OUTSPOKEN_CLOSED"
"""The environment variable that names a file in which every close() is noted."""

CHUNK = 64 * 1024
LARGE = 1600
"""Chunks of a large body: 100 MiB."""

TEXT = ("Content-Type", "text/plain")


class Body:
    """A body in parts, some of which may be errors to raise; notes that it was closed."""

    def __init__(self, environ, *parts: bytes | Exception) -> None:
        self._environ = environ
        self._parts = iter(parts)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        part = next(self._parts)
        if isinstance(part, Exception):
            raise part
        return part

    def close(self) -> None:
        note_close(self._environ)


class Sized(Body):
    """A body that knows how many parts it has: a server may tell its length of one part."""

    def __len__(self) -> int:
        return 1


def note_close(environ) -> None:
    """Note a close() in the environment's own list, or in the file."""
    closed = environ.get("test.closed")
    if closed is not None:
        closed.append(environ["PATH_INFO"])
    elif file := os.environ.get(CLOSED):
        with Path(file).open("a") as log:
            log.write(environ["PATH_INFO"] + "\n")


def plain(environ, start_response):
    start_response("200 OK", [TEXT, ("Content-Length", "5")])
    return [b"plain"]


def several_items(environ, start_response):
    start_response("200 OK", [TEXT, ("Content-Length", "6")])
    return [b"one", b"", b"two"]


def tuple_body(environ, start_response):
    start_response("200 OK", [TEXT, ("Content-Length", "3")])
    return (b"one",)


def no_content(environ, start_response):
    start_response("204 No Content", [])
    return []


def not_modified(environ, start_response):
    start_response("304 Not Modified", [("ETag", '"x"')])
    return []


def empty(environ, start_response):
    start_response("200 OK", [TEXT, ("Content-Length", "0")])
    return [b""]


def no_length(environ, start_response):
    start_response("200 OK", [TEXT])
    return Body(environ, b"a", b"bc", b"", b"d" * 5000)


def sized(environ, start_response):
    start_response("200 OK", [TEXT])
    return Sized(environ, b"one part")


def opened_file(environ, start_response):
    start_response("200 OK", [TEXT])
    return Path(__file__).open("rb")


def generator(environ, start_response):
    # Nothing runs before the first part is asked for, start_response included.
    start_response("200 OK", [TEXT])
    yield b"first"
    yield b"second"


def written(environ, start_response):
    write = start_response("200 OK", [TEXT, ("Content-Length", "9")])
    write(b"one")
    write(b"two")
    return [b"end"]


def duplicate_headers(environ, start_response):
    cookies = [("Set-Cookie", f"c{n}=v; Path=/") for n in range(3)]
    others = [("X-Twice", "1"), ("x-twice", "2"), ("X-Twice", "1"), ("Vary", "A"), ("Vary", "B")]
    start_response("200 OK", [TEXT, *cookies, *others, ("Content-Length", "1")])
    return [b"x"]


def latin_header(environ, start_response):
    start_response("200 OK", [TEXT, ("X-Name", "caf\xe9 \xa9"), ("Content-Length", "1")])
    return [b"x"]


def own_names(environ, start_response):
    given = [("X-Gateway-Backend", "somebody"), ("Server", "mine"), ("X-Empty", "")]
    start_response("200 OK", [TEXT, *given, ("Content-Length", "1")])
    return [b"x"]


def odd_status(environ, start_response):
    status = {"1": "299 Rather Odd Thing", "2": "418 I'm a teapot", "3": "599 !", "4": "405 No 405"}
    start_response(status[environ["QUERY_STRING"]], [TEXT, ("Content-Length", "1")])
    return [b"x"]


def fails_before_the_start(environ, start_response):
    raise LookupError("before")


def fails_after_the_start(environ, start_response):
    start_response("200 OK", [TEXT, ("Content-Length", "1")])
    raise LookupError("after")


def fails_at_the_first_part(environ, start_response):
    start_response("200 OK", [TEXT])
    return Body(environ, LookupError("first"))


def fails_in_mid_stream(environ, start_response):
    start_response("200 OK", [TEXT])
    return Body(environ, b"one", b"two", LookupError("third"))


def _fail(when: str) -> None:
    raise LookupError(when)


def starts_again(environ, start_response):
    """Answer with an error instead of what was begun, as PEP 3333 allows before the first byte."""
    start_response("200 OK", [TEXT])
    try:
        _fail("in the application")
    except LookupError:
        start_response("500 Sorry", [TEXT, ("X-Why", "lookup")], sys.exc_info())
    return Body(environ, b"sorry")


def starts_again_too_late(environ, start_response):
    start_response("200 OK", [TEXT])
    yield b"one"
    try:
        _fail("too late")
    except LookupError:
        start_response("500 Sorry", [TEXT], sys.exc_info())
    yield b"sorry"


def file(environ, start_response):
    source = Path(__file__)
    start_response("200 OK", [TEXT, ("Content-Length", str(source.stat().st_size))])
    wrapper = environ.get("wsgi.file_wrapper")
    opened = source.open("rb")
    return wrapper(opened, 1000) if wrapper else iter(lambda: opened.read(1000), b"")


def echo(environ, start_response):
    """Tell of the body that was sent: its length, its digest, and what announced it."""
    size, digest = 0, blake2b(digest_size=8)
    while part := environ["wsgi.input"].read(_wanted(environ, size)):
        size += len(part)
        digest.update(part)
    announced = environ.get("CONTENT_LENGTH"), environ.get("HTTP_TRANSFER_ENCODING")
    body = f"{size} {digest.hexdigest()} {announced}".encode()
    start_response("200 OK", [TEXT, ("Content-Length", str(len(body)))])
    return [body]


def _wanted(environ, size: int) -> int:
    """Return how much to read; without a length, the input must know where it ends."""
    length = environ.get("CONTENT_LENGTH")
    if length:
        return min(CHUNK, int(length) - size)
    return CHUNK if environ.get("wsgi.input_terminated") else 0


# What differs from one connection to the next.
_OWN_TO_A_CONNECTION = {"SERVER_PORT", "REMOTE_PORT", "uwsgi.core", "gateway.decision"}


def environment(environ, start_response):
    """Tell of the environment: texts and numbers as they are, of all else the kind."""
    told = [
        f"{key}={value!r}" if isinstance(value, str | int | tuple) else f"{key}: {type(value)}"
        for key, value in environ.items()
        if key not in _OWN_TO_A_CONNECTION | os.environ.keys()  # which Granian puts into it
    ]
    body = "\n".join(sorted(told)).encode()
    start_response("200 OK", [TEXT, ("Content-Length", str(len(body)))])
    return [body]


def large(environ, start_response):
    start_response("200 OK", [TEXT, ("Content-Length", str(CHUNK * LARGE))])
    return Body(environ, *(bytes([n % 256]) * CHUNK for n in range(2)), *[b"x" * CHUNK] * 1598)


def memory(environ, start_response):
    """Tell the most memory that this process ever held, in KiB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    body = found[1].encode() if found else b""
    start_response("200 OK", [TEXT, ("Content-Length", str(len(body)))])
    return [body]


ANSWERS: dict[str, Callable[..., Any]] = {
    answer.__name__: answer
    for answer in (
        *(plain, several_items, tuple_body, no_content, not_modified, empty, no_length, sized),
        *(generator, written, duplicate_headers, latin_header, own_names, odd_status),
        *(fails_before_the_start, fails_after_the_start, fails_at_the_first_part),
        *(fails_in_mid_stream, starts_again, starts_again_too_late, file, opened_file),
        *(echo, environment, large, memory),
    )
}


def application(environ, start_response):
    return ANSWERS[environ["PATH_INFO"].strip("/") or "plain"](environ, start_response)
