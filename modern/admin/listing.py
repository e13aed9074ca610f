"""Which accounts and changes an administrator asked for, in which order."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from modern.admin.schemas import AdminQuery
from shared_models import AuditEvent, User

_COLUMNS: dict[str, InstrumentedAttribute[Any]] = {
    "email": User.email,
    "created": User.created_at,
    "last_login": User.last_login_at,
}


def users(query: AdminQuery) -> Select[Any]:
    """The accounts that fit, in the order that is asked for; who never signed in comes last."""
    column = _COLUMNS[query.sort.removeprefix("-")]
    direction = column.desc() if query.sort.startswith("-") else column.asc()
    return select(User).where(*_fitting(query)).order_by(direction.nulls_last(), User.id)


def changes(query: AdminQuery) -> "Select[Any, Any]":
    """The changes that fit, newest first, each with the e-mail of who made it."""
    wanted = (
        select(AuditEvent, User.email)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    )
    if not query.q:
        return wanted
    fits = or_(_contains(AuditEvent.action, query.q), _contains(AuditEvent.target_id, query.q))
    return wanted.where(fits)


def total_of(wanted: Select[Any]) -> Select[Any]:
    """How many rows there are of what is wanted."""
    return select(func.count()).select_from(wanted.order_by(None).subquery())


def _fitting(query: AdminQuery) -> list[ColumnElement[bool]]:
    fitting = []
    if query.q:
        fitting.append(or_(_contains(User.email, query.q), _contains(User.display_name, query.q)))
    if query.status:
        fitting.append(User.status == query.status)
    return fitting


def _contains(column: InstrumentedAttribute[Any], text: str) -> ColumnElement[bool]:
    return column.icontains(text, autoescape=True)
