"""Where the values of a request came from: the rule, case by case."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parity.exchange import Request, Response
from gateway.parity.har.archive import Entry
from gateway.parity.har.plan import Taken, plan

TOKEN = "Tn6ZUsYerE3N_E7UIwC7IVy9R1k"
UUID = "3f0c1a52-6a0e-4bb0-9d0e-0f1f0e9a7a11"
JSON = (("Content-Type", "application/json"),)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
HTML = (("Content-Type", "text/html"),)


def call(request, answer=b"", *, headers=JSON, sent=(), body=b"", status=200):
    """One recorded call; a text is an answer's page, anything else its JSON."""
    method, _, target = request.partition(" ")
    parts = urlsplit(f"http://a.example{target}")
    if isinstance(answer, str):
        answer, headers = answer.encode(), HTML
    elif not isinstance(answer, bytes):
        answer = json.dumps(answer).encode()
    if not isinstance(body, bytes):
        body, sent = json.dumps(body).encode(), (*sent, *JSON)
    asked = Request(method, parts.path, parts.query, sent, body)
    moment = datetime(2026, 3, 4, tzinfo=UTC)
    return Entry(1, moment, parts, asked, Response(status, headers, answer))


def taken(*calls):
    """The values that the last call takes: place → number of the step, and its value."""
    last = plan(calls)[-1]
    return {
        place: next((p.step, p.value) for p in pieces if isinstance(p, Taken))
        for place, pieces in last.taken.items()
    }


LIST = call("GET /orders", [{"id": 7}, {"id": 8}])
ORDER = call("POST /orders", {"id": 8, "key": UUID, "user_id": 3})
LINK = call("GET /home", '<a href="/orders/8?a=1">')
ATTRIBUTE = call("GET /home", '<p data-order-id="8">')
CHOICE = call("GET /x", "<form><select name=order_id><option value=8>8</option></select></form>")
SCRIPT = call("GET /home", f"<script>key = '{TOKEN}';</script>")
META = call("GET /home", f'<meta name=key content="{TOKEN}">')
LOCATION = call("POST /orders", headers=(("Location", "/orders/8"),))
ETAG = call("GET /x", headers=(("ETag", '"3"'),))
BEARER = call("POST /token", {"access_token": TOKEN})
COOKIE = call("GET /x", headers=(("Set-Cookie", "XSRF-TOKEN=a1%3D; Path=/"),))
EVENTS = call(
    "POST /say",
    b'data: {"order_id": 8}\n\n',
    headers=(("Content-Type", "text/event-stream"),),
)


@pytest.mark.parametrize(
    ("first", "then", "place"),
    [
        (LIST, call("GET /orders/8"), ("path", 2)),
        (ORDER, call("GET /orders/8/lines"), ("path", 2)),
        (ORDER, call("GET /users/3"), ("path", 2)),
        (ORDER, call("GET /x?order_id=8"), ("query", 0)),
        (ORDER, call("GET /shop?order=8"), ("query", 0)),
        (ORDER, call("POST /lines", body={"order_id": 8}), ("json", "order_id")),
        (ORDER, call("POST /lines", body={"orderId": 8}), ("json", "orderId")),
        (ORDER, call("POST /merge", body={"orders": [1, 8]}), ("json", "orders", 1)),
        (ORDER, call("POST /x", sent=FORM, body=b"a=1&order_id=8"), ("form", 1)),
        (ORDER, call(f"GET /by-key/{UUID}"), ("path", 2)),
        (ORDER, call("GET /x", sent=(("X-Key", UUID),)), ("header", 0)),
        (ORDER, call("POST /x", body={"a": {"b": UUID}}), ("json", "a", "b")),
        (LINK, call("GET /orders/8"), ("path", 2)),
        (ATTRIBUTE, call("GET /orders/8"), ("path", 2)),
        (CHOICE, call("GET /orders/8"), ("path", 2)),
        (SCRIPT, call("GET /x", sent=(("X-Key", TOKEN),)), ("header", 0)),
        (META, call("POST /x", body=[TOKEN]), ("json", 0)),
        (LOCATION, call("GET /orders/8/x"), ("path", 2)),
        (ETAG, call("PUT /x", sent=(("If-Match", '"3"'),)), ("header", 0)),
        (BEARER, call("GET /x", sent=(("Authorization", f"Bearer {TOKEN}"),)), ("header", 0)),
        (COOKIE, call("POST /x", sent=(("X-XSRF-TOKEN", "a1="),)), ("header", 0)),
        (EVENTS, call("GET /orders/8"), ("path", 2)),
    ],
)
def test_value_that_a_response_gave_is_taken_from_there(first, then, place):
    assert taken(first, then)[place][0] == 0


