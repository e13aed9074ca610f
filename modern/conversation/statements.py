"""The statements about conversations that nearly every visit runs.

They are built once and get their values when they are run: building one takes SQLAlchemy longer
than running it.
"""

from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select, update

from shared_models import Conversation, Message


def _overviews() -> Select[Any]:
    """Conversations with what an Overview says of their messages, in one statement."""
    own = Message.conversation_id == Conversation.id
    count = select(func.count(Message.id)).where(own).scalar_subquery()
    newest = select(Message.body).where(own).order_by(Message.seq.desc()).limit(1).scalar_subquery()
    return select(Conversation, count, newest)


OWNED = _overviews().where(
    Conversation.id == bindparam("id"), Conversation.user_id == bindparam("user_id")
)
"""The overview of one conversation, if it is the user's."""

CHANGE = (
    update(Conversation)
    .where(Conversation.id == bindparam("seen_id"), Conversation.version == bindparam("seen"))
    # Whoever runs it commits, after which everything is read anew.
    .execution_options(synchronize_session=False)
)
"""A change of one conversation that still has the version; the columns to set are values too."""


@cache
def page(*columns: str) -> Select[Any]:
    """The overviews with the given columns' values: pinned ones first, then the latest."""
    latest = func.coalesce(Conversation.last_message_at, Conversation.created_at)
    return (
        _overviews()
        .where(*_have(columns))
        .order_by(Conversation.pinned.desc(), latest.desc(), Conversation.id.desc())
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
    )


@cache
def total(*columns: str) -> Select[int]:
    """How many conversations have the given columns' values."""
    return select(func.count(Conversation.id)).where(*_have(columns))


def _have(columns: tuple[str, ...]) -> list[Any]:
    return [getattr(Conversation, name) == bindparam(name) for name in columns]
