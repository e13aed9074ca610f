"""What a call sends, what it gives back, and what stays apart."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest
from flask import Flask, g, jsonify, request

from gateway.parity.harness import START, Parity, ParityError, Side
from gateway.parity.paired import Paired

FORM = "application/x-www-form-urlencoded"


def echo_app(name):
    """An application that shows what it was sent."""
    app = Flask(name)

    @app.route("/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def echo(path):
        sent = {
            "token": name * 16,
            "method": request.method,
            "url": request.full_path,
            "body": request.get_data(as_text=True),
            "headers": dict(request.headers),
            "cookies": request.cookies,
            "time": time.time(),
            "g": g.get("left", "nothing"),
        }
        g.left = "something"
        response = jsonify(sent)
        response.set_cookie("who", name * 16)
        return response

    return app


@pytest.fixture
def parity():
    """Compare two applications that show what they were sent."""
    with Parity(Side("a", echo_app("a1B2")), Side("b", echo_app("c3D4"))) as parity:
        yield parity


def both(reply):
    """What both sides were sent."""
    return json.loads(reply.control.body), json.loads(reply.candidate.body)


def test_query_is_sent_as_given(parity):
    ours, _ = both(parity.get("/x?a=1", query={"b": ["2", "3"], "c": "ü&"}))
    assert ours["url"] == "/x?a=1&b=2&b=3&c=%C3%BC%26"


def test_path_is_encoded_where_it_must_be(parity):
    ours, _ = both(parity.get("/ü b/c%2Fd"))
    assert ours["url"] == "/ü b/c/d?"


@pytest.mark.parametrize(
    ("options", "body", "kind"),
    [
        ({"json": {"a": None}}, '{"a": null}', "application/json"),
        ({"json": None}, "null", "application/json"),
        ({"data": {"a": "1 2", "b": ["x", "y"]}}, "a=1+2&b=x&b=y", FORM),
        ({"data": "text"}, "text", None),
        ({"data": b"bytes", "headers": {"Content-Type": "text/x"}}, "bytes", "text/x"),
    ],
)  # fmt: skip
def test_bodies(parity, options, body, kind):
    ours, theirs = both(parity.post("/x", **options))
    assert ours["body"] == theirs["body"] == body
    assert ours["headers"].get("Content-Type") == kind


def test_two_bodies_are_refused(parity):
    with pytest.raises(TypeError, match="gives both json and data"):
        parity.post("/x", json={}, data={})


def test_path_without_a_slash_is_refused(parity):
    with pytest.raises(ValueError, match="does not start with a slash"):
        parity.get("x")


def test_each_side_has_cookies_of_its_own(parity):
    parity.get("/x")
    ours, theirs = both(parity.get("/x"))
    assert (ours["cookies"], theirs["cookies"]) == ({"who": "a1B2" * 16}, {"who": "c3D4" * 16})


def test_browsers_are_apart(parity):
    parity.get("/x")
    ours, _ = both(parity.browser().get("/x"))
    assert ours["cookies"] == {}


def test_cookies_can_be_forgotten_and_planted(parity):
    parity.get("/x")
    parity.forget_cookies()
    parity.set_cookie("mine", "1")
    ours, theirs = both(parity.get("/x"))
    assert ours["cookies"] == theirs["cookies"] == {"mine": "1"}


def test_clock_stands_still_and_moves_by_a_second_a_call(parity):
    ours, theirs = both(parity.get("/x"))
    assert ours["time"] == theirs["time"] == START.timestamp()
    assert datetime.now(UTC).timestamp() == START.timestamp() + 1
    parity.advance(60)
    ours, theirs = both(parity.get("/x"))
    assert ours["time"] == theirs["time"] == START.timestamp() + 61


def test_clock_moves_inside_only():
    parity = Parity(Side("a", echo_app("a")), Side("b", echo_app("b")))
    with pytest.raises(ParityError, match="Enter it first"):
        parity.advance(1)


def test_nothing_that_is_open_around_a_call_is_seen_inside(parity):
    app = parity.sides[0].app
    with app.app_context():
        g.left = "outer"
        parity.get("/x")
        ours, _ = both(parity.get("/x"))
        assert ours["g"] == "nothing"
        assert g.left == "outer"


# Paired values.


def test_value_that_differs_is_paired_and_sent_to_its_own_side(parity):
    token = parity.get("/x").json["token"]
    assert isinstance(token, Paired)
    assert (token.control, token.candidate) == ("a1B2" * 16, "c3D4" * 16)

    reply = parity.post(
        f"/{token}",
        query={"q": token},
        json={"plain": 1, "in text": f"<{token}>", "list": [token]},
        headers={"X-Token": token},
    )

    for sent, own in zip(both(reply), ("a1B2" * 16, "c3D4" * 16), strict=True):
        assert sent["url"] == f"/{own}?q={own}"
        assert json.loads(sent["body"]) == {"plain": 1, "in text": f"<{own}>", "list": [own]}
        assert sent["headers"]["X-Token"] == own


def test_value_that_is_equal_is_plain(parity):
    reply = parity.get("/x")
    assert reply.json["method"] == "GET"
    assert type(reply.json["method"]) is str
    assert reply.json["time"] == START.timestamp()
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"


def test_paired_number_is_sent_as_a_number(parity):
    number = parity._pairs.pair(5, 6)
    ours, theirs = both(parity.post(f"/things/{number}", json={"id": number}))
    assert (ours["url"], ours["body"]) == ("/things/5?", '{"id": 5}')
    assert (theirs["url"], theirs["body"]) == ("/things/6?", '{"id": 6}')


def test_cookies_of_a_reply(parity):
    assert parity.get("/x").cookies["who"].candidate == "c3D4" * 16


def answering(status, body, **headers):
    """A WSGI application that always answers the same."""

    def app(environ, start_response):
        start_response(f"{status} X", list(headers.items()))
        return [body]

    return app


def replied(control, candidate):
    """One call to two fixed answers."""
    with Parity(Side("a", control), Side("b", candidate)) as parity:
        return parity.get("/")


def test_status_that_differs_must_be_asked_of_one_side():
    reply = replied(answering(200, b""), answering(201, b""))
    with pytest.raises(ValueError, match="Control answered 200 and candidate 201"):
        _ = reply.status


def test_header_that_one_side_lacks_is_named():
    reply = replied(answering(200, b"", ETag="x"), answering(200, b""))
    with pytest.raises(KeyError, match="control sent 'x', candidate None"):
        _ = reply.headers["ETag"]
    assert list(reply.headers) == []


def test_body_that_is_not_json_is_shown():
    reply = replied(answering(200, b"no"), answering(200, b"no"))
    with pytest.raises(ValueError, match="Control's body is not JSON"):
        _ = reply.json
    assert reply.text == "no"


def test_missing_form_field_and_meta_are_named():
    reply = replied(answering(200, b"<form><input name=a>"), answering(200, b"<form>"))
    with pytest.raises(LookupError, match="no form field 'a' on the pages of both sides"):
        reply.form("a")
    with pytest.raises(LookupError, match="no meta element 'b'"):
        reply.meta("b")


def test_meta_of_both_pages():
    pages = (b"<meta name=csrf content=%s>" % token for token in (b"1", b"2"))
    reply = replied(*(answering(200, page) for page in pages))
    assert reply.meta("csrf").candidate == "2"


def test_body_is_closed_even_when_it_breaks():
    closed = []

    class Body:
        def __iter__(self):
            yield b"x"
            raise RuntimeError("mid-stream")

        def close(self):
            closed.append(True)

    def app(environ, start_response):
        start_response("200 OK", [])
        return Body()

    reply = replied(app, answering(200, b""))
    assert reply.control.status == 500
    assert "RuntimeError: mid-stream" in reply.control.failure
    assert closed == [True]


def test_what_is_written_goes_before_the_body():
    def app(environ, start_response):
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"a")
        return [b"b"]

    assert replied(app, answering(200, b"ab")).text == "ab"
