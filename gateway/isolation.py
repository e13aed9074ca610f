"""A stream and its context variables: kept apart from whatever else its thread does.

Frameworks keep what belongs to a request in context variables, and a stream keeps them set from
one part to the next. Two streams of two applications in one thread would see each other's. So an
application is called in a context of its own, and a body that streams goes on in that context.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import Context
from io import BufferedReader, BytesIO, FileIO
from typing import Any

from werkzeug.wsgi import ClosingIterator

# No step of an opened file runs application code, and uWSGI must know it again to send it at once.
_FILES = frozenset({BufferedReader, BytesIO, FileIO})


def is_complete(body: Iterable[bytes]) -> bool:
    """Tell whether a body is known to be all there, so that no step of it runs application code.

    Werkzeug's responses come as a ClosingIterator; looking into it saves a wrapper for each
    response that is complete. Whatever is not recognised counts as a stream, as does a response
    that calls the application when it is closed.
    """
    kind = type(body)
    if kind is ClosingIterator:
        try:
            response: Any = body._callbacks[-1].__self__  # type: ignore[attr-defined]  # noqa: SLF001
            return type(response.response) is list and not response._on_close  # noqa: SLF001
        except (AttributeError, IndexError):
            return False
    return kind is list or kind is tuple or kind in _FILES


def isolated(
    body: Iterable[bytes], context: Context, file_wrapper: type | None = None
) -> Iterable[bytes]:
    """Make every step of a body that streams run in the context of its application's call.

    A body that is complete stays as it is, and so does one of the server's own `file_wrapper`.
    """
    if is_complete(body) or type(body) is file_wrapper:
        return body
    # A server may tell the length of a response whose body has one part (PEP 3333).
    return (_SizedIsolated if hasattr(type(body), "__len__") else Isolated)(context, body)


class Isolated:
    """A body that streams in a context of its own."""

    __slots__ = ("_body", "_context", "_next")

    def __init__(self, context: Context, body: Iterable[bytes]) -> None:
        self._context = context
        self._body = body
        self._next: Callable[[], bytes] | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._next is None:
            self._next = self._context.run(iter, self._body).__next__
        return self._context.run(self._next)

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        if close is not None:
            self._context.run(close)


class _SizedIsolated(Isolated):
    __slots__ = ()

    def __len__(self) -> int:
        return len(self._body)  # type: ignore[arg-type]
