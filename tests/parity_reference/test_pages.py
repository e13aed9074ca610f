"""The landing page, the workspace, and addresses that lead nowhere."""

from __future__ import annotations

import pytest


def test_landing_page(parity):
    assert parity.get("/").status == 200


def test_landing_page_sends_the_signed_in_to_their_conversations(parity, ada):
    assert ada.get("/").status == 302


def test_workspace_sends_strangers_to_the_login(parity):
    assert parity.get("/chat").status == 302


def test_workspace_keeps_the_query_for_after_the_login(parity):
    parity.get("/chat?conversation=1&x=a%20b")


def test_workspace_opens_the_fresh_conversation(parity, ada):
    assert ada.get("/chat").status == 200
    assert ada.get("/chat").status == 200


def test_workspace_opens_a_conversation_of_mine(parity, ada):
    number = ada.conversation().json["id"]
    assert ada.get(f"/chat?conversation={number}").status == 200


def test_workspace_shows_again_what_was_thought_of_an_answer(parity, ada):
    number = ada.conversation().json["id"]
    body = {"conversation_id": number, "text": "Hello?", "client_token": "token-one"}
    ada.post("/chat/messages", json=body)
    answers = ada.get(f"/conversations/{number}/messages").json
    rated = {"message_id": answers[-1]["id"], "rating": 4, "comment": "“gut” & <b>kurz</b>"}
    assert ada.post("/feedback", json=rated).control.status == 200
    assert ada.get(f"/chat?conversation={number}").status == 200


@pytest.mark.parametrize("wanted", ["999999", "x", "", "-1", "9223372036854775808", "1 or 1=1"])
def test_workspace_does_not_find(parity, ada, wanted):
    ada.get("/chat", query={"conversation": wanted})


def test_workspace_does_not_find_what_is_another_persons(parity, ada, bob):
    number = ada.conversation().json["id"]
    assert bob.get(f"/chat?conversation={number}").status == 404


@pytest.mark.parametrize("path", ["/nothing", "/auth/nothing", "/conversations/x", "/feedback/x"])
def test_unknown_address(parity, ada, path):
    assert ada.get(path).status == 404


@pytest.mark.parametrize("path", ["/nothing", "/auth/nothing", "/conversations/x/y"])
def test_unknown_address_for_a_stranger(parity, path):
    parity.get(path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/auth/login"),
        ("DELETE", "/conversations"),
        ("POST", "/auth/current-user"),
        ("PUT", "/conversations/1"),
        ("GET", "/auth/logout"),
        ("POST", "/chat"),
    ],
)
def test_method_that_an_address_does_not_answer(parity, ada, method, path):
    ada._send(method, path, {})


@pytest.mark.parametrize("path", ["/", "/auth/login", "/auth/register", "/chat", "/conversations"])
def test_head_answers_as_get_without_a_body(parity, ada, path):
    parity.head(path)


@pytest.mark.parametrize("path", ["/auth/login", "/auth/register"])
def test_head_of_a_form_for_a_stranger(parity, path):
    parity.head(path)


@pytest.mark.parametrize("path", ["/", "/auth/login", "/chat", "/conversations/1"])
def test_options_names_the_methods(parity, path):
    parity.options(path)


@pytest.mark.parametrize("path", ["/auth/login/", "/conversations/", "/chat/", "/conversations/1/"])
def test_slash_at_the_end(parity, ada, path):
    ada.get(path)


def test_body_that_is_too_large(parity, ada):
    ada.post("/conversations", data="x" * (2**20 + 1))


def test_help(parity):
    assert parity.get("/help").status == 200


def test_help_for_the_signed_in(parity, bob):
    assert bob.get("/help").status == 200


@pytest.mark.parametrize(("doc", "status"), [("terms", 200), ("privacy", 200), ("cookies", 404)])
def test_legal(parity, doc, status):
    assert parity.get(f"/legal/{doc}").status == status


def test_health(parity):
    assert parity.get("/health").json["schema_revision"]


LETTER = {
    "name": " Grace ",
    "email": "Grace@Example.test",
    "subject": "Hello",
    "body": "Is this\r\nthe right address?",
}


def write(browser, **fields):
    token = browser.get("/contact").form("csrf_token")
    return browser.post("/contact", data={"csrf_token": token, **LETTER, **fields})


def test_letter(parity):
    assert write(parity).status == 302
    assert parity.get("/contact").status == 200


def test_contact_form_knows_who_is_signed_in(parity, bob):
    assert bob.get("/contact").status == 200
    assert write(bob.browser).status == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 81},
        {"email": "x"},
        {"email": ""},
        {"subject": "x" * 201},
        {"subject": "a\0b"},
        {"body": ""},
        {"body": "x" * 5001},
        {"name": "", "email": "", "subject": "", "body": ""},
    ],
)
def test_letter_that_is_not_right(parity, wrong):
    assert write(parity, **wrong).control.status == 400


def test_letters_are_limited(parity):
    assert [write(parity).status for _ in range(6)] == [*[302] * 5, 429]


def test_letter_without_token(parity):
    assert parity.post("/contact", data=LETTER).status == 400
