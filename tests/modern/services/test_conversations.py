"""Conversations and what is said in them."""

import pytest
from sqlalchemy import event

from modern.conversation.schemas import (
    ConversationCreate,
    ConversationQuery,
    ConversationUpdate,
    ExportQuery,
    MessageQuery,
    SearchQuery,
)
from modern.failures import NotFound, Stale


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


def test_a_fresh_conversation_is_made_once(conversations, bob):
    first, second = (conversations.get_or_create_fresh(bob) for _ in range(2))

    assert (first.created, second.created) == (True, False)
    assert second.overview.conversation is first.overview.conversation


def test_messages_are_paged_from_the_newest_on(conversations, ada):
    conversation = conversations.get_owned(ada, 1).conversation

    newest = conversations.list_messages(conversation, MessageQuery(limit=2))
    assert ([message.seq for message in newest.items], newest.next_cursor) == ([4, 5], "4")
    older = conversations.list_messages(conversation, MessageQuery(before=4))
    assert ([message.seq for message in older.items], older.next_cursor) == ([1, 2, 3], None)


def test_a_message_is_added_at_the_end_and_names_what_has_no_name(conversations, bob):
    conversation = conversations.get_or_create_fresh(bob).overview.conversation

    said = conversations.add_message(conversation.id, sender="user", body="How  are you?")
    conversations.auto_title(conversation.id)
    conversations.session.refresh(conversation)

    assert (said.seq, conversation.title) == (1, "How are you?")


def test_words_are_found_in_what_is_ones_own(conversations, ada, bob):
    wanted = SearchQuery(q="store mill")

    assert [hit.message_id for hit in conversations.search(ada, wanted).items] == [2, 1]
    assert conversations.search(bob, wanted).total == 0


def test_a_cleared_conversation_is_empty(conversations, ada):
    conversation = conversations.get_owned(ada, 1).conversation

    assert conversations.clear(conversation) == 5
    assert conversations.list_messages(conversation, MessageQuery()).items == []


@pytest.mark.parametrize("wanted", ["json", "csv", "md"])
def test_an_export_holds_all_that_was_said(conversations, ada, wanted):
    overview = conversations.get_owned(ada, 1)

    file = conversations.export(ada, overview, ExportQuery(format=wanted))

    assert file.name.endswith(f".{wanted}")
    assert "In note G" in file.text


def test_events_are_those_after_a_number_or_the_newest(conversations):
    assert [message.seq for message in conversations.events_since(1, 3)] == [4, 5]
    assert [message.seq for message in conversations.events_since(1, None)] == [5]
