"""Counters of attempts, shared so that one limit holds for both applications."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shared_models.base import Base
from shared_models.columns import UtcDateTime


class RateBucket(Base):
    """How often something happened in one window of time."""

    __tablename__ = "rate_bucket"
    __table_args__ = (CheckConstraint("hits >= 1", name="hits"), Index(None, "expires_at"))

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
