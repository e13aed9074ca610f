"""Conversations: the list, one of them, and the page."""

import json

import pytest
from sqlalchemy import func, select

from shared_models import Assistant, Conversation, Message, User
from tests.legacy.conftest import call

STALE = {"error": "This conversation was changed elsewhere. Reload it and try again."}
NOTHING = {"error": "There is nothing here."}


def titles(client, query=""):
    return [item["title"] for item in client.get(f"/conversations{query}").json]


def count(session, model=Conversation):
    session.rollback()
    return session.scalar(select(func.count(model.id)))


def patch(client, changes, *, conv_id=2, match=None):
    headers = {"If-Match": match} if match else {}
    return call(client, "PATCH", f"/conversations/{conv_id}", json=changes, headers=headers)


# The list


def test_list_is_a_bare_array_with_the_latest_first(ada):
    assert [item["id"] for item in ada.get("/conversations").json] == [1, 2, 3, 4]


def test_pinned_ones_come_before_later_ones(ada):
    patch(ada, {"pinned": True}, conv_id=3, match="*")
    assert [item["id"] for item in ada.get("/conversations").json] == [1, 3, 2, 4]


def test_conversation_without_messages_counts_from_its_creation(ada):
    made = call(ada, "POST", "/conversations", json={"assistant_key": "guide"}).json
    assert [item["id"] for item in ada.get("/conversations").json] == [1, made["id"], 2, 3, 4]


def test_item_of_the_list_has_its_fields_in_order(ada):
    item = ada.get("/conversations").json[1]
    assert json.dumps(item) == json.dumps(
        {
            "id": 2,
            "title": "Lighthouse visitors, spring",
            "status": "open",
            "pinned": False,
            "assistant_key": "table",
            "preview": "155 a day, rounded down; 201 on the Sundays.",
            "message_count": 4,
            "last_message_at": "2026-11-22T07:30:00",
        }
    )


def test_json_is_not_escaped_to_ascii(ada):
    response = ada.get("/conversations")
    assert response.content_type == "application/json"
    assert "東京" in response.text


def test_archived_ones_have_a_list_of_their_own(ada):
    assert titles(ada, "?status=archived") == ["How do I take my data with me?"]


def test_list_of_one_assistant(ada):
    assert titles(ada, "?assistant_key=table") == ["Lighthouse visitors, spring"]
    assert titles(ada, "?assistant_key=nobody") == []


def test_list_has_pages(ada):
    assert titles(ada, "?per_page=2&page=2") == titles(ada)[2:]
    assert titles(ada, "?per_page=2&page=10000") == []


def test_unknown_parameters_are_ignored(ada):
    assert titles(ada, "?colour=blue") == titles(ada)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=closed", "status"),
        ("status=", "status"),
        ("page=0", "page"),
        ("page=10001", "page"),
        ("page=x", "page"),
        ("page=1.0", "page"),
        ("page=", "page"),
        (f"page={'9' * 5000}", "page"),
        ("per_page=101", "per_page"),
        ("assistant_key=%00", "assistant_key"),
        ("per_page=-1&page=0&status=?&assistant_key=%00", "status, assistant_key, page, per_page"),
    ],
)
def test_malformed_query_is_refused(ada, query, names):
    response = ada.get(f"/conversations?{query}")
    assert (response.status_code, response.json) == (
        400,
        {"error": f"Some fields are not right: {names}."},
    )


def test_preview_folds_and_cuts_the_newest_message(ada, session):
    newest = session.scalars(select(Message).where(Message.conversation_id == 2)).all()[-1]
    newest.body = "  two\n\twords " + "x" * 100
    session.commit()
    assert ada.get("/conversations").json[1]["preview"] == "two words " + "x" * 70


# Creating


def test_created_conversation_is_answered_with_200(ada, session):
    response = call(
        ada, "POST", "/conversations", json={"title": " Plans ", "assistant_key": "docs"}
    )
    assert (response.status_code, response.location) == (200, None)
    assert response.headers["ETag"] == '"8-1"'
    assert json.dumps(response.json) == json.dumps(
        {
            "id": 8,
            "title": "Plans",
            "status": "open",
            "pinned": False,
            "assistant_key": "docs",
            "preview": None,
            "message_count": 0,
            "last_message_at": None,
            "created_at": "2026-11-23T09:30:00",
            "updated_at": "2026-11-23T09:30:00",
            "version": 1,
        }
    )
    assert session.get(Conversation, 8).user_id == 1


