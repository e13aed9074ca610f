"""Finding messages and titles."""

from __future__ import annotations

import pytest

from tests.parity_reference.test_turns import say


@pytest.mark.parametrize(
    "words",
    [
        "numbers",
        "NUMB",
        "bernoulli",
        "rotkappchen",
        "東京の地図",
        "notes store",
        '"the store"',
        "visitors",
        "nothing-like-this",
        "?!",
        "<b>markup</b>",
        "a'b\"c* OR -d : ( )",
        "archived",
        "🗼",
    ],
)
def test_words(parity, ada, words):
    assert ada.get("/conversations/search", query={"q": words}).status == 200


@pytest.mark.parametrize("page", ["page=2", "per_page=1", "per_page=1&page=2", "page=99"])
def test_pages(parity, ada, page):
    assert ada.get(f"/conversations/search?q=the&{page}").status == 200


@pytest.mark.parametrize("query", ["", "q=", "q=%20", f"q={'x' * 101}", "q=a%00", "q=a&page=0"])
def test_query_that_is_not_understood(parity, ada, query):
    assert ada.get("/conversations/search", query=query).control.status == 400


def test_only_what_is_mine_is_found(parity, bob):
    assert bob.get("/conversations/search?q=Bernoulli").json == []


def test_what_was_said_just_now_is_found_and_what_was_cleared_is_not(parity, ada):
    number = say(ada, "Where is the xylophone?").events[0]["data"]["conversation_id"]
    assert len(ada.get("/conversations/search?q=xylophone").json) >= 1
    ada.post(f"/conversations/{number}/clear")
    ada.get("/conversations/search?q=xylophone")


def test_search_of_nobody(parity):
    parity.get("/conversations/search")
