"""The messages of a conversation."""

from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared_models.attachment import Attachment
from shared_models.base import Base
from shared_models.columns import NEVER_REUSE_IDS, PrimaryKey, UtcDateTime, one_of

MessageSender = Literal["user", "assistant", "system"]
MessageKind = Literal["text", "table", "notice"]
MessageState = Literal["streaming", "complete", "failed"]


class Message(Base):
    """One message; `seq` counts from 1 in its conversation."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "client_token"),
        one_of("sender", get_args(MessageSender)),
        one_of("kind", get_args(MessageKind)),
        one_of("state", get_args(MessageState)),
        CheckConstraint("seq >= 1", name="seq"),
        NEVER_REUSE_IDS,
    )

    id: Mapped[PrimaryKey]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    seq: Mapped[int]
    sender: Mapped[MessageSender] = mapped_column(String(16))
    kind: Mapped[MessageKind] = mapped_column(String(16), default="text")
    body: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[MessageState] = mapped_column(String(16), default="complete")
    client_token: Mapped[str | None] = mapped_column(String(64))
    """Chosen by the browser, so that a repeated send is recognised."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    attachments: Mapped[list[Attachment]] = relationship(
        order_by=Attachment.id, passive_deletes=True
    )
