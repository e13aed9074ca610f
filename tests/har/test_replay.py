"""A recorded session on two sides that each have ids, tokens and cookies of their own."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from gateway.parity.har.replay import replay
from gateway.parity.har.session import read_session
from gateway.parity.harness import Parity, Side
from tests.har.recording import PAGE, Recording, shopping
from tests.har.shop import make_shop


@pytest.fixture
def replayed(tmp_path):
    """Replay a recording on two applications; gives the parity and the outcome."""

    def start(recording, control, candidate):
        session = read_session(recording.write(tmp_path / "session.har"))
        sides = Side("old", control), Side("new", candidate)
        start = session.steps[0].entry.started
        with Parity(*sides, start=start, base_url=session.origin) as parity:
            return parity, replay(parity, session.steps)

    return start


def targets(parity, side):
    return [call.requests[side].target for call in parity.calls]


@pytest.mark.parametrize("dialect", ["chromium", "firefox"])
def test_each_side_is_sent_its_own_tokens_and_ids(replayed, dialect):
    parity, outcome = replayed(shopping(make_shop(7), dialect), make_shop(7), make_shop(7))

    assert parity.differences == 0
    assert (outcome.strayed, outcome.told_notes()) == ([], ())
    keys = [targets(parity, side)[-3] for side in (0, 1)]
    assert keys[0] != keys[1]


def test_ids_are_each_sides_own(replayed):
    parity, outcome = replayed(shopping(make_shop(7)), make_shop(20), make_shop(90))

    assert outcome.strayed == []
    assert targets(parity, 0)[-1] == "/orders/20"
    assert targets(parity, 1)[-1] == "/orders/90"


def test_value_of_a_chance_occurrence_stays(replayed):
    parity, _ = replayed(shopping(make_shop(1)), make_shop(20), make_shop(90))

    assert "/orders?page=1" in targets(parity, 0)
    assert json.loads(parity.calls[3].requests[1].body) == {"title": "1"}


def test_cookies_are_each_sides_own(replayed):
    parity, _ = replayed(shopping(make_shop()), make_shop(), make_shop())

    sent = [dict(request.headers)["Cookie"] for request in parity.calls[-1].requests]
    assert sent[0] != sent[1]
    assert all(cookie.count("session=") == 1 for cookie in sent)


def test_recording_without_bodies_finds_csrf_tokens_on_each_sides_pages(replayed):
    parity, outcome = replayed(shopping(make_shop(7), bodies=False), make_shop(7), make_shop(7))

    # All but the key, which only a body had told, is there.
    assert [strayed.request for strayed in outcome.strayed] == [f"GET {targets(parity, 0)[-3]}"]


def test_csrf_token_that_the_last_page_has_not_is_found_on_an_earlier_one(replayed):
    recording = Recording(make_shop())
    token = recording.send("GET", "/login", headers=PAGE).body.decode().split('"')[1]
    recording.send("GET", "/nothing", headers=PAGE)
    form = {"csrf_token": token, "user": "ada", "password": "open & sesame"}
    recording.send("POST", "/login", data=form, headers=PAGE)
    for entry in recording.entries:
        entry["response"]["content"].pop("text", None)

    _, outcome = replayed(recording, make_shop(), make_shop())

    assert (outcome.strayed, outcome.told_notes()) == ([], ())


def test_each_side_is_followed_to_where_it_redirects(replayed):
    parity, outcome = replayed(shopping(make_shop()), make_shop(), make_shop(fault="redirect"))

    assert (targets(parity, 0)[2], targets(parity, 1)[2]) == ("/home", "/start")
    assert outcome.strayed == []
    assert [d.kind for call in parity.calls for d in call.differences] == ["redirect"]


@pytest.mark.parametrize(("method", "parallel"), [("POST", True), ("POST", False), ("GET", True)])
def test_what_was_read_while_something_changed_may_be_answered_otherwise(
    replayed, method, parallel
):
    recording = Recording(make_shop())
    recording.send(method, "/orders")
    recording.send("GET", "/login", headers=PAGE)
    recording.entries[0]["time"] = 2001 if parallel else 2000
    recording.entries[1]["response"]["status"] = 204

    _, course = replayed(recording, make_shop(), make_shop())

    beside = "The browser sent it while POST /orders was under way, so either may have come first."
    noted = [note.partition("200. ")[2] for note in course.notes]
    in_order = not parallel or method == "GET"
    assert (noted, len(course.strayed)) == (([], 1) if in_order else ([beside], 0))


@pytest.mark.parametrize("time", [-1, None, "12", 1e300, float("inf"), True])
def test_time_that_a_request_took_may_be_anything(replayed, time):
    recording = Recording(make_shop())
    recording.send("GET", "/login", headers=PAGE)
    recording.entries[0]["time"] = time

    assert replayed(recording, make_shop(), make_shop())[1].strayed == []


def test_call_that_neither_side_answers_as_recorded_strayed(replayed):
    recording = Recording(make_shop())
    recording.send("GET", "/login", headers=PAGE)
    recording.entries[0]["response"]["status"] = 204

    _, outcome = replayed(recording, make_shop(), make_shop())

    told = "call 1: GET /login got 204 when recorded; both sides answered 200."
    assert [str(strayed) for strayed in outcome.strayed] == [told]


@pytest.mark.parametrize("recorded", [200, 500])
def test_sides_that_crash_alike_are_a_fault_unless_it_was_so_when_recorded(replayed, recorded):
    recording = Recording(make_shop())
    recording.send("GET", "/login", headers=PAGE)
    recording.entries[0]["response"]["status"] = recorded

    parity, _ = replayed(recording, crashing("a"), crashing("b"))

    assert parity.differences == (recorded == 200)


def crashing(name):
    """An application that answers everything with a crash."""
    app = Flask(name)
    app.register_error_handler(404, lambda error: ("Sorry.", 500))
    return app


@pytest.mark.parametrize("paged", [True, False])
def test_id_in_a_list_is_found_in_a_page_of_items_and_back(replayed, paged):
    recording = Recording(make_shop(7, stock=2, paged=paged))
    recording.send("GET", "/orders")
    recording.send("GET", "/orders/8")

    parity, _ = replayed(recording, make_shop(20, stock=2), make_shop(90, stock=2, paged=True))

    assert (targets(parity, 0)[1], targets(parity, 1)[1]) == ("/orders/21", "/orders/91")


def test_id_in_an_attribute_of_a_page_is_each_sides_own(replayed):
    recording = Recording(make_shop(7, stock=2))
    recording.send("GET", "/home", headers=PAGE)
    recording.send("GET", "/orders/8")

    parity, _ = replayed(recording, make_shop(20, stock=2), make_shop(90, stock=2))

    assert (targets(parity, 0)[1], targets(parity, 1)[1]) == ("/orders/21", "/orders/91")


def test_value_that_a_side_does_not_give_is_noted(replayed):
    broken = make_shop(7)
    broken.view_functions["create"] = lambda: ({}, 201)

    _, outcome = replayed(shopping(make_shop(7)), make_shop(7), broken)

    assert outcome.told_notes()[0] == (
        "call 6: GET /orders/7 sends new the recorded value '7', since call 4 did not give one."
    )


def test_number_that_a_page_tells_is_sent_as_a_number(replayed):
    recording = Recording(make_shop(7, stock=2))
    recording.send("GET", "/home", headers=PAGE)
    recording.send("POST", "/orders", data={"title": "x", "order_id": 8})

    parity, _ = replayed(recording, make_shop(20, stock=2), make_shop(90, stock=2))

    assert json.loads(parity.calls[1].requests[1].body) == {"title": "x", "order_id": 91}
