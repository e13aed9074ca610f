"""There is always somebody who may administer: what keeps the last one from leaving."""

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from shared_models import User


def lock_administrators(session: Session) -> None:
    """Let nobody else change who administers until the transaction ends.

    SQLite has one writer at a time anyhow, and ignores the wish.
    """
    active = select(User.id).where(User.role == "admin", User.status == "active")
    session.execute(active.order_by(User.id).with_for_update())


def someone_else_administers(user_id: int) -> ColumnElement[bool]:
    """Whether the user is no active administrator, or not the only one.

    It belongs into the WHERE of the change itself, so that no other change comes between.
    """
    other = aliased(User)
    others = exists().where(other.role == "admin", other.status == "active", other.id != user_id)
    return or_(User.role != "admin", User.status != "active", others)
