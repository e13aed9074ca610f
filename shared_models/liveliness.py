"""What makes the sample look lived in: a table, ratings, a newcomer, changes and a letter."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from shared_models.audit import AuditEvent
from shared_models.contact import ContactMessage
from shared_models.conversation import Conversation
from shared_models.feedback import Feedback
from shared_models.message import Message
from shared_models.passwords import HASH_METHOD
from shared_models.sample import SAMPLE_PASSWORD, next_month
from shared_models.user import User

NEWCOMER = "erin@example.test"

_CAPTION = "Sum of visitors by month, from 3 rows of “lighthouse.csv”."
_TABLE = {
    "caption": _CAPTION,
    "columns": [{"name": "month", "kind": "text"}, {"name": "sum of visitors", "kind": "number"}],
    "rows": [["April", "2950"], ["March", "1203"], ["May", "4812"]],
}
# Ratings of Ada's answers, by how many answers ago.
_RATINGS = (
    (0, 5, "The table is what I was looking for."),
    (1, 4, None),
    (2, 5, None),
    (3, 3, "Right, but the daily mean has decimals."),
)


def load_liveliness(session: Session, now: datetime) -> None:
    """Add to the sample people's data what the pages of a busy workspace show, once.

    The caller commits. All times lie before `now`.
    """
    ada = session.scalars(select(User).where(User.email == "ada@example.test")).one()
    if session.scalar(select(User.id).where(User.email == NEWCOMER)) is not None:
        return
    _add_table(session, ada, now - timedelta(hours=1))
    _add_ratings(session, ada, now - timedelta(minutes=50))
    erin = _add_newcomer(session, now)
    _add_changes(session, ada, now)
    _count_usage(session, now)
    session.add(
        ContactMessage(
            name=erin.display_name,
            email=erin.email,
            subject="Waiting for approval",
            body="Hello,\n\nI registered this morning. Could somebody approve my account?\n\nErin",
            created_at=now - timedelta(hours=2),
        )
    )


def _add_table(session: Session, owner: User, at: datetime) -> None:
    conversation = Conversation(
        user_id=owner.id,
        assistant_key="table",
        title="Visitors by month",
        created_at=at,
        updated_at=at,
        last_message_at=at,
    )
    session.add(conversation)
    session.flush()
    common = {"conversation_id": conversation.id, "created_at": at}
    session.add_all(
        [
            Message(seq=1, sender="user", body="Sum of visitors by month, please.", **common),
            Message(seq=2, sender="assistant", kind="table", body=_CAPTION, data=_TABLE, **common),
        ]
    )
    session.flush()


def _add_ratings(session: Session, owner: User, at: datetime) -> None:
    answers = session.scalars(
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.user_id == owner.id, Message.sender == "assistant")
        .order_by(Message.id.desc())
    ).all()
    session.add_all(
        Feedback(
            user_id=owner.id,
            message_id=answers[back],
            rating=rating,
            comment=comment,
            created_at=at,
        )
        for back, rating, comment in _RATINGS
        if back < len(answers)
    )


def _add_newcomer(session: Session, now: datetime) -> User:
    registered = now - timedelta(hours=3)
    user = User(
        email=NEWCOMER,
        display_name="Erin Wells",
        password_hash=generate_password_hash(SAMPLE_PASSWORD, method=HASH_METHOD),
        status="pending",
        default_assistant="guide",
        quota_resets_at=next_month(now),
        terms_accepted_at=registered,
        created_at=registered,
    )
    session.add(user)
    session.flush()
    return user


def _add_changes(session: Session, actor: User, now: datetime) -> None:
    changed = (
        ("carol@example.test", "user.approve", {"status": ["pending", "active"]}),
        ("bob@example.test", "user.update", {"display_name": ["Robert Martin", "Bob Martin"]}),
    )
    for days_ago, (email, action, detail) in enumerate(changed, start=1):
        target = session.scalar(select(User.id).where(User.email == email))
        session.add(
            AuditEvent(
                at=now - timedelta(days=days_ago),
                actor_id=actor.id,
                action=action,
                target_type="user",
                target_id=str(target),
                ip="127.0.0.1",
                request_id=f"sample-{days_ago}",
                app="legacy",
                detail=detail,
            )
        )


def _count_usage(session: Session, now: datetime) -> None:
    """Let everybody have used of this month's quota what they asked this month."""
    asked = (
        select(func.count(Message.id))
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Conversation.user_id == User.id,
            Message.sender == "user",
            Message.created_at >= now.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
        )
    )
    session.execute(update(User).values(quota_used=asked.scalar_subquery()))
