"""Instants are stored as UTC and come back aware."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from shared_models import Conversation


def test_instant_comes_back_in_utc(session, conversation):
    east = timezone(timedelta(hours=5, minutes=30))
    conversation.created_at = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=east)
    session.flush()
    session.expire_all()
    assert conversation.created_at.isoformat() == "2026-01-01T21:34:05.678901+00:00"
    assert conversation.created_at.tzinfo is UTC


def test_missing_instant_stays_missing(session, conversation):
    session.expire_all()
    assert conversation.last_message_at is None


def test_instants_compare_across_zones(session, conversation):
    west = timezone(timedelta(hours=-8))
    same = conversation.created_at.astimezone(west)
    found = select(Conversation.id).where(Conversation.created_at == same)
    assert session.scalar(found) == conversation.id


def test_naive_time_is_refused(session, conversation):
    conversation.created_at = datetime(2026, 1, 2)  # noqa: DTZ001  # the point of the test
    with pytest.raises(StatementError, match="A stored time needs a time zone, got the naive"):
        session.flush()
