"""Conversations: list, create, open, change, delete, and their messages."""

from __future__ import annotations

import pytest

GUIDE = {"assistant_key": "guide"}


def create(person, **more):
    """Create a conversation."""
    return person.post("/conversations", json={**GUIDE, **more})


# The list.


def test_list(parity, ada):
    assert len(ada.get("/conversations").json) == 4


@pytest.mark.parametrize(
    "query",
    [
        "status=open",
        "status=archived",
        "assistant_key=docs",
        "assistant_key=nobody",
        "per_page=2",
        "per_page=2&page=2",
        "page=10000",
        "unknown=1",
        "status=open&status=archived",
    ],
)
def test_list_by_query(parity, ada, query):
    assert ada.get("/conversations", query=query).status == 200


@pytest.mark.parametrize(
    "query",
    [
        "status=x",
        "status=",
        "page=0",
        "page=10001",
        "page=-1",
        "page=1.5",
        "page=",
        "per_page=101",
        "per_page=x",
        "page=x&per_page=0&status=x",
        "assistant_key=",
        "assistant_key=%00",
        "page=%D9%A1",
    ],
)
def test_list_by_a_wrong_query(parity, ada, query):
    ada.get("/conversations", query=query)


def test_list_of_nobody(parity):
    parity.get("/conversations")


def test_list_of_somebody_without_any(parity, carol):
    assert carol.get("/conversations").json == []


# Creating.


@pytest.mark.parametrize(
    "title", ["Plans", None, "", "  Plans  ", "x" * 200, "<b>", "Žluťoučký 🗼"]
)
def test_create(parity, ada, title):
    made = create(ada, title=title)
    ada.get(f"/conversations/{made.json['id']}")


def test_create_without_title(parity, carol):
    create(carol)
    assert len(carol.get("/conversations").json) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"assistant_key": "nobody"},
        {"assistant_key": None},
        {"assistant_key": 1},
        {"assistant_key": ""},
        {**GUIDE, "title": "x" * 201},
        {**GUIDE, "title": 5},
        {**GUIDE, "title": "a\x00b"},
        {**GUIDE, "title": "\ud800"},
        {**GUIDE, "user_id": 2},
        {**GUIDE, "version": 9},
        {"title": 5},
        {"title": 5, "user_id": 1, "assistant_key": "nobody"},
        [],
        None,
        "text",
    ],
    ids=repr,
)
def test_create_with_a_wrong_body(parity, ada, body):
    ada.post("/conversations", json=body)


