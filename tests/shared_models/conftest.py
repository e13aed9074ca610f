"""A migrated database of each kind, and sessions that leave nothing behind."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.orm import Session

from shared_models import Conversation, Message, User, schema
from shared_models.engine import make_engine

T = TypeVar("T")

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(
    scope="session",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def url(request, tmp_path_factory):
    if request.param == "postgresql":
        return new_postgresql_database(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'app.db'}"


def new_postgresql_database(server_url) -> str:
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    name = f"test_{secrets.token_hex(8)}"  # pytest may set the session's fixture up again
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return engine.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def engine(url) -> Iterator[Engine]:
    schema.upgrade(url)
    engine = make_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def add(session: Session, row: T) -> T:
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def user(session) -> User:
    return add(
        session,
        User(
            email="eve@example.test",
            display_name="Eve",
            password_hash="-",
            quota_resets_at=NOW,
            created_at=NOW,
        ),
    )


@pytest.fixture
def conversation(session, user) -> Conversation:
    return add(
        session,
        Conversation(user_id=user.id, assistant_key="guide", created_at=NOW, updated_at=NOW),
    )


@pytest.fixture
def message(session, conversation) -> Message:
    return add(
        session,
        Message(
            conversation_id=conversation.id, seq=1, sender="user", body="Hello", created_at=NOW
        ),
    )
