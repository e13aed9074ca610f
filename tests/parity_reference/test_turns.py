"""Messages, the answers to them as streams, and what becomes of both."""

from __future__ import annotations

from itertools import count

import pytest

TOKENS = (f"token-{number:06}" for number in count())


def say(person, text="How do I attach a file?", conversation=None, **more):
    """Send a message to a conversation of one's own, the fresh one if none is named."""
    number = conversation or person.post("/conversations/fresh").json["id"]
    body = {"conversation_id": number, "text": text, "client_token": next(TOKENS), **more}
    return person.post("/chat/messages", json=body)


def names(reply):
    return [event["event"] for event in reply.events]


def attach(person, conversation, name="sales.csv", content=b"region,amount\nnorth,1.50\nsouth,2\n"):
    """Upload a file."""
    form, file = {"conversation_id": conversation}, {"file": (name, content)}
    return person.post("/attachments", data=form, files=file)


def test_answer_is_streamed_and_kept(parity, ada):
    answer = say(ada)
    assert names(answer)[0] == "start"
    assert names(answer)[-1] == "done"
    number = answer.events[0]["data"]["conversation_id"]
    assert len(ada.get(f"/conversations/{number}/messages").json) == 2
    ada.get(f"/conversations/{number}")
    ada.get("/auth/current-user")


def test_conversation_is_named_after_its_first_question(parity, ada):
    answer = say(
        ada, "What   does\narchiving do, and is a conversation that I archive lost for ever?"
    )
    number = answer.events[0]["data"]["conversation_id"]
    assert ada.get(f"/conversations/{number}").json["title"].endswith("…")


def test_title_that_is_there_stays(parity, ada):
    number = ada.conversation(titled="Notes on the Analytical Engine").json["id"]
    answer = say(ada, "Which number did I mention?", number)
    assert answer.events[-1]["data"]["title"] == "Notes on the Analytical Engine"


def test_second_question_knows_the_first(parity, ada):
    number = say(ada, "Tell me about quotas").events[0]["data"]["conversation_id"]
    say(ada, "And how do I delete my account?", number)
    ada.get(f"/conversations/{number}/messages")


def test_same_token_replays_the_turn(parity, ada):
    number = ada.post("/conversations/fresh").json["id"]
    body = {"conversation_id": number, "text": "Who can see this?", "client_token": "once-only"}
    first = ada.post("/chat/messages", json=body)
    again = ada.post("/chat/messages", json={**body, "text": "Something else"})
    assert names(again)[-1] == "done"
    assert again.events[0]["data"]["message_id"] == first.events[0]["data"]["message_id"]
    assert len(ada.get(f"/conversations/{number}/messages").json) == 2


def test_same_token_in_another_conversation_is_another_turn(parity, ada):
    one = ada.post("/conversations", json={"assistant_key": "guide"}).json["id"]
    other = ada.post("/conversations", json={"assistant_key": "docs"}).json["id"]
    say(ada, conversation=one, client_token="the-same-one")
    say(ada, conversation=other, client_token="the-same-one")


def test_table_is_counted_from_an_attachment(parity, ada):
    number = ada.post("/conversations", json={"assistant_key": "table"}).json["id"]
    file = attach(ada, number).json["id"]
    answer = say(ada, "sum amount by region", number, attachment_ids=[file])
    assert "table" in names(answer)
    ada.get(f"/conversations/{number}/messages")
    replay = ada.get(f"/conversations/{number}/export?format=json").json
    assert replay["messages"][1]["kind"] == "table"


def test_documents_are_quoted(parity, ada):
    number = ada.post("/conversations", json={"assistant_key": "docs"}).json["id"]
    text = b"# Engine\n\nThe store holds the numbers.\n\nThe mill works on them.\n"
    file = attach(ada, number, "engine.md", text).json["id"]
    say(ada, "what holds the numbers?", number, attachment_ids=[file])


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "  "},
        {"text": "x" * 4001},
        {"text": "a\0b"},
        {"text": 1},
        {"client_token": "short"},
        {"client_token": "x" * 65},
        {"client_token": "with space"},
        {"client_token": "line\nbreak"},
        {"client_token": None},
        {"attachment_ids": "1"},
        {"attachment_ids": [1, 2, 3, 4, 5, 6]},
        {"attachment_ids": [0]},
        {"attachment_ids": ["1"]},
        {"attachment_ids": None},
        {"attachment_ids": [999]},
        {"conversation_id": "1"},
        {"conversation_id": 0},
        {"conversation_id": True},
        {"user_id": 2},
        {"text": "", "client_token": "", "role": "x"},
    ],
)
def test_message_that_is_not_understood(parity, ada, wrong):
    assert say(ada, **{"conversation": 1, **wrong}).control.status == 400


