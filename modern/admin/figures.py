"""How much the workspace is used."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from modern.admin.schemas import DayCount, SystemStats, UserCounts
from shared_models import Conversation, Feedback, Message, User

DAYS = 30


def system_stats(session: Session, now: datetime) -> SystemStats:
    """Count everything; `by_day` ends with today (UTC)."""
    average = session.scalar(select(func.avg(Feedback.rating)))
    return SystemStats(
        users=_users(session),
        conversations=session.scalar(select(func.count(Conversation.id))) or 0,
        messages=session.scalar(select(func.count(Message.id))) or 0,
        feedback_avg=None if average is None else round(float(average), 2),
        by_day=_by_day(session, now),
    )


def _users(session: Session) -> UserCounts:
    counted = session.execute(select(User.status, func.count(User.id)).group_by(User.status)).all()
    by_status = dict.fromkeys(("active", "pending", "disabled", "deleting"), 0)
    by_status |= {row[0]: row[1] for row in counted}
    return UserCounts(total=sum(by_status.values()), **by_status)


def _by_day(session: Session, now: datetime) -> list[DayCount]:
    today = now.date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    first = datetime.combine(days[0], datetime.min.time(), now.tzinfo)
    day = _day(session)
    counted = session.execute(
        select(day, func.count(Message.id)).where(Message.created_at >= first).group_by(day)
    )
    by_day = {date.fromisoformat(str(found)): count for found, count in counted}
    return [DayCount(day=each, messages=by_day.get(each, 0)) for each in days]


def _day(session: Session) -> ColumnElement[str]:
    # PostgreSQL would take the day in the time zone of its connection.
    postgresql = session.get_bind().dialect.name == "postgresql"
    return func.date(func.timezone("UTC", Message.created_at) if postgresql else Message.created_at)
