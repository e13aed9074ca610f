"""Conversations between a user and an assistant."""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shared_models.base import Base
from shared_models.columns import NEVER_REUSE_IDS, PrimaryKey, UtcDateTime, one_of

ConversationStatus = Literal["open", "archived"]


class Conversation(Base):
    """A titled thread of messages, owned by one user."""

    __tablename__ = "conversation"
    __table_args__ = (
        one_of("status", get_args(ConversationStatus)),
        CheckConstraint("version >= 1", name="version"),
        Index(None, "user_id", "status", "last_message_at", "id"),
        NEVER_REUSE_IDS,
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    # An assistant that goes away must not take people's conversations with it.
    assistant_key: Mapped[str] = mapped_column(ForeignKey("assistant.key", ondelete="RESTRICT"))
    title: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[ConversationStatus] = mapped_column(String(16), default="open")
    pinned: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    """The optimistic lock: a writer raises it in `UPDATE … WHERE version = :seen`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_message_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
