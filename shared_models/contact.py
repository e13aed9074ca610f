"""Letters from the contact form."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared_models.base import Base
from shared_models.columns import NEVER_REUSE_IDS, PrimaryKey, UtcDateTime


class ContactMessage(Base):
    """A letter from anybody; `handled_at` is set when somebody has seen to it."""

    __tablename__ = "contact_message"
    __table_args__ = NEVER_REUSE_IDS

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
