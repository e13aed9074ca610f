"""What was sent and what came back, captured."""

from __future__ import annotations

from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """A request as one side receives it; `path` and `query` are percent-encoded."""

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""

    @property
    def target(self) -> str:
        """Path and query, as in the request line."""
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclass(frozen=True)
class Response:
    """A whole response; `failure` is the traceback of an exception that left the application."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    failure: str | None = None

    def header(self, name: str) -> str | None:
        """Give the first header called `name`, in any case."""
        return next(iter(self.all_headers(name)), None)

    def all_headers(self, name: str) -> list[str]:
        """Give every header called `name`, in any case."""
        wanted = name.lower()
        return [value for header, value in self.headers if header.lower() == wanted]


@dataclass(frozen=True)
class Exchange:
    """One request with its response."""

    request: Request
    response: Response