@pytest.mark.parametrize("body", [b"", b"{", b"{} {}", b"\xff\xfe", b'{"title": "\xff"}', b"NaN"])
def test_create_with_what_is_not_json(parity, ada, body):
    ada.post("/conversations", data=body, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_create_with_json_of_another_type(parity, ada, kind):
    ada.post("/conversations", data=b'{"assistant_key": "guide"}', headers={"Content-Type": kind})


def test_create_without_token(parity, ada):
    assert parity.post("/conversations", json=GUIDE).status == 400


def test_create_as_nobody(parity):
    token = parity.get("/auth/login").form("csrf_token")
    parity.post("/conversations", json=GUIDE, headers={"X-CSRFToken": token})


# The fresh one.


def test_fresh_conversation_is_made_once(parity, carol):
    first = carol.post("/conversations/fresh")
    again = carol.post("/conversations/fresh")
    assert first.json["id"] == again.json["id"]


def test_fresh_conversation_is_not_one_with_a_title(parity, carol):
    create(carol, title="Plans")
    carol.post("/conversations/fresh")
    assert len(carol.get("/conversations").json) == 2


def test_fresh_conversation_is_not_an_archived_one(parity, carol):
    made = carol.post("/conversations/fresh")
    carol.patch(
        f"/conversations/{made.json['id']}",
        json={"status": "archived"},
        headers={"If-Match": made.headers["ETag"]},
    )
    carol.post("/conversations/fresh", data=b"ignored {")


def test_fresh_conversation_without_token(parity, ada):
    assert parity.post("/conversations/fresh").status == 400


def test_fresh_conversation_of_nobody(parity):
    token = parity.get("/auth/login").form("csrf_token")
    parity.post("/conversations/fresh", headers={"X-CSRFToken": token})


# One.


def test_open(parity, ada):
    assert ada.conversation().status == 200


def test_open_again_unchanged(parity, ada):
    opened = ada.conversation()
    path = f"/conversations/{opened.json['id']}"
    tag = opened.headers["ETag"]
    assert ada.get(path, headers={"If-None-Match": tag}).status == 304
    assert ada.get(path, headers={"If-None-Match": f'"x", {tag}'}).status == 304
    assert ada.get(path, headers={"If-None-Match": f"W/{tag}"}).status == 304
    assert ada.get(path, headers={"If-None-Match": "*"}).status == 304
    assert ada.get(path, headers={"If-None-Match": '"x"'}).status == 200


@pytest.mark.parametrize("number", ["999999", "0", str(2**63 - 1), str(2**63), str(10**30)])
def test_open_what_is_not_there(parity, ada, number):
    assert ada.get(f"/conversations/{number}").status == 404


def test_open_what_is_another_persons(parity, ada, bob):
    number = ada.conversation().json["id"]
    assert bob.get(f"/conversations/{number}").status == 404


def test_open_as_nobody(parity):
    parity.get("/conversations/1")


# Changing.


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "More"},
        {"title": "  More "},
        {"title": ""},
        {"title": None},
        {"status": "archived"},
        {"pinned": True},
        {"title": "All", "status": "archived", "pinned": False},
    ],
    ids=repr,
)
def test_change(parity, bob, changes):
    opened = bob.conversation()
    path = f"/conversations/{opened.json['id']}"
    changed = bob.patch(path, json=changes, headers={"If-Match": opened.headers["ETag"]})
    assert changed.status == 200
    bob.get("/conversations")


def test_rename(parity, ada):
    made = create(ada, title="Plans")
    ada.patch(
        f"/conversations/{made.json['id']}",
        json={"title": "More"},
        headers={"If-Match": made.headers["ETag"]},
    )


def test_change_to_the_same_is_a_change(parity, ada):
    opened = ada.conversation()
    path = f"/conversations/{opened.json['id']}"
    tag = opened.headers["ETag"]
    changed = ada.patch(path, json={"title": opened.json["title"]}, headers={"If-Match": tag})
    assert changed.headers["ETag"] != tag


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"title": "x" * 201},
        {"title": 5},
        {"title": "a\x00b"},
        {"status": "closed"},
        {"status": None},
        {"pinned": "yes"},
        {"pinned": 1},
        {"pinned": None},
        {"user_id": 2},
        {"version": 9, "role": "admin"},
        {"pinned": "yes", "title": 5, "x": 1},
        [],
        None,
    ],
    ids=repr,
)
def test_change_with_a_wrong_body(parity, ada, changes):
    opened = ada.conversation()
    path = f"/conversations/{opened.json['id']}"
    ada.patch(path, json=changes, headers={"If-Match": opened.headers["ETag"]})


def test_change_without_having_seen(parity, ada):
    number = ada.conversation().json["id"]
    assert ada.patch(f"/conversations/{number}", json={"pinned": True}).status == 428


@pytest.mark.parametrize("tag", ['"x"', '"1-99"', "x", ""])
def test_change_after_having_seen_something_else(parity, ada, tag):
    number = ada.conversation().json["id"]
    ada.patch(f"/conversations/{number}", json={"pinned": True}, headers={"If-Match": tag})


def test_change_whatever_is_there(parity, ada):
    number = ada.conversation().json["id"]
    path = f"/conversations/{number}"
    assert ada.patch(path, json={"pinned": True}, headers={"If-Match": "*"}).status == 200


