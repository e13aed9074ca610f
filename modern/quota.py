"""How many messages a month somebody may send, and when the count begins again."""

from datetime import UTC, datetime

from modern.auth.schemas import UsageStats
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
