"""The people who sign in."""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared_models.base import Base
from shared_models.columns import NEVER_REUSE_IDS, PrimaryKey, UtcDateTime, one_of

UserRole = Literal["user", "admin"]
UserStatus = Literal["pending", "active", "disabled", "deleting"]


class User(Base):
    """An account: who it is, what it may do, and how much it has used this month."""

    __tablename__ = "user"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        one_of("role", get_args(UserRole)),
        one_of("status", get_args(UserStatus)),
        CheckConstraint("monthly_quota >= 0", name="monthly_quota"),
        CheckConstraint("quota_used >= 0", name="quota_used"),
        CheckConstraint("failed_logins >= 0", name="failed_logins"),
        NEVER_REUSE_IDS,
    )

    id: Mapped[PrimaryKey]
    email: Mapped[str] = mapped_column(String(254))
    display_name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[UserRole] = mapped_column(String(16), default="user")
    status: Mapped[UserStatus] = mapped_column(String(16), default="pending")
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    default_assistant: Mapped[str | None] = mapped_column(
        ForeignKey("assistant.key", ondelete="SET NULL")
    )
    monthly_quota: Mapped[int] = mapped_column(default=200)
    """Messages a month; 0 is no limit."""
    quota_used: Mapped[int] = mapped_column(default=0)
    quota_resets_at: Mapped[datetime] = mapped_column(UtcDateTime)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    temp_secret_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    terms_accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deletion_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deletion_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