@pytest.mark.parametrize(
    "then",
    [
        call("GET /users/8"),
        call("GET /x?page=8"),
        call("GET /x?limit=8"),
        call("GET /orders?per_page=8"),
        call("POST /x", body={"rating": 8}),
        call("POST /x", body={"user_id": 8}),
        call("POST /x", body={"sure": True, "title": "8"}),
        call("POST /x", sent=FORM, body=b"quantity=8"),
        call("GET /x", sent=(("X-Count", "8"),)),
        call("GET /x", sent=(("Accept-Language", UUID),)),
    ],
)
def test_value_that_is_the_same_by_chance_stays(then):
    assert taken(LIST, ORDER, then) == {}


def test_field_that_a_person_fills_in_gives_no_id():
    form = call("GET /home", "<form><input name=order_id value=8></form>")
    assert taken(form, call("GET /orders/8")) == {}


@given(st.sampled_from(["title", "count", "page", "sure", "x"]), st.integers(0, 99) | st.booleans())
def test_no_small_value_of_another_name_is_ever_taken(name, value):
    answer = call("GET /orders", [{"id": n, name: n} for n in range(100)])

    assert taken(answer, call(f"GET /x?{name}={value}", body={name: value})) == {}


@pytest.mark.parametrize(
    "then",
    [
        call("GET /x?page=8"),
        call("POST /x", body={"page": 8, "rating": 8}),
        call("POST /x", sent=FORM, body=b"page=8&rating=8"),
    ],
)
def test_count_that_is_called_like_a_thing_with_ids_stays(then):
    pages = call("GET /pages", [{"id": 8, "rating_id": 8}])

    assert taken(pages, then) == {}


def test_page_of_a_list_is_no_id_of_a_page():
    listed = call("GET /home", '<a href="/list?page=8">')

    assert taken(listed, call("GET /pages/8")) == {}


def test_first_response_that_gave_a_value_is_its_source():
    assert taken(LIST, call("GET /orders/8", {"id": 8}), call("GET /orders/8"))["path", 2] == (
        0,
        "8",
    )


def test_id_that_is_given_out_anew_comes_from_the_last_that_made_it():
    gone = call("DELETE /orders/8", status=204)

    assert taken(ORDER, gone, ORDER, call("GET /orders/8"))["path", 2] == (2, "8")


def test_what_the_browser_sent_first_is_its_own():
    asked = call("POST /x", {"echo": UUID}, body={"idempotency": UUID})

    assert taken(asked, call("POST /x", body={"idempotency": UUID})) == {}


def test_bookmarked_id_stays():
    opened = call("GET /orders/8", {"id": 8})

    assert taken(opened, call("GET /orders/8")) == {}


def test_csrf_token_that_no_response_shows_is_taken_from_the_page_before():
    page = call("GET /home", "")
    sent = call("POST /x", sent=(("X-CSRFToken", TOKEN),))

    assert taken(LIST, page, sent)["header", 0] == (1, TOKEN)


def test_csrf_token_is_taken_however_short_it_is():
    page = call("GET /form", "<form><input type=hidden name=csrf_token value=abc>")

    assert taken(page, call("POST /form", sent=FORM, body=b"csrf_token=abc"))["form", 0] == (
        0,
        "abc",
    )


def test_redirect_is_followed_once():
    away = call("POST /login", headers=(("Location", "/home?a=1"),), status=302)
    home = call("GET /home?a=1", "")

    assert [step.follows for step in plan([away, home, home])] == [None, 0, None]


@pytest.mark.parametrize(("status", "follows"), [(299, None), (300, 0), (399, 0), (400, None)])
def test_only_a_redirect_is_followed(status, follows):
    away = call("POST /x", headers=(("Location", "/home"),), status=status)
    assert plan([away, call("GET /home")])[1].follows == follows


@pytest.mark.parametrize("location", ["http://a.example", "http://a.example/", "/"])
def test_address_without_a_path_is_the_root(location):
    away = call("POST /x", headers=(("Location", location),), status=302)
    root = call("GET /")
    bare = replace(root, url=root.url._replace(path=""))
    assert [plan([away, to])[1].follows for to in (root, bare)] == [0, 0]


def test_redirect_to_another_query_is_not_followed():
    away = call("POST /x", headers=(("Location", "/home?a=1"),), status=302)
    assert plan([away, call("GET /home?a=2")])[1].follows is None


@pytest.mark.parametrize(("status", "giver"), [(201, 1), (399, 1), (400, 0)])
def test_id_that_was_made_anew_is_that_of_what_made_it(status, giver):
    again = call("POST /orders", {"id": 8}, status=status)
    assert taken(LIST, again, call("GET /orders/8"))["path", 2] == (giver, "8")
