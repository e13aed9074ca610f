"""The record of what administrators changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shared_models.base import Base
from shared_models.columns import NEVER_REUSE_IDS, PrimaryKey, UtcDateTime


class AuditEvent(Base):
    """One change: who, what, to what, from where. It outlives the account of its actor."""

    __tablename__ = "audit_event"
    __table_args__ = (Index(None, "at", "id"), Index(None, "actor_id"), NEVER_REUSE_IDS)

    id: Mapped[PrimaryKey]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    action: Mapped[str] = mapped_column(String(80))
    target_type: Mapped[str] = mapped_column(String(40))
    # Text, because some targets have no number: an assistant, an export.
    target_id: Mapped[str | None] = mapped_column(String(64))
    ip: Mapped[str | None] = mapped_column(String(45))
    request_id: Mapped[str | None] = mapped_column(String(64))
    app: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
