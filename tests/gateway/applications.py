"""Small WSGI applications for tests; a server imports them by name too."""

from __future__ import annotations

import os
import time
from pathlib import Path


def answering(name: str):
    """Make an application that says its own name."""

    def application(environ, start_response):
        body = name.encode()
        start_response(
            "200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
        )
        return [body]

    return application


legacy = answering("legacy")
modern = answering("modern")


def make_modern():
    return modern


def broken_factory():
    raise LookupError("no settings")


not_callable = "a string"


class Stream:
    """A body in parts, which notes in a file that it was closed."""

    def __init__(self, parts: int, pause: float, closed: str | None = None) -> None:
        self.left, self.pause, self.closed = parts, pause, closed

    def __iter__(self):
        return self

    def __next__(self) -> bytes:
        if not self.left:
            raise StopIteration
        self.left -= 1
        time.sleep(self.pause)
        return b"part\n"

    def close(self) -> None:
        if self.closed:
            Path(self.closed).write_text(f"{self.left} left")


def slow(environ, start_response):
    """`/slow` takes a second, `/stream` sends its parts over a second, `/pid` names the worker."""
    path = environ["PATH_INFO"]
    if path == "/slow":
        Path(os.environ["BEGUN_FILE"]).touch()
        time.sleep(1)
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/stream":
        return Stream(10, 0.1)
    if path == "/endless":
        return Stream(10_000, 0.02, os.environ["CLOSED_FILE"])
    return [str(os.getpid()).encode()]
