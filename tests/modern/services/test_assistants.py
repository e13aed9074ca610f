"""Assistants, and the turns of a conversation with them."""

import pytest

from assistants import Delta
from modern.chat.schemas import FeedbackCreate, MessageCreate
from modern.chat.turn import Draft
from modern.chat.uploads import Upload
from modern.failures import Conflict, Invalid, NotFound, QuotaUsedUp
from modern.schemas import PageQuery
from shared_models import Assistant, Conversation, Message, User

NOTE = Upload("note.txt", "text/plain", b"The engine weaves.")


@pytest.fixture
def fresh(conversations, bob):
    return conversations.get_or_create_fresh(bob).overview.conversation


def message(conversation, token="token-one", files=()):
    return MessageCreate(
        conversation_id=conversation.id,
        text="How do I attach a file?",
        client_token=token,
        attachment_ids=files,
    )


def read_anew(session, turn):
    """Read the person and the conversation again: a turn that has begun lets go of its session."""
    return session.get_one(User, turn.user_id), session.get_one(Conversation, turn.conversation_id)


def test_assistants_are_listed_and_chosen(assistants, bob):
    listed = assistants.list_assistants(bob, PageQuery(per_page=2))
    assert ([choice.assistant.key for choice in listed.items], listed.total) == (
        ["docs", "guide"],
        3,
    )

    docs = assistants.get_enabled("docs")
    assert assistants.enrol(bob, docs).enrolled
    assert assistants.list_assistants(bob, PageQuery()).items[0].enrolled
    assert not assistants.unenrol(bob, "docs").enrolled
    with pytest.raises(Conflict):
        assistants.unenrol(bob, bob.default_assistant)


def test_an_assistant_is_there_and_switched_on(assistants, session):
    session.get_one(Assistant, "docs").enabled = False

    with pytest.raises(Conflict):
        assistants.get_enabled("docs")
    with pytest.raises(NotFound):
        assistants.get_enabled("nobody")


def test_a_turn_is_answered_and_told_again(assistants, session, bob, fresh):
    wanted = message(fresh)
    assert assistants.validate_send(bob, fresh, wanted) is None
    turn = assistants.begin_turn(bob, fresh, wanted)
    bob, fresh = read_anew(session, turn)
    with pytest.raises(Conflict):
        assistants.validate_send(bob, fresh, message(fresh, "token-two"))

    draft = Draft()
    for said in assistants.stream_reply(turn, assistants.build_context(turn)):
        draft.add(said)
    outcome = assistants.complete_turn(turn, draft)

    assert "attach" in draft.body.lower()
    assert (outcome.message_id, outcome.title) == (turn.message_id, wanted.text)
    assert outcome.usage.used == 1
    assert session.get_one(Message, turn.message_id).state == "complete"
    bob, fresh = read_anew(session, turn)
    assert assistants.validate_send(bob, fresh, wanted).answer.body == draft.body


def test_a_turn_that_fails_keeps_what_there_is(assistants, session, bob, fresh):
    turn, draft = assistants.begin_turn(bob, fresh, message(fresh)), Draft()
    draft.add(Delta("Half an "))

    assistants.fail_turn(turn, draft)

    kept = session.get_one(Message, turn.message_id)
    assert (kept.state, kept.body) == ("failed", "Half an ")


def test_a_quota_is_spent_to_its_end(assistants, bob):
    bob.monthly_quota, bob.quota_used = 2, 1
    assert assistants.usage(bob).remaining == 1

    assistants.consume_quota(bob)
    with pytest.raises(QuotaUsedUp):
        assistants.consume_quota(bob)


def test_a_file_is_kept_sent_and_stays(assistants, session, bob, ada, fresh):
    kept = assistants.save_attachment(bob, fresh, NOTE)
    assert assistants.open_attachment(bob, kept.id)[1].read_bytes() == NOTE.content
    with pytest.raises(NotFound):
        assistants.open_attachment(ada, kept.id)

    number = kept.id
    turn = assistants.begin_turn(bob, fresh, message(fresh, files=[number]))
    (file,) = assistants.build_context(turn).files
    assert file.name == "note.txt"
    bob, _ = read_anew(session, turn)
    with pytest.raises(Conflict):
        assistants.delete_attachment(bob, number)


def test_a_file_that_was_not_sent_goes_and_is_not_sent_any_more(assistants, tmp_path, bob, fresh):
    kept = assistants.save_attachment(bob, fresh, NOTE)
    number = kept.id

    assistants.delete_attachment(bob, number)

    assert list(tmp_path.iterdir()) == []
    with pytest.raises(Invalid):
        assistants.validate_send(bob, fresh, message(fresh, files=[number]))


def test_an_opinion_is_given_once_and_changed(assistants, ada, bob):
    opinion, first = assistants.submit_feedback(ada, FeedbackCreate(message_id=2, rating=5))
    assert (opinion.rating, first) == (5, True)

    opinion, first = assistants.submit_feedback(ada, FeedbackCreate(message_id=2, rating=1))
    assistants.session.refresh(opinion)
    assert (opinion.rating, first) == (1, False)
    with pytest.raises(NotFound):
        assistants.submit_feedback(bob, FeedbackCreate(message_id=2, rating=1))
