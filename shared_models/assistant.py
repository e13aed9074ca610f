"""The assistants that can be talked to, and who has enrolled with which."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared_models.base import Base
from shared_models.columns import NEVER_REUSE_IDS, PrimaryKey, UtcDateTime


class Assistant(Base):
    """One assistant, named by a short key. It is disabled rather than deleted."""

    __tablename__ = "assistant"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text)
    enabled: Mapped[bool] = mapped_column(default=True)
    config: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Enrolment(Base):
    """A user's wish to see an assistant; an inactive one is kept for its date."""

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("user_id", "assistant_key"), NEVER_REUSE_IDS)

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    assistant_key: Mapped[str] = mapped_column(ForeignKey("assistant.key", ondelete="CASCADE"))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
