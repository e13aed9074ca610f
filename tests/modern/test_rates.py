from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from modern.failures import RateLimited
from modern.rates import Limit, RateLimiter
from shared_models.engine import make_engine
from tests.modern.conftest import NOW

LIMIT = Limit("door", 3, timedelta(seconds=300))


@pytest.fixture
def engine(database_url):
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def limiter(engine):
    with Session(engine) as session:
        yield RateLimiter(session, lambda: NOW + timedelta(seconds=10.5))


def test_attempts_beyond_the_limit_are_refused_until_the_window_ends(limiter):
    for _ in range(3):
        limiter.spend(LIMIT)

    with pytest.raises(RateLimited, match="Try again in 290 seconds") as refused:
        limiter.spend(LIMIT)
    assert refused.value.retry_after == 290


def test_the_next_window_starts_from_nothing(limiter):
    for _ in range(3):
        limiter.add(LIMIT)
    limiter.clock = lambda: NOW + timedelta(seconds=300)

    limiter.require_room(LIMIT)
    assert limiter.add(LIMIT).hits == 1


def test_asking_for_room_counts_nothing(limiter):
    limiter.require_room(LIMIT)

    assert limiter.count(LIMIT).hits == 0


def test_a_used_up_limit_has_no_room(limiter):
    for _ in range(3):
        limiter.add(LIMIT)

    with pytest.raises(RateLimited):
        limiter.require_room(LIMIT)


def test_attempts_at_the_same_moment_are_all_counted(engine):
    def attempt(_):
        with Session(engine) as session:
            return RateLimiter(session, lambda: NOW).add(LIMIT).hits

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(24))) == list(range(1, 25))