@pytest.mark.parametrize("number", [6, 999, 2**63 - 1])
def test_conversation_that_is_not_mine(parity, ada, number):
    assert say(ada, conversation=number).status == 404


def test_archived_conversation_takes_no_message(parity, ada):
    archived = ada.get("/conversations?status=archived").json[0]["id"]
    assert say(ada, conversation=archived).status == 409


def test_file_of_another_conversation_is_not_sent(parity, ada):
    file = attach(ada, 1).json["id"]
    assert say(ada, conversation=2, attachment_ids=[file]).control.status == 400


def test_file_is_sent_once(parity, ada):
    file = attach(ada, 1).json["id"]
    say(ada, conversation=1, attachment_ids=[file, file])
    assert say(ada, conversation=1, attachment_ids=[file]).control.status == 400


def test_messages_are_limited_by_the_minute(parity, bob):
    number = bob.post("/conversations/fresh").json["id"]
    bodies = ({"conversation_id": number, "text": "", "client_token": "x"} for _ in range(21))
    statuses = [bob.post("/chat/messages", json=body).control.status for body in bodies]
    assert statuses == [*[400] * 20, 429]


def test_quota_is_used_up_and_begins_again(parity, ada, bob):
    ada.post("/admin/users/2/update", json={"monthly_quota": 2})
    number = bob.post("/conversations/fresh").json["id"]
    assert [say(bob, conversation=number).status for _ in range(3)] == [200, 200, 429]
    bob.get("/auth/current-user")
    ada.post("/admin/users/2/update", json={"reset_usage": True})
    assert say(bob, conversation=number).status == 200


def test_message_of_nobody(stranger):
    assert say(stranger, conversation=1).candidate.status == 401


def test_message_without_token(parity, ada):
    assert ada.browser.post("/chat/messages", json={}).status == 400


# Events for other windows.


@pytest.mark.parametrize("last", [None, "0", "2", "4", "99", "x", "-1", "9" * 11])
def test_listener_is_told_what_it_missed(parity, ada, last):
    headers = {} if last is None else {"Last-Event-ID": last}
    assert ada.get("/conversations/1/events", headers=headers).status == 200


@pytest.mark.parametrize("number", [6, 999, 2**63])
def test_listener_hears_nothing_of_others(parity, ada, number):
    assert ada.get(f"/conversations/{number}/events").status == 404


def test_listener_who_is_nobody(parity):
    parity.get("/conversations/1/events")


# Clearing and taking along.


def test_clear(parity, ada):
    file = attach(ada, 1).json["id"]
    assert ada.post("/conversations/1/clear").json["count"] == 5
    ada.get("/conversations/1")
    ada.get("/conversations/1/messages")
    assert ada.get(f"/attachments/{file}").status == 404


def test_clear_of_what_is_empty(parity, ada):
    number = ada.post("/conversations/fresh").json["id"]
    assert ada.post(f"/conversations/{number}/clear").json["count"] == 0


@pytest.mark.parametrize("number", [6, 999, 2**63])
def test_clear_of_what_is_not_mine(parity, ada, number):
    assert ada.post(f"/conversations/{number}/clear").status == 404


def test_clear_without_token(ada):
    assert ada.browser.post("/conversations/1/clear").status == 400


def test_clear_of_nobody(stranger):
    assert stranger.post("/conversations/1/clear").candidate.status == 401


@pytest.mark.parametrize("wanted", ["", "format=json", "format=csv", "format=md"])
@pytest.mark.parametrize("number", [1, 4])
def test_export(parity, ada, number, wanted):
    assert ada.get(f"/conversations/{number}/export", query=wanted).status == 200


@pytest.mark.parametrize("wanted", ["format=pdf", "format=", "format=JSON"])
def test_export_in_no_known_format(parity, ada, wanted):
    assert ada.get("/conversations/1/export", query=wanted).control.status == 400


@pytest.mark.parametrize("number", [6, 999])
def test_export_of_what_is_not_mine(parity, ada, number):
    assert ada.get(f"/conversations/{number}/export").status == 404


def test_export_of_nobody(parity):
    parity.get("/conversations/1/export")


