"""One turn of a conversation: a question, and the answer that is being written to it.

A turn outlives the transaction in which it began, and the answer is written with no connection
to the database open: so what it needs is copied here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistants import Delta, StreamEvent
from modern.auth.schemas import UsageStats
from modern.conversation.schemas import MessageItem
from shared_models import Message


@dataclass(frozen=True)
class Turn:
    """A turn that has begun; `seq` is that of the answer, `started` what its first event says."""

    user_id: int
    conversation_id: int
    question_id: int
    message_id: int
    seq: int
    assistant_key: str
    config: Mapping[str, Any]
    text: str
    started: dict[str, Any]


@dataclass
class Draft:
    """What there is of an answer so far."""

    body: str = ""
    table: dict[str, Any] | None = None

    def add(self, said: StreamEvent) -> None:
        """Take in what the responder said next."""
        if isinstance(said, Delta):
            self.body += said.text
        else:
            self.table = said.data


@dataclass(frozen=True)
class Outcome:
    """How things stand after an answer."""

    message_id: int
    title: str | None
    version: int
    usage: UsageStats

    @property
    def data(self) -> dict[str, Any]:
        """What the last event says."""
        return {
            "message_id": self.message_id,
            "state": "complete",
            "title": self.title,
            "version": self.version,
            "usage": self.usage.model_dump(mode="json"),
        }


@dataclass(frozen=True)
class Earlier:
    """A turn that was taken before under the same token; without outcome, it failed."""

    question: Message
    answer: Message
    outcome: Outcome | None


def started(question: Message, answer: Message) -> dict[str, Any]:
    """What the first event of an answer says."""
    return {
        "conversation_id": question.conversation_id,
        "user_message": MessageItem.of(question).model_dump(mode="json"),
        "message_id": answer.id,
        "seq": answer.seq,
    }
