"""The services as any caller may use them: a plain Session, a clock, and no application."""

import dataclasses

import pytest
from flask import has_app_context
from sqlalchemy import select
from sqlalchemy.orm import Session

from modern.admin.service import Actor, AdminService
from modern.auth.service import AuthService
from modern.chat.service import AssistantService
from modern.conversation.service import ConversationService
from shared_models import User
from shared_models.engine import make_engine
from shared_models.settings import shared_settings
from tests.modern.conftest import NOW


class Clock:
    """Tells the time that a test sets."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock(NOW)


@pytest.fixture
def session(database_url):
    assert not has_app_context()
    engine = make_engine(database_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def settings(tmp_path):
    return dataclasses.replace(shared_settings(), attachment_folder=tmp_path)


def person(session, name):
    return session.scalars(select(User).where(User.email == f"{name}@example.test")).one()


@pytest.fixture
def ada(session):
    return person(session, "ada")


@pytest.fixture
def bob(session):
    return person(session, "bob")


@pytest.fixture
def actor(ada):
    return Actor(ada, "192.0.2.1", "a-request")


@pytest.fixture
def made(session, clock, settings):
    """Make a service."""
    return lambda service: service(session, clock, settings)


@pytest.fixture
def auth(made):
    return made(AuthService)


@pytest.fixture
def conversations(made):
    return made(ConversationService)


@pytest.fixture
def assistants(made):
    return made(AssistantService)


@pytest.fixture
def administration(made):
    return made(AdminService)
