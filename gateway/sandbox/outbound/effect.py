"""What a request did to the world outside of the database, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import get_ident
from typing import Literal

NO_MORE_ARGUMENTS = b"\0"
"""Ends the arguments of a process that is given something to read."""

Kind = Literal["mail", "http", "file", "process", "thread", "network", "database"]


@dataclass(frozen=True, slots=True)
class OutboundEffect:
    """One thing that would have left the sandbox; equal ones are equal, whichever thread sent them.

    | kind | destination | content | headers |
    |---|---|---|---|
    | mail | the addresses of the envelope, sorted | the message | |
    | http | method and URL | the body | those of the request, sorted |
    | file | what is done, and the path: `write /srv/x` | what it holds then | |
    | process | the program | its arguments, a line each; what it is given to read, after a zero | |
    | thread | the function's qualified name | its arguments | |
    """

    kind: Kind
    destination: str
    content: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    thread: int = field(default_factory=get_ident, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What an outbound HTTP request is answered with."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
