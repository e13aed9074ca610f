"""A conversation as a file to take along: JSON, CSV or Markdown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from modern.auth.schemas import UserPublic
from modern.conversation.overview import Overview
from modern.conversation.schemas import (
    ConversationDetail,
    ExportDocument,
    ExportFormat,
    MessageItem,
)
from modern.tables import csv_of
from modern.times import instant
from shared_models import Message, User

CSV_COLUMNS = ("seq", "created_at", "sender", "kind", "state", "body")


@dataclass(frozen=True)
class Contents:
    """What goes into the file."""

    user: User
    overview: Overview
    messages: Sequence[Message]
    assistant: str
    exported_at: datetime


@dataclass(frozen=True)
class Exported:
    """A file that is ready to be sent."""

    text: str
    content_type: str
    name: str


def exported(contents: Contents, wanted: ExportFormat) -> Exported:
    """The conversation in one of the formats."""
    content_type, write = _WRITERS[wanted]
    name = f"conversation-{contents.overview.conversation.id}.{wanted}"
    return Exported(write(contents), content_type, name)


def _json(contents: Contents) -> str:
    document = ExportDocument(
        exported_at=contents.exported_at,
        user=UserPublic.model_validate(contents.user),
        conversation=ConversationDetail.of(contents.overview),
        messages=[MessageItem.of(message) for message in contents.messages],
    )
    return document.model_dump_json()


def _csv(contents: Contents) -> str:
    rows = [
        (m.seq, instant(m.created_at), m.sender, m.kind, m.state, m.body) for m in contents.messages
    ]
    return csv_of([CSV_COLUMNS, *rows])


def _markdown(contents: Contents) -> str:
    names = {"user": "You", "assistant": contents.assistant, "system": "System"}
    title = contents.overview.conversation.title or "Conversation"
    parts = [f"# {title}"]
    for message in contents.messages:
        parts.append(f"**{names[message.sender]}** · {instant(message.created_at)}")
        parts.append(message.body)
    return "\n\n".join(parts) + "\n"


_WRITERS: dict[ExportFormat, tuple[str, Callable[[Contents], str]]] = {
    "json": ("application/json", _json),
    "csv": ("text/csv; charset=utf-8", _csv),
    "md": ("text/markdown; charset=utf-8", _markdown),
}
