"""Two WSGI applications that answer every request with their own name, and do nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def application(name: str) -> Callable[..., Iterable[bytes]]:
    """Make an application that says its name."""
    body = name.encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]

    def answer(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", list(headers))
        return [body]

    return answer


legacy = application("legacy")
modern = application("modern")
