"""Two applications whose every line says who they are and under which table they were called."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

LINES = 400
PARTS = 4
PAUSE = 0.01

JOURNAL = "RELIABILITY_JOURNAL"
"""The environment variable that names the file in which each begun request is noted."""

STREAM = "&stream"
"""What a query ends with if the body is to come in parts."""


def answering(name: str):
    """Make an application that answers `/<anything>?<identity>` with LINES equal lines."""

    def line(environ) -> bytes:
        revision = environ["gateway.decision"].revision
        return f"{name} {revision} {os.getpid()} {_identity(environ)}\n".encode()

    def parts(environ) -> Iterator[bytes]:
        for _ in range(PARTS):
            time.sleep(PAUSE)
            yield line(environ) * (LINES // PARTS)

    def application(environ, start_response):
        _note(_identity(environ))
        body = line(environ) * LINES
        headers = [("Content-Type", "text/plain"), ("X-Digest", digest(body))]
        if environ["QUERY_STRING"].endswith(STREAM):
            start_response("200 OK", headers)
            return parts(environ)
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    return application


def digest(body: bytes) -> str:
    return blake2b(body, digest_size=8).hexdigest()


def _identity(environ) -> str:
    return environ["QUERY_STRING"].removesuffix(STREAM)


def _note(identity: str) -> None:
    if journal := os.environ.get(JOURNAL):
        with Path(journal).open("a") as file:
            file.write(identity + "\n")


legacy = answering("legacy")
modern = answering("modern")