# Attachments.

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", b"text"),
        ("Notes.MD", "naïve".encode()),
        ("t.csv", b"\xef\xbb\xbfa,b\n"),
        ("../../etc/x.png", PNG),
        ("C:\\x\\photo.jpg", b"\xff\xd8\xff\xe0"),
        ("wrong-ending.txt", b"%PDF-1.7"),
        ("東京.txt", b"x"),
        ("x" * 300 + ".txt", b"x"),
    ],
)
def test_upload_and_download(parity, ada, name, content):
    file = attach(ada, 1, name, content)
    assert ada.get(f"/attachments/{file.json['id']}").status == 200
    assert ada.delete(f"/attachments/{file.json['id']}").status == 200
    assert ada.get(f"/attachments/{file.json['id']}").status == 404


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("empty.txt", b"", 400),
        ("", b"x", 400),
        ("x.exe", b"MZ", 415),
        ("x.svg", b"<svg/>", 415),
        ("x.txt", b"\xff\xfe", 415),
        ("x.csv", b"a\0b", 415),
        (".txt", b"x", 415),
        ("noending", b"x", 415),
        ("large.txt", b"x" * (512 * 1024 + 1), 413),
        ("huge.txt", b"x" * (1024 * 1024), 413),
    ],
)
def test_upload_that_is_not_taken(parity, ada, name, content, status):
    assert attach(ada, 1, name, content).control.status == status


@pytest.mark.parametrize(("number", "status"), [(6, 404), (999, 404), ("x", 400), ("", 400)])
def test_upload_to_no_conversation_of_mine(parity, ada, number, status):
    assert attach(ada, number).control.status == status


def test_uploads_are_limited(parity, ada):
    statuses = [attach(ada, "x").control.status for _ in range(21)]
    assert statuses == [*[400] * 20, 429]


@pytest.mark.parametrize("wanted", ["bytes=0-3", "bytes=-4", "bytes=5-", "bytes=999-", "bytes=x"])
def test_part_of_a_file(parity, ada, wanted):
    file = attach(ada, 1).json["id"]
    ada.get(f"/attachments/{file}", headers={"Range": wanted})


def test_file_that_the_caller_has_already(parity, ada):
    file = attach(ada, 1).json["id"]
    tag = ada.get(f"/attachments/{file}").headers["ETag"]
    assert ada.get(f"/attachments/{file}", headers={"If-None-Match": tag}).status == 304
    headers = {"Range": "bytes=0-3", "If-Range": tag}
    assert ada.get(f"/attachments/{file}", headers=headers).status == 206
    headers = {"Range": "bytes=0-3", "If-Range": '"other"'}
    assert ada.get(f"/attachments/{file}", headers=headers).status == 200


def test_file_of_another_person(parity, ada, bob):
    file = attach(ada, 1).json["id"]
    assert bob.get(f"/attachments/{file}").status == 404
    assert bob.delete(f"/attachments/{file}").status == 404


@pytest.mark.parametrize("number", [999, 2**63])
def test_file_that_is_not_there(parity, ada, number):
    assert ada.get(f"/attachments/{number}").status == 404
    assert ada.delete(f"/attachments/{number}").status == 404


def test_file_that_was_sent_stays(parity, ada):
    file = attach(ada, 1).json["id"]
    say(ada, conversation=1, attachment_ids=[file])
    assert ada.delete(f"/attachments/{file}").status == 409


def test_files_of_nobody(stranger):
    assert stranger.get("/attachments/1").candidate.status == 401
    assert stranger.delete("/attachments/1").candidate.status == 401
    assert attach(stranger, 1).candidate.status == 401


# Feedback.


def test_feedback_once_and_once_more(parity, ada):
    assert ada.post("/feedback", json={"message_id": 2, "rating": 5, "comment": " Good. "})
    assert ada.post("/feedback", json={"message_id": 2, "rating": 1}).status == 200
    ada.get("/admin/stats")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message_id": 2},
        {"message_id": 2, "rating": 0},
        {"message_id": 2, "rating": 6},
        {"message_id": 2, "rating": 1.5},
        {"message_id": 2, "rating": True},
        {"message_id": "2", "rating": 1},
        {"message_id": 2, "rating": 1, "comment": "x" * 1001},
        {"message_id": 2, "rating": 1, "comment": 1},
        {"message_id": 2, "rating": 1, "user_id": 2},
    ],
)
def test_feedback_that_is_not_understood(parity, ada, body):
    assert ada.post("/feedback", json=body).control.status == 400


@pytest.mark.parametrize("number", [1, 20, 999, 2**63 - 1])
def test_feedback_on_no_answer_of_mine(parity, ada, number):
    assert ada.post("/feedback", json={"message_id": number, "rating": 1}).status == 404


def test_feedback_is_limited(parity, ada):
    statuses = [ada.post("/feedback", json={}).control.status for _ in range(31)]
    assert statuses == [*[400] * 30, 429]


def test_feedback_of_nobody(stranger):
    body = {"message_id": 2, "rating": 5}
    assert stranger.post("/feedback", json=body).candidate.status == 401
