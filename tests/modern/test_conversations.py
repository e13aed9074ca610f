import pytest
from sqlalchemy import func, select, update

from modern.conversation.service import ConversationService
from shared_models import Assistant, Attachment, Conversation, Message
from tests.modern.conftest import NOW

ADAS, BOBS, MISSING = 1, 6, 999


def stored(session, conversation_id=ADAS):
    session.expire_all()
    return session.get(Conversation, conversation_id)


def count(session, model=Conversation):
    return session.scalar(select(func.count(model.id)))


def ids(answer):
    return [item["id"] for item in answer.json["items"]]


# The list


def test_the_list_shows_open_ones_pinned_first_then_the_latest(ada):
    answer = ada.get("/conversations")

    assert ids(answer) == [1, 2, 3, 4]
    assert answer.json["items"][0] == {
        "id": 1,
        "title": "Notes on the Analytical Engine",
        "status": "open",
        "pinned": True,
        "assistant_key": "docs",
        "preview": "Thank you. Remind me to check the sign in the 24th operation.",
        "message_count": 5,
        "last_message_at": "2026-11-23T07:30:00Z",
    }
    assert (answer.json["page"], answer.json["per_page"], answer.json["total"]) == (1, 20, 4)
    assert "next_cursor" not in answer.json


def test_a_conversation_without_messages_stands_at_its_creation(ada):
    made = ada.call("POST", "/conversations", json={"assistant_key": "guide"}).json

    assert ids(ada.get("/conversations"))[:2] == [1, made["id"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=archived", [5]),
        ("assistant_key=docs", [1, 4]),
        ("assistant_key=nobody", []),
        ("page=2&per_page=3", [4]),
        ("page=10000", []),
        ("unknown=1&status=open", [1, 2, 3, 4]),
    ],
)
def test_the_list_can_be_narrowed(ada, query, expected):
    assert ids(ada.get(f"/conversations?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("status=closed", "status"),
        ("page=0", "page"),
        ("page=10001", "page"),
        ("page=%2B1", "page"),
        ("page=", "page"),
        ("page=1_0", "page"),
        ("per_page=101", "per_page"),
        ("assistant_key=%00", "assistant_key"),
        ("per_page=x&status=&page=-1", "status, page, per_page"),
    ],
)
def test_a_malformed_query_names_its_fields(ada, query, fields):
    answer = ada.get(f"/conversations?{query}")

    assert answer.status_code == 422
    assert answer.json["detail"] == f"Some fields are not right: {fields}."


def test_the_preview_is_the_beginning_of_the_newest_message_on_one_line(ada, session):
    newest = update(Message).where(Message.conversation_id == 1, Message.seq == 5)
    session.execute(newest.values(body="  two\n\n  words " + "x" * 100))
    session.commit()

    preview = ada.get("/conversations").json["items"][0]["preview"]
    assert preview == "two words " + "x" * 70


# Creating


def test_creating_answers_with_the_place_and_the_tag_of_the_new_one(ada):
    answer = ada.call(
        "POST", "/conversations", json={"title": "  Pläne & 東京 ", "assistant_key": "docs"}
    )

    assert answer.status_code == 201
    assert answer.headers["Location"] == "/conversations/8"
    assert answer.headers["ETag"] == '"8-1"'
    assert answer.json == {
        "id": 8,
        "title": "Pläne & 東京",
        "status": "open",
        "pinned": False,
        "assistant_key": "docs",
        "preview": None,
        "message_count": 0,
        "last_message_at": None,
        "created_at": "2026-11-23T09:30:00Z",
        "updated_at": "2026-11-23T09:30:00Z",
        "version": 1,
    }
    assert "東京" in answer.text
    assert list(answer.json)[:3] == ["id", "title", "status"]


@pytest.mark.parametrize("title", [None, "", "   "])
def test_an_empty_title_is_none(ada, title):
    made = ada.call("POST", "/conversations", json={"title": title, "assistant_key": "guide"})

    assert made.json["title"] is None


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, "assistant_key"),
        ({"assistant_key": "nobody"}, "assistant_key"),
        ({"assistant_key": 7}, "assistant_key"),
        ({"assistant_key": "guide", "title": "x" * 201}, "title"),
        ({"assistant_key": "guide", "title": ["x"]}, "title"),
        ({"assistant_key": "guide", "title": "a\0b"}, "title"),
        ({"assistant_key": "guide", "title": "\ud800"}, "title"),
        ({"assistant_key": "guide", "user_id": 2}, "user_id"),
        ({"role": "admin", "title": 1}, "title, assistant_key, role"),
    ],
)
def test_creating_refuses_what_does_not_fit(ada, session, body, fields):
    answer = ada.call("POST", "/conversations", json=body)

    assert answer.status_code == 422
    assert answer.json["detail"] == f"Some fields are not right: {fields}."
    assert [error["loc"][0] for error in answer.json["errors"]] == fields.split(", ")
    assert count(session) == 7