@pytest.mark.parametrize("title", [None, "", "   "])
def test_empty_title_is_none(ada, title):
    response = call(ada, "POST", "/conversations", json={"title": title, "assistant_key": "docs"})
    assert response.json["title"] is None


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({}, "assistant_key"),
        ({"assistant_key": "nobody"}, "assistant_key"),
        ({"assistant_key": 1}, "assistant_key"),
        ({"assistant_key": "gui\0de"}, "assistant_key"),
        ({"assistant_key": "guide", "title": 5}, "title"),
        ({"assistant_key": "guide", "title": "x" * 201}, "title"),
        ({"assistant_key": "guide", "title": "a\0b"}, "title"),
        ({"assistant_key": "guide", "title": "\ud800"}, "title"),
        ({"assistant_key": "guide", "user_id": 2}, "user_id"),
        ({"version": 9, "title": []}, "title, assistant_key, version"),
    ],
)
def test_wrong_conversation_is_refused(ada, session, body, names):
    # Not by `json=`: Flask's client can't send a surrogate.
    response = call(
        ada, "POST", "/conversations", data=json.dumps(body), content_type="application/json"
    )
    assert (response.status_code, response.json) == (
        400,
        {"error": f"Some fields are not right: {names}."},
    )
    assert count(session) == 7


def test_disabled_assistant_is_refused(ada, session):
    session.get(Assistant, "docs").enabled = False
    session.commit()
    response = call(ada, "POST", "/conversations", json={"assistant_key": "docs"})
    assert response.json == {"error": "Some fields are not right: assistant_key."}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"title": "\xff"}', b"[" * 100_000])
def test_body_that_is_no_object_is_refused(ada, body):
    response = call(ada, "POST", "/conversations", data=body, content_type="application/json")
    assert (response.status_code, response.json) == (400, {"error": "Send a JSON object."})


def test_large_body_is_refused(ada):
    body = {"assistant_key": "guide", "title": "x" * 1024 * 1024}
    response = call(ada, "POST", "/conversations", json=body)
    assert (response.status_code, response.json) == (413, {"error": "The request is too large."})


# A fresh one


def test_fresh_conversation_is_made_once(ada, session):
    first = call(ada, "POST", "/conversations/fresh")
    second = call(ada, "POST", "/conversations/fresh")
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json == second.json
    assert first.headers["ETag"] == second.headers["ETag"] == '"8-1"'
    assert count(session) == 8


@pytest.mark.parametrize(("preferred", "expected"), [("docs", "docs"), (None, "guide")])
def test_fresh_conversation_is_with_the_preferred_assistant(ada, session, preferred, expected):
    session.get(User, 1).default_assistant = preferred
    session.commit()
    assert call(ada, "POST", "/conversations/fresh").json["assistant_key"] == expected


@pytest.mark.parametrize("used", [{"title": "Mine"}, {"status": "archived"}])
def test_conversation_that_was_touched_is_not_fresh(ada, used):
    conv_id = call(ada, "POST", "/conversations/fresh").json["id"]
    patch(ada, used, conv_id=conv_id, match="*")
    assert call(ada, "POST", "/conversations/fresh").json["id"] > conv_id


# One of them


def test_conversation_has_an_etag(ada):
    response = ada.get("/conversations/2")
    assert (response.status_code, response.headers["ETag"]) == (200, '"2-1"')
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.json["version"] == 1


@pytest.mark.parametrize("known", ['"2-1"', 'W/"2-1"', '"x", "2-1"', "*"])
def test_known_conversation_is_not_sent_again(ada, known):
    response = ada.get("/conversations/2", headers={"If-None-Match": known})
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == '"2-1"'
    assert response.headers["Cache-Control"] == "private, no-cache"


def test_changed_conversation_is_sent_again(ada):
    assert ada.get("/conversations/2", headers={"If-None-Match": '"2-0"'}).status_code == 200


@pytest.mark.parametrize("conv_id", [6, 99, 0, 2**63, 10**30])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_conversation_of_somebody_else_is_a_missing_one(ada, session, conv_id, method):
    response = call(ada, method, f"/conversations/{conv_id}", json={"title": "x"})
    assert (response.status_code, response.json) == (404, NOTHING)
    assert session.get(Conversation, 6).title == "Getting started"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": " More "}, {"title": "More"}),
        ({"title": ""}, {"title": None}),
        ({"title": None}, {"title": None}),
        ({"status": "archived"}, {"status": "archived"}),
        ({"pinned": True, "title": "Both"}, {"pinned": True, "title": "Both"}),
        ({"title": "Lighthouse visitors, spring"}, {}),
    ],
)
def test_change_raises_the_version(ada, changes, expected):
    before = ada.get("/conversations/2").json
    response = patch(ada, changes, match='"2-1"')
    assert (response.status_code, response.headers["ETag"]) == (200, '"2-2"')
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json == {
        **before,
        "updated_at": "2026-11-23T09:30:00",
        "version": 2,
        **expected,
    }
    assert response.json == ada.get("/conversations/2").json


def test_change_needs_the_version_it_is_based_on(ada):
    response = patch(ada, {"title": "x"})
    assert (response.status_code, response.json) == (
        428,
        {"error": "Send If-Match with the ETag you last saw."},
    )


