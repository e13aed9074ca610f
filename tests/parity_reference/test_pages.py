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
