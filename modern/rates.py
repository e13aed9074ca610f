"""Counters of attempts in windows of time, kept in the database and so shared by all workers."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from modern.clock import Clock
from modern.failures import RateLimited
from modern.upsert import insert_into
from shared_models import RateBucket


@dataclass(frozen=True)
class Limit:
    """At most `hits` under one key in each window."""

    key: str
    hits: int
    window: timedelta


@dataclass(frozen=True)
class Count:
    """How often a key was hit in the window that ends at `until`."""

    hits: int
    until: datetime


class RateLimiter:
    """Counts attempts, each in a transaction of its own that is over before the work begins."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self.clock = clock

    def spend(self, limit: Limit) -> Count:
        """Count one attempt, and raise RateLimited if that was one too many."""
        counted = self.add(limit)
        if counted.hits > limit.hits:
            raise self._refusal(counted)
        return counted

    def require_room(self, limit: Limit) -> None:
        """Raise RateLimited if the limit is used up; count nothing."""
        counted = self.count(limit)
        if counted.hits >= limit.hits:
            raise self._refusal(counted)

    def add(self, limit: Limit) -> Count:
        """Count one attempt; two at the same moment never count as one."""
        start, end = self._window(limit)
        first = {"key": limit.key, "window_start": start, "hits": 1, "expires_at": end}
        row = insert_into(self.session, RateBucket).values(first)
        counted = row.on_conflict_do_update(
            index_elements=[RateBucket.key, RateBucket.window_start],
            set_={"hits": RateBucket.hits + 1},
        ).returning(RateBucket.hits)
        hits = self.session.scalars(counted).one()
        self.session.commit()
        return Count(hits, end)

    def count(self, limit: Limit) -> Count:
        """How often the key was hit in the present window."""
        start, end = self._window(limit)
        bucket = select(RateBucket.hits).where(
            RateBucket.key == limit.key, RateBucket.window_start == start
        )
        return Count(self.session.scalar(bucket) or 0, end)

    def forget(self, key: str) -> None:
        """Drop all counts of a key; the caller commits."""
        self.session.execute(delete(RateBucket).where(RateBucket.key == key))

    def _window(self, limit: Limit) -> tuple[datetime, datetime]:
        length = int(limit.window.total_seconds())
        seconds = int(self.clock().timestamp())
        start = datetime.fromtimestamp(seconds - seconds % length, UTC)
        return start, start + limit.window

    def _refusal(self, counted: Count) -> RateLimited:
        left = (counted.until - self.clock()).total_seconds()
        return RateLimited(max(1, math.ceil(left)))
