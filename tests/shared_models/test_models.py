"""What the database itself refuses, and what goes with what."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import IntegrityError

from shared_models import (
    Attachment,
    AuditEvent,
    ContactMessage,
    Conversation,
    Enrolment,
    Feedback,
    LoginSession,
    Message,
    RateBucket,
    User,
)
from tests.shared_models.conftest import NOW, add


def new_attachment(user, conversation, **values):
    return Attachment(
        user_id=user.id,
        conversation_id=conversation.id,
        **{
            "original_name": "list.csv",
            "stored_name": "a1",
            "content_type": "text/csv",
            "size_bytes": 3,
            "sha256": "0" * 64,
            "created_at": NOW,
            **values,
        },
    )


def new_login(user, **values):
    times = {"created_at": NOW, "last_seen_at": NOW, "expires_at": NOW + timedelta(hours=12)}
    return LoginSession(
        user_id=user.id, **{"token_hash": "0" * 64, "served_by": "legacy", **times, **values}
    )


def rate(message, user, rating):
    return Feedback(user_id=user.id, message_id=message.id, rating=rating, created_at=NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "Eve@example.test"},
        {"role": "root"},
        {"status": "gone"},
        {"monthly_quota": -1},
        {"quota_used": -1},
        {"failed_logins": -1},
        {"default_assistant": "nobody"},
        {"password_hash": None},
    ],
)
def test_wrong_user_is_refused(session, user, wrong):
    for name, value in wrong.items():
        setattr(user, name, value)
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize(
    "wrong", [{"status": "shut"}, {"version": 0}, {"assistant_key": "nobody"}, {"user_id": 0}]
)
def test_wrong_conversation_is_refused(session, conversation, wrong):
    for name, value in wrong.items():
        setattr(conversation, name, value)
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("wrong", [{"sender": "eve"}, {"kind": "song"}, {"state": "?"}, {"seq": 0}])
def test_wrong_message_is_refused(session, message, wrong):
    for name, value in wrong.items():
        setattr(message, name, value)
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("rating", [0, 6])
def test_rating_out_of_range_is_refused(session, user, message, rating):
    with pytest.raises(IntegrityError):
        add(session, rate(message, user, rating))


def test_empty_attachment_is_refused(session, user, conversation):
    with pytest.raises(IntegrityError):
        add(session, new_attachment(user, conversation, size_bytes=0))


def test_second_account_with_an_email_is_refused(session, user):
    with pytest.raises(IntegrityError):
        add(
            session,
            User(
                email=user.email,
                display_name="Eve again",
                password_hash="-",
                quota_resets_at=NOW,
                created_at=NOW,
            ),
        )


def test_second_message_with_a_number_is_refused(session, message):
    with pytest.raises(IntegrityError):
        add(
            session,
            Message(
                conversation_id=message.conversation_id,
                seq=message.seq,
                sender="user",
                body="Again",
                created_at=NOW,
            ),
        )


def test_client_token_counts_once_in_a_conversation(session, message):
    message.client_token = "once"
    session.flush()
    with pytest.raises(IntegrityError):
        add(
            session,
            Message(
                conversation_id=message.conversation_id,
                seq=2,
                sender="user",
                body="Again",
                client_token="once",
                created_at=NOW,
            ),
        )


def test_second_rating_of_a_message_is_refused(session, user, message):
    add(session, rate(message, user, 5))
    with pytest.raises(IntegrityError):
        add(session, rate(message, user, 1))


def test_second_enrolment_is_refused(session, user):
    add(session, Enrolment(user_id=user.id, assistant_key="docs", created_at=NOW))
    with pytest.raises(IntegrityError):
        add(session, Enrolment(user_id=user.id, assistant_key="docs", created_at=NOW))


def test_login_tokens_are_unique(session, user):
    add(session, new_login(user))
    with pytest.raises(IntegrityError):
        add(session, new_login(user))


def test_everything_of_a_user_goes_with_the_user(session, user, conversation, message):
    add(session, new_login(user))
    add(session, new_attachment(user, conversation, message_id=message.id))
    add(session, rate(message, user, 4))
    add(session, Enrolment(user_id=user.id, assistant_key="docs", created_at=NOW))
    session.execute(delete(User).where(User.id == user.id))
    for model in (Conversation, Message, LoginSession, Attachment, Feedback, Enrolment):
        assert session.scalar(select(func.count()).select_from(model)) == 0, model


def test_audit_outlives_its_actor(session, user):
    event = add(
        session,
        AuditEvent(
            at=NOW, actor_id=user.id, action="user.approve", target_type="user", app="legacy"
        ),
    )
    session.execute(delete(User).where(User.id == user.id))
    session.expire_all()
    assert (event.actor_id, event.detail) == (None, {})


def test_assistant_in_use_cannot_be_deleted(session, conversation):
    with pytest.raises(IntegrityError):
        session.execute(text("DELETE FROM assistant WHERE key = 'guide'"))


def test_user_outlives_the_default_assistant(session, user):
    user.default_assistant = "table"
    session.flush()
    session.execute(text("DELETE FROM assistant WHERE key = 'table'"))
    session.expire_all()
    assert user.default_assistant is None


def test_id_of_a_deleted_row_is_not_used_again(session, user, conversation):
    first = conversation.id
    session.delete(conversation)
    session.flush()
    second = add(
        session,
        Conversation(user_id=user.id, assistant_key="guide", created_at=NOW, updated_at=NOW),
    )
    assert second.id > first


def test_attachments_hang_on_their_message(session, user, conversation, message):
    attachment = add(session, new_attachment(user, conversation, message_id=message.id))
    assert message.attachments == [attachment]


def test_letter_needs_no_account(session):
    letter = add(
        session,
        ContactMessage(name="A", email="a@b.test", subject="Hi", body="Hello", created_at=NOW),
    )
    assert letter.handled_at is None


def test_bucket_is_one_a_window(session):
    later = NOW + timedelta(minutes=5)
    for start in (NOW, later):
        add(session, RateBucket(key="k", window_start=start, hits=1, expires_at=later))
    session.expunge_all()
    with pytest.raises(IntegrityError):
        add(session, RateBucket(key="k", window_start=NOW, hits=1, expires_at=later))