def test_a_disabled_assistant_can_not_be_chosen(ada, session):
    session.execute(update(Assistant).where(Assistant.key == "docs").values(enabled=False))
    session.commit()

    assert ada.call("POST", "/conversations", json={"assistant_key": "docs"}).status_code == 422


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"null", b'{"title": "\xff"}', b"[" * 100_000]
)
def test_a_body_that_is_no_json_object_is_refused(ada, body):
    answer = ada.call("POST", "/conversations", data=body, content_type="application/json")

    assert answer.status_code == 422
    assert answer.json["detail"] == "Send a JSON object."
    assert answer.json["errors"] == []


def test_a_form_is_no_json_object(ada):
    answer = ada.call("POST", "/conversations", data={"assistant_key": "guide"})

    assert answer.json["detail"] == "Send a JSON object."


# The fresh one


def test_the_first_fresh_conversation_is_made_and_then_found_again(ada, session):
    made = ada.call("POST", "/conversations/fresh")
    found = ada.call("POST", "/conversations/fresh")

    assert (made.status_code, made.headers["Location"]) == (201, "/conversations/8")
    assert (found.status_code, found.headers.get("Location")) == (200, None)
    assert made.json == found.json
    assert made.headers["ETag"] == found.headers["ETag"] == '"8-1"'
    assert count(session) == 8


@pytest.mark.parametrize("values", [{"title": "Named"}, {"status": "archived"}, {"user_id": 2}])
def test_fresh_is_only_what_nobody_has_touched(ada, session, values):
    first = ada.call("POST", "/conversations/fresh").json["id"]
    session.execute(update(Conversation).where(Conversation.id == first).values(values))
    session.commit()

    assert ada.call("POST", "/conversations/fresh").status_code == 201


def test_a_fresh_conversation_is_with_my_own_assistant(ada, session):
    ada.call("POST", "/conversations/fresh")

    assert stored(session, 8).assistant_key == "guide"


# One of them


def test_one_conversation_comes_with_its_tag(ada):
    answer = ada.get(f"/conversations/{ADAS}")

    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1-1"'
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.json["version"] == 1


@pytest.mark.parametrize("tag", ['"1-1"', 'W/"1-1"', '"x", "1-1"', "*"])
def test_who_has_the_newest_version_is_told_so(ada, tag):
    answer = ada.get(f"/conversations/{ADAS}", headers={"If-None-Match": tag})

    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == '"1-1"'


def test_who_has_an_old_version_gets_the_new_one(ada):
    answer = ada.get(f"/conversations/{ADAS}", headers={"If-None-Match": '"1-0"'})

    assert answer.status_code == 200


@pytest.mark.parametrize("conversation", [BOBS, MISSING, 2**63, 10**30, "9" * 5000])
@pytest.mark.parametrize(
    ("method", "below"), [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/messages")]
)
def test_a_foreign_conversation_is_a_missing_one(ada, session, method, below, conversation):
    path = f"/conversations/{conversation}{below}"

    answer = ada.call(method, path, json={"title": "Mine"}, headers={"If-Match": "*"})

    assert answer.status_code == 404
    assert (answer.json["code"], answer.json["detail"]) == ("not_found", "There is nothing here.")
    assert stored(session, BOBS).title == "Getting started"


# Changing


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"title": " New "}, {"title": "New"}),
        ({"title": ""}, {"title": None}),
        ({"title": None}, {"title": None}),
        ({"status": "archived"}, {"status": "archived"}),
        ({"pinned": False, "status": "open"}, {"pinned": False, "status": "open"}),
    ],
)
def test_a_change_answers_with_the_new_version(ada, clock, session, change, shown):
    before = ada.get(f"/conversations/{ADAS}")
    clock.shift(1)

    answer = ada.call(
        "PATCH",
        f"/conversations/{ADAS}",
        json=change,
        headers={"If-Match": before.headers["ETag"]},
    )

    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1-2"'
    stamp = {"version": 2, "updated_at": "2026-11-23T09:30:01Z"}
    assert answer.json == {**before.json, **shown, **stamp}
    assert stored(session).version == 2


def test_equal_values_are_a_change_too(ada):
    body = {"title": "Notes on the Analytical Engine"}

    answer = ada.call("PATCH", f"/conversations/{ADAS}", json=body, headers={"If-Match": "*"})

    assert answer.json["version"] == 2


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, "title, status, pinned"),
        ({"title": "x" * 201}, "title"),
        ({"status": "closed"}, "status"),
        ({"status": None}, "status"),
        ({"pinned": 1}, "pinned"),
        ({"pinned": "true"}, "pinned"),
        ({"title": "x", "user_id": 2, "version": 9}, "user_id, version"),
    ],
)
def test_a_change_that_does_not_fit_changes_nothing(ada, session, body, fields):
    answer = ada.call("PATCH", f"/conversations/{ADAS}", json=body)  # 422 comes before 428

    assert answer.status_code == 422
    assert answer.json["detail"] == f"Some fields are not right: {fields}."
    assert stored(session).version == 1