@pytest.mark.parametrize("match", ['"2-0"', '"3-1"', 'W/"2-1"'])
def test_stale_change_is_refused(ada, session, match):
    response = patch(ada, {"title": "x"}, match=match)
    assert (response.status_code, response.json) == (412, STALE)
    assert session.get(Conversation, 2).version == 1


def test_star_matches_any_version(ada):
    assert patch(ada, {"title": "x"}, match="*").status_code == 200


def test_second_of_two_changes_loses(ada):
    patch(ada, {"title": "first"}, match='"2-1"')
    assert patch(ada, {"title": "second"}, match='"2-1"').status_code == 412
    assert ada.get("/conversations/2").json["title"] == "first"


def test_change_that_loses_the_race_is_refused(ada, session, module, monkeypatch):
    real = module.refuse_stale

    def be_overtaken(conversation):
        real(conversation)
        session.get(Conversation, 2).version = 7
        session.commit()

    monkeypatch.setattr(module, "refuse_stale", be_overtaken)
    assert patch(ada, {"title": "x"}, match='"2-1"').status_code == 412


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, "title, status, pinned"),
        ({"title": 1}, "title"),
        ({"status": "shut"}, "status"),
        ({"status": None}, "status"),
        ({"status": ["open"]}, "status"),
        ({"pinned": 1}, "pinned"),
        ({"pinned": None}, "pinned"),
        ({"user_id": 2, "role": "admin", "version": 9}, "user_id, role, version"),
        ({"title": "fine", "id": 3}, "id"),
    ],
)
def test_wrong_change_is_refused_before_its_version_is_looked_at(ada, session, changes, names):
    response = patch(ada, changes)
    assert (response.status_code, response.json) == (
        400,
        {"error": f"Some fields are not right: {names}."},
    )
    assert session.get(Conversation, 2).version == 1


def test_deleted_conversation_takes_its_messages_along(ada, session):
    response = call(ada, "DELETE", "/conversations/2")
    assert response.json == {"success": True, "message": "Conversation deleted.", "id": 2}
    assert count(session) == 6
    assert count(session, Message) == 19
    assert ada.get("/conversations/2").status_code == 404


def test_deletion_honours_the_version_if_there_is_one(ada, session):
    stale = call(ada, "DELETE", "/conversations/2", headers={"If-Match": '"2-9"'})
    assert (stale.status_code, stale.json) == (412, STALE)
    assert count(session) == 7
    assert call(ada, "DELETE", "/conversations/2", headers={"If-Match": '"2-1"'}).status_code == 200


def test_markup_in_a_title_does_nothing(ada):
    patch(ada, {"title": "<script>alert(1)</script>"}, match="*")
    page = ada.get("/chat?conversation=2").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# Messages


def seqs(client, query=""):
    return [message["seq"] for message in client.get(f"/conversations/1/messages{query}").json]


def test_messages_are_a_bare_array_in_order(ada):
    assert seqs(ada) == [1, 2, 3, 4, 5]
    message = ada.get("/conversations/2/messages").json[0]
    assert json.dumps(message) == json.dumps(
        {
            "id": 6,
            "seq": 1,
            "sender": "user",
            "kind": "text",
            "body": "Which month had the most visitors?",
            "data": None,
            "state": "complete",
            "attachments": [],
            "created_at": "2026-11-22T07:28:00",
        }
    )


def test_newest_messages_before_one_are_listed(ada):
    assert seqs(ada, "?limit=2") == [4, 5]
    assert seqs(ada, "?limit=2&before=4") == [2, 3]
    assert seqs(ada, "?before=1") == []


@pytest.mark.parametrize(
    ("query", "names"),
    [("limit=0", "limit"), ("limit=101", "limit"), ("before=0&limit=x", "before, limit")],
)
def test_malformed_message_query_is_refused(ada, query, names):
    response = ada.get(f"/conversations/1/messages?{query}")
    assert (response.status_code, response.json) == (
        400,
        {"error": f"Some fields are not right: {names}."},
    )


def test_messages_of_somebody_else_are_missing_ones(ada):
    assert ada.get("/conversations/6/messages").json == NOTHING


# The page


def test_chat_page_opens_a_fresh_conversation(ada, session):
    page = ada.get("/chat")
    assert page.status_code == 200
    assert 'data-conversation-id="8"' in page.text
    assert '<h1 id="conversation-title">New conversation</h1>' in page.text
    ada.get("/chat")
    assert count(session) == 8


def test_chat_page_shows_the_chosen_conversation(ada, session):
    page = ada.get("/chat?conversation=2").text
    assert '<h1 id="conversation-title">Lighthouse visitors, spring</h1>' in page
    assert count(session) == 7


@pytest.mark.parametrize("chosen", ["6", "99", "x", "", "-1", "1.5", "9" * 30])
def test_chat_page_of_a_missing_conversation_is_not_found(ada, chosen):
    page = ada.get(f"/chat?conversation={chosen}")
    assert page.status_code == 404
    assert "<h1>Not Found</h1>" in page.text
