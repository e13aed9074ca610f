"""How many messages a month somebody may send, and when the count begins again."""

import math
from datetime import UTC, datetime

from sqlalchemy import Update, case, or_, update

from modern.auth.schemas import UsageStats
from modern.failures import QuotaUsedUp
from shared_models import User


def first_of_next_month(now: datetime) -> datetime:
    """When a count that runs now begins again."""
    years, month = divmod(now.month, 12)
    return datetime(now.year + years, month + 1, 1, tzinfo=UTC)


def usage_at(now: datetime, user: User) -> UsageStats:
    """What is used of the month; a count whose month is over is 0, though nobody reset it yet."""
    over = user.quota_resets_at <= now
    used = 0 if over else user.quota_used
    limit = user.monthly_quota or None
    return UsageStats(
        used=used,
        limit=limit,
        remaining=None if limit is None else max(0, limit - used),
        resets_at=first_of_next_month(now) if over else user.quota_resets_at,
    )


def one_more(now: datetime, user_id: int) -> Update:
    """Count one message, if there is room; no row is met if there is not."""
    over = User.quota_resets_at <= now
    room = or_(over, User.monthly_quota == 0, User.quota_used < User.monthly_quota)
    return (
        update(User)
        .where(User.id == user_id, room)
        .values(
            quota_used=case((over, 1), else_=User.quota_used + 1),
            quota_resets_at=case((over, first_of_next_month(now)), else_=User.quota_resets_at),
        )
        .execution_options(synchronize_session=False)
    )


def used_up(now: datetime, user: User) -> QuotaUsedUp:
    """Say that the month's messages are used up, and when there will be new ones."""
    left = (user.quota_resets_at - now).total_seconds()
    return QuotaUsedUp(user.monthly_quota, max(1, math.ceil(left)))
