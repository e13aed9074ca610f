"""The state that comparisons start from, and the people in it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gateway.parity.harness import START
from legacy.app import app as legacy
from shared_models import LoginSession, User
from shared_models.sample import load_sample
from shared_models.schema import upgrade
from tests.parity_reference.person import Person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from gateway.parity.harness import Browser, Parity
    from gateway.sandbox import Database, State

USER_AGENT = "gateway-parity"
NAMES = ("ada", "bob", "carol")


@pytest.fixture(scope="session")
def parity_state(parity_database: Database) -> Iterator[State]:
    """A migrated database with the sample data, in which everybody is signed in somewhere."""
    with parity_database.empty() as state:
        fill(state)
        yield state


def fill(state: State, start: datetime = START) -> None:
    """Migrate an empty state, and put the sample data and logins of a moment into it."""
    for clone in state.clones:
        upgrade(clone.url.render_as_string(hide_password=False))
        engine = sa.create_engine(clone.url, poolclass=sa.NullPool)
        with Session(engine) as session:
            load_sample(session, start - timedelta(days=1))
            session.add_all(_login(session, name, start) for name in NAMES)
            session.commit()


def _login(session: Session, name: str, start: datetime) -> LoginSession:
    """Log a person in without the work of hashing a password, which takes 0.1 s."""
    return LoginSession(
        user=session.scalars(sa.select(User).filter_by(email=f"{name}@example.test")).one(),
        token_hash=hashlib.sha256(_token(name).encode()).hexdigest(),
        created_at=start - timedelta(hours=1),
        last_seen_at=start - timedelta(minutes=10),
        expires_at=start + timedelta(hours=11),
        ip="127.0.0.1",
        user_agent=USER_AGENT,
        served_by="elsewhere",
    )


def _token(name: str) -> str:
    return f"{name}-signed-in-before-the-test-began"


def session_of(name: str) -> str:
    """Give the cookie of a person's login, as Flask and Flask-Login write it."""
    identifier = hashlib.sha512(f"127.0.0.1|{USER_AGENT}".encode()).hexdigest()
    serializer = legacy.session_interface.get_signing_serializer(legacy)
    return str(serializer.dumps({"_user_id": _token(name), "_fresh": True, "_id": identifier}))


def sign_in(browser: Browser | Parity, name: str) -> Person:
    """Give a browser the cookie of a person's login."""
    browser.set_cookie("session", session_of(name))
    return Person(name, browser)


@pytest.fixture
def ada(parity: Parity) -> Person:
    """Ada, the administrator, with five conversations."""
    return sign_in(parity, "ada")


@pytest.fixture
def bob(parity: Parity) -> Person:
    """Bob, with two conversations, in a browser of his own."""
    return sign_in(parity.browser(), "bob")


@pytest.fixture
def carol(parity: Parity) -> Person:
    """Carol, who has no conversation, in a browser of her own."""
    return sign_in(parity.browser(), "carol")


@pytest.fixture
def stranger(parity: Parity) -> Person:
    """Somebody who is not signed in, and has a CSRF token of their own."""
    browser = parity.browser()
    person = Person("nobody", browser)
    person.csrf = browser.get("/auth/login").form("csrf_token")
    return person
