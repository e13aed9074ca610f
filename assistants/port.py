"""The port between an application's turn and whoever answers it.

A turn belongs to the application: it stores the question, yields `start`, then what a responder
yields, then `done`; it numbers the events and stores the answer. A responder yields `delta` and
`table` and nothing else:

    start        turn      the turn has begun; the message exists, its state is `streaming`
    delta …      responder the next piece of the text; all pieces joined are the message's body
    table        responder at most one; its data is the message's data, and its kind is `table`
    done         turn      the responder has come to its end; the state is `complete`
    error        turn      it raised ResponderError (or had a bug); the state is `failed`

A person who goes away closes the turn's stream; the turn closes the responder's iterator, which
gives back all it holds. Nothing is shared between two replies, so replies may run side by side.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol

Chunker = Callable[[str], Iterator[str]]
"""Cuts a text into the pieces that it is sent in; joined, they are the text."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the answer's text, which is Markdown."""

    event: ClassVar[Literal["delta"]] = "delta"
    text: str

    @property
    def data(self) -> dict[str, Any]:
        """The same as JSON: `{"text": …}`."""
        return {"text": self.text}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `kind` tells how to align it."""

    name: str
    kind: Literal["text", "number"] = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table that belongs to the answer. Numbers are text too, since JSON's are not exact."""

    event: ClassVar[Literal["table"]] = "table"
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | None, ...], ...]
    caption: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """The same as JSON: `{"caption", "columns": [{"name", "kind"}], "rows": [[…]]}`."""
        return {
            "caption": self.caption,
            "columns": [{"name": column.name, "kind": column.kind} for column in self.columns],
            "rows": [list(row) for row in self.rows],
        }


StreamEvent = Delta | Table

Events = Generator[StreamEvent, None, None]
"""An answer on its way. Nothing is done before the first event is asked for; `close` ends it."""


@dataclass(frozen=True, slots=True)
class PastMessage:
    """A message of the conversation before the question."""

    sender: Literal["user", "assistant", "system"]
    body: str


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file of the conversation. `read` gives its bytes, or raises OSError if it is gone."""

    name: str
    content_type: str
    read: Callable[[], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Context:
    """All that an answer may depend on: the same context gives the same events.

    `past` and `files` are in the order of time, the oldest first; `files` ends with those of the
    question itself, and `past` holds complete messages only, without the question.
    """

    text: str
    chunk: Chunker
    clock: Clock
    assistant_key: str
    config: Mapping[str, Any] = field(default_factory=dict)
    past: tuple[PastMessage, ...] = ()
    files: tuple[AttachedFile, ...] = ()

    def say(self, text: str) -> Iterator[Delta]:
        """The text as deltas, in the pieces that the context's chunker makes."""
        return map(Delta, self.chunk(text))


class Responder(Protocol):
    """Answers one question."""

    def reply(self, context: Context) -> Events:
        """The answer, event by event; ResponderError where there can't be one."""


class ResponderError(Exception):
    """There is no answer, or no rest of one; the message is a sentence for the person who asked.

    `code` is for programs: `misconfigured`, `unavailable`, `timeout` or `refused`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def data(self) -> dict[str, Any]:
        """What an `error` event says: `{"code", "message"}`."""
        return {"code": self.code, "message": str(self)}