def test_change_of_what_was_changed_meanwhile(parity, ada):
    opened = ada.conversation()
    path, seen = f"/conversations/{opened.json['id']}", {"If-Match": opened.headers["ETag"]}
    assert ada.patch(path, json={"title": "First"}, headers=seen).status == 200
    assert ada.patch(path, json={"title": "Second"}, headers=seen).status == 412


def test_change_of_a_wrong_body_comes_before_the_tag(parity, ada):
    number = ada.conversation().json["id"]
    ada.patch(f"/conversations/{number}", json={"title": 5})


def test_change_of_what_is_not_there(parity, ada):
    assert ada.patch("/conversations/999999", json={"title": 5}).status == 404


def test_change_of_what_is_another_persons(parity, ada, bob):
    number = ada.conversation().json["id"]
    changed = bob.patch(
        f"/conversations/{number}", json={"title": "Mine"}, headers={"If-Match": "*"}
    )
    assert changed.status == 404


def test_change_without_token(parity, ada):
    number = ada.conversation().json["id"]
    assert parity.patch(f"/conversations/{number}", json={"title": "x"}).status == 400


def test_change_as_nobody(parity):
    token = parity.get("/auth/login").form("csrf_token")
    parity.patch("/conversations/1", json={"title": "x"}, headers={"X-CSRFToken": token})


# Deleting.


def test_delete_takes_the_messages_along(parity, ada):
    number = ada.conversation().json["id"]
    assert ada.delete(f"/conversations/{number}").status == 200
    assert ada.get(f"/conversations/{number}").status == 404
    ada.get("/conversations")


def test_delete_what_was_seen(parity, ada):
    opened = ada.conversation()
    path = f"/conversations/{opened.json['id']}"
    assert ada.delete(path, headers={"If-Match": '"x"'}).status == 412
    assert ada.delete(path, headers={"If-Match": opened.headers["ETag"]}).status == 200


def test_delete_whatever_is_there(parity, ada):
    number = ada.conversation().json["id"]
    assert ada.delete(f"/conversations/{number}", headers={"If-Match": "*"}).status == 200


def test_delete_what_is_not_there(parity, ada):
    assert ada.delete("/conversations/999999").status == 404


def test_delete_what_is_another_persons(parity, ada, bob):
    number = ada.conversation().json["id"]
    assert bob.delete(f"/conversations/{number}").status == 404


def test_delete_without_token(parity, ada):
    number = ada.conversation().json["id"]
    assert parity.delete(f"/conversations/{number}").status == 400


def test_delete_as_nobody(parity):
    token = parity.get("/auth/login").form("csrf_token")
    parity.delete("/conversations/1", headers={"X-CSRFToken": token})


# Messages.


def messages_of(person, query="", **options):
    """Read the messages of a person's first conversation."""
    number = person.conversation().json["id"]
    return person.get(f"/conversations/{number}/messages", query=query, **options)


def test_messages(parity, ada):
    assert [m["seq"] for m in messages_of(ada).json] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "query", ["limit=2", "limit=2&before=4", "before=1", "before=999999", "limit=100", "x=1"]
)
def test_messages_by_query(parity, ada, query):
    assert messages_of(ada, query).status == 200


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "before=0", "before=x", "before=", "before=1.0",
     f"before={2**63}", "limit=x&before=x"],
)  # fmt: skip
def test_messages_by_a_wrong_query(parity, ada, query):
    messages_of(ada, query)


def test_messages_of_a_new_conversation(parity, carol):
    made = create(carol)
    assert carol.get(f"/conversations/{made.json['id']}/messages").json == []


def test_messages_of_what_is_another_persons(parity, ada, bob):
    number = ada.conversation().json["id"]
    assert bob.get(f"/conversations/{number}/messages").status == 404


def test_messages_of_what_is_not_there(parity, ada):
    assert ada.get("/conversations/999999/messages").status == 404


def test_messages_as_nobody(parity):
    parity.get("/conversations/1/messages")
