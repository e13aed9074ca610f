"""Server-Sent Events: how a stream of events is written, and sent."""

import json
from collections.abc import Iterator
from typing import Any

from flask import Response, stream_with_context

HEADERS = {
    "Cache-Control": "no-store",
    # A proxy that collects the answer would hold back its beginning until its end.
    "X-Accel-Buffering": "no",
}


def event(name: str, data: Any, identifier: str) -> bytes:
    """One event; the data is JSON on one line."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {identifier}\nevent: {name}\ndata: {text}\n\n".encode()


def comment(text: str) -> bytes:
    """A line that no program sees: it keeps the connection alive."""
    return f": {text}\n\n".encode()


def retry(milliseconds: int) -> bytes:
    """Tell the browser how long to wait before it connects again."""
    return f"retry: {milliseconds}\n\n".encode()


def stream(events: Iterator[bytes]) -> Response:
    """Answer with events as they are made, within the request that asked for them."""
    return Response(stream_with_context(events), 200, HEADERS, content_type=CONTENT_TYPE)


CONTENT_TYPE = "text/event-stream; charset=utf-8"
