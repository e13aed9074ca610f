"""Times as people read them, in their own time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo


def long_date(moment: datetime, timezone: str) -> str:
    """The day, such as `16 March 2026`."""
    day = moment.astimezone(ZoneInfo(timezone))
    return f"{day.day} {day:%B %Y}"


def minute(moment: datetime, timezone: str) -> str:
    """The day and the time, such as `2026-03-16 09:30`."""
    return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"


def instant(moment: datetime) -> str:
    """The same for programs (RFC 3339), to the second."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
