"""What is over and may go: accounts past their grace, logins, counters, files never sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session

from modern.files import remove_stored
from shared_models import Attachment, LoginSession, RateBucket, User
from shared_models.settings import SharedSettings

UNSENT_LIFETIME = timedelta(days=1)


@dataclass(frozen=True)
class Expired:
    """How much is over."""

    accounts: int
    logins: int
    counters: int
    files: int


def expired(session: Session, now: datetime, settings: SharedSettings) -> Expired:
    """Count what is over."""
    return _Over(session, now, settings).counted()


def purge(session: Session, now: datetime, settings: SharedSettings) -> Expired:
    """Delete what is over, and say how much that was."""
    over = _Over(session, now, settings)
    counted, names = over.counted(), over.stored_names()
    over.delete()
    session.commit()
    # Rows first: a file without a row does no harm, a row without its file is a broken link.
    remove_stored(settings.attachment_folder, names)
    return counted


class _Over:
    def __init__(self, session: Session, now: datetime, settings: SharedSettings) -> None:
        self._session = session
        asked_before = now - settings.deletion_grace
        self._accounts = User.status == "deleting", User.deletion_requested_at <= asked_before
        self._logins = LoginSession.expires_at <= now
        self._counters = RateBucket.expires_at <= now
        owners = select(User.id).where(*self._accounts)
        unsent = Attachment.message_id.is_(None) & (Attachment.created_at <= now - UNSENT_LIFETIME)
        self._unsent = unsent
        self._files = or_(unsent, Attachment.user_id.in_(owners))

    def counted(self) -> Expired:
        return Expired(
            accounts=self._count(select(func.count(User.id)).where(*self._accounts)),
            logins=self._count(select(func.count(LoginSession.id)).where(self._logins)),
            counters=self._count(select(func.count()).where(self._counters)),
            files=self._count(select(func.count(Attachment.id)).where(self._files)),
        )

    def stored_names(self) -> list[str]:
        names = select(Attachment.stored_name).where(self._files)
        return list(self._session.scalars(names))

    def delete(self) -> None:
        self._session.execute(delete(Attachment).where(self._unsent))
        self._session.execute(delete(User).where(*self._accounts))
        self._session.execute(delete(LoginSession).where(self._logins))
        self._session.execute(delete(RateBucket).where(self._counters))

    def _count(self, statement: Select[Any]) -> int:
        return self._session.scalar(statement) or 0
