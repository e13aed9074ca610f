"""The logins that are open, in either application."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared_models.base import Base
from shared_models.columns import NEVER_REUSE_IDS, PrimaryKey, UtcDateTime
from shared_models.user import User


class LoginSession(Base):
    """One login in one browser. The browser holds the token, the row only its SHA-256."""

    __tablename__ = "login_session"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "user_id", "created_at"),
        NEVER_REUSE_IDS,
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(255))
    served_by: Mapped[str] = mapped_column(String(40))
    """Which application saw it last."""

    user: Mapped[User] = relationship()
