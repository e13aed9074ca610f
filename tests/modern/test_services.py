"""The services as any caller may use them: a plain Session, a clock, and no application."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from modern.auth.schemas import RegisterForm
from modern.auth.service import AuthService, Visit
from modern.conversation.schemas import ConversationCreate, ConversationQuery, ConversationUpdate
from modern.conversation.service import ConversationService
from modern.failures import NotFound, Stale
from shared_models import User
from shared_models.engine import make_engine
from shared_models.settings import shared_settings
from tests.modern.conftest import NOW

VISIT = Visit("192.0.2.1", "a browser")


@pytest.fixture
def session(database_url):
    engine = make_engine(database_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def ada(session):
    return session.scalars(select(User).where(User.email == "ada@example.test")).one()


@pytest.fixture
def auth(session):
    return AuthService(session, lambda: NOW, shared_settings())


@pytest.fixture
def conversations(session):
    return ConversationService(session, lambda: NOW, shared_settings())


def test_a_registered_person_is_authenticated(auth):
    form = RegisterForm(
        email="grace@example.test",
        display_name="Grace",
        password="a nanosecond of wire",
        accept_terms="1",
    )
    made = auth.register(form)

    assert auth.authenticate("grace@example.test", "a nanosecond of wire") is made


def test_a_token_leads_back_to_its_session(auth, ada):
    opened = auth.open_session(ada, VISIT, remember=False)

    assert auth.resolve_session(opened.token) is opened.login
    assert auth.resolve_session("another token") is None


def test_a_closed_session_can_not_be_resolved(auth, ada):
    opened = auth.open_session(ada, VISIT, remember=True)
    auth.close_session(opened.login)

    assert auth.resolve_session(opened.token) is None


def test_the_clock_decides_when_a_session_ends(auth, ada):
    opened = auth.open_session(ada, VISIT, remember=True)
    auth.clock = lambda: NOW + timedelta(days=30)

    assert auth.resolve_session(opened.token) is None


def test_a_conversation_lives_through_its_services(conversations, ada):
    made = conversations.create(ada, ConversationCreate(title="Plans", assistant_key="guide"))
    conversation = made.conversation

    conversations.update(conversation, 1, ConversationUpdate(title="More plans"))
    assert conversations.get_owned(ada, conversation.id).conversation.title == "More plans"
    with pytest.raises(Stale):
        conversations.update(conversation, 1, ConversationUpdate(pinned=True))

    gone = conversation.id
    conversations.delete(conversation, version=None)
    with pytest.raises(NotFound):
        conversations.get_owned(ada, gone)


def test_a_conversation_that_is_gone_can_not_be_deleted_again(conversations, ada):
    once = conversations.get_owned(ada, 1).conversation
    conversations.session.expunge(once)
    conversations.delete(once, version=None)

    with pytest.raises(NotFound):
        conversations.delete(once, version=None)


def test_a_list_of_one_page_takes_one_statement(conversations, ada):
    statements = []
    bind = conversations.session.get_bind()
    event.listen(bind, "before_cursor_execute", lambda *args: statements.append(args[2]))

    found = conversations.list_page(ada, ConversationQuery())

    assert len(found.items) == 4
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("page", "per_page", "shown"), [(1, 20, 4), (1, 4, 4), (1, 3, 3), (2, 3, 1), (2, 4, 0)]
)
def test_every_page_knows_how_many_there_are(conversations, ada, page, per_page, shown):
    found = conversations.list_page(ada, ConversationQuery(page=page, per_page=per_page))

    assert (len(found.items), found.total) == (shown, 4)
