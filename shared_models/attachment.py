"""Files that users bring into a conversation."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared_models.base import Base
from shared_models.columns import NEVER_REUSE_IDS, PrimaryKey, UtcDateTime


class Attachment(Base):
    """An uploaded file: what its owner called it, and where it lies under a random name."""

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("stored_name"),
        CheckConstraint("size_bytes > 0", name="size_bytes"),
        Index(None, "user_id"),
        Index(None, "conversation_id"),
        Index(None, "message_id"),
        NEVER_REUSE_IDS,
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    """Null until the message is sent that carries the file."""
    original_name: Mapped[str] = mapped_column(String(255))
    stored_name: Mapped[str] = mapped_column(String(64))
    content_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