def test_a_change_needs_the_version_it_is_based_on(ada, session):
    answer = ada.call("PATCH", f"/conversations/{ADAS}", json={"title": "x"})

    assert (answer.status_code, answer.json["code"]) == (428, "precondition_required")
    assert answer.json["detail"] == "Send If-Match with the ETag you last saw."
    assert stored(session).version == 1


@pytest.mark.parametrize("tag", ['"1-0"', 'W/"1-1"', '"2-1"', "", "nonsense"])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_stale_change_is_refused(ada, session, method, tag):
    answer = ada.call(
        method, f"/conversations/{ADAS}", json={"title": "x"}, headers={"If-Match": tag}
    )

    assert (answer.status_code, answer.json["code"]) == (412, "stale")
    assert "changed elsewhere" in answer.json["detail"]
    assert stored(session).version == 1


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_lost_race_is_a_stale_change(ada, session, method, monkeypatch):
    # Another writer comes in between the look and the change.
    look = ConversationService.get_owned

    def get_owned(service, *args):
        seen = look(service, *args)
        session.execute(update(Conversation).values(version=7))
        session.commit()
        return seen

    monkeypatch.setattr(ConversationService, "get_owned", get_owned)

    answer = ada.call(
        method, f"/conversations/{ADAS}", json={"title": "x"}, headers={"If-Match": '"1-1"'}
    )

    assert answer.status_code == 412
    assert stored(session).version == 7


# Deleting


def test_deleting_takes_the_messages_along(ada, session):
    answer = ada.call("DELETE", f"/conversations/{ADAS}")

    assert answer.json == {"success": True, "message": "Conversation deleted.", "id": ADAS}
    assert stored(session) is None
    gone = select(func.count(Message.id)).where(Message.conversation_id == ADAS)
    assert session.scalar(gone) == 0


@pytest.mark.parametrize("tag", ['"1-1"', "*"])
def test_deleting_may_name_the_newest_version(ada, tag):
    answer = ada.call("DELETE", f"/conversations/{ADAS}", headers={"If-Match": tag})

    assert answer.status_code == 200


# Messages


def test_messages_come_in_order_with_all_that_is_known(ada):
    answer = ada.get(f"/conversations/{ADAS}/messages").json

    assert [item["seq"] for item in answer["items"]] == [1, 2, 3, 4, 5]
    assert answer["items"][0] == {
        "id": 1,
        "seq": 1,
        "sender": "user",
        "kind": "text",
        "body": "What do my notes say about the difference between the store and the mill?",
        "data": None,
        "state": "complete",
        "attachments": [],
        "created_at": "2026-11-23T07:27:20Z",
    }
    assert set(answer) == {"items", "next_cursor"}
    assert answer["next_cursor"] is None


def test_a_message_shows_its_attachments(ada, session):
    session.add(
        Attachment(
            user_id=1,
            conversation_id=ADAS,
            message_id=1,
            original_name="Notes.md",
            stored_name="abc",
            content_type="text/markdown",
            size_bytes=12,
            sha256="0" * 64,
            created_at=NOW,
        )
    )
    session.commit()

    [shown] = ada.get(f"/conversations/{ADAS}/messages").json["items"][0]["attachments"]
    assert shown == {
        "id": 1,
        "name": "Notes.md",
        "content_type": "text/markdown",
        "size": 12,
        "sha256": "0" * 64,
        "url": "/attachments/1",
    }


@pytest.mark.parametrize(
    ("query", "seqs", "cursor"),
    [
        ("limit=2", [4, 5], "4"),
        ("limit=2&before=4", [2, 3], "2"),
        ("limit=2&before=2", [1], None),
        ("limit=5", [1, 2, 3, 4, 5], None),
        ("before=1", [], None),
    ],
)
def test_older_messages_follow_the_cursor(ada, query, seqs, cursor):
    answer = ada.get(f"/conversations/{ADAS}/messages?{query}").json

    assert [item["seq"] for item in answer["items"]] == seqs
    assert answer["next_cursor"] == cursor


@pytest.mark.parametrize(
    "query", ["before=0", "before=x", f"before={2**63}", "limit=0", "limit=101"]
)
def test_a_malformed_message_query_is_refused(ada, query):
    assert ada.get(f"/conversations/{ADAS}/messages?{query}").status_code == 422
