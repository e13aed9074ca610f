"""A place of a response gives the value there, on either side alike, or nothing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parity.exchange import Response
from gateway.parity.har.sources import (
    Cookie,
    FormField,
    Header,
    Member,
    Meta,
    Pattern,
    any_csrf,
    leaves_of,
    tree_of,
)

HTML = (("Content-Type", "text/html"),)
JSON = (("Content-Type", "application/json"),)
EVENTS = (("Content-Type", "text/event-stream"),)


def page(text):
    return Response(200, HTML, text.encode())


IN_META = page('<meta name="csrf-token" content="m"><form><input name=csrf_token value=f></form>')
IN_FORM = page("<form><input name=csrf_token value=f></form>")


@pytest.mark.parametrize(
    ("source", "response", "found"),
    [
        (Meta("csrf-token"), IN_META, "m"),
        (Meta("csrf-token", else_csrf=True), IN_META, "m"),
        (Meta("csrf-token", else_csrf=True), IN_FORM, "f"),
        (Meta("csrf-token"), IN_FORM, None),
        (FormField("csrf_token"), IN_META, "f"),
        (FormField("token", else_csrf=True), IN_FORM, "f"),
        (FormField("token"), IN_FORM, None),
        (Member((0, "id")), Response(200, JSON, b'[{"id": 7}]'), 7),
        (Member((0, "id")), Response(200, JSON, b'{"items": [{"id": 7}]}'), 7),
        (Member(("items", 0, "id")), Response(200, JSON, b'[{"id": 7}]'), 7),
        (Member(("id",)), Response(200, JSON, b'{"a": {"id": 7}, "b": {"id": 8}}'), None),
        (Member(("id",)), Response(200, JSON, b"no JSON"), None),
        (Member(("id",)), page("<p>"), None),
    ],
)
def test_place_gives_its_value(source, response, found):
    assert source.find(response) == found


def test_likeliest_csrf_token_is_the_one_of_the_page():
    assert any_csrf(IN_META) == "m"
    assert any_csrf(Response(200, JSON, b'{"a": 1, "csrf_token": "j"}')) == "j"
    cookie = (("Set-Cookie", "a=b"), ("Set-Cookie", "XSRF-TOKEN=c"))
    assert any_csrf(Response(200, cookie, b"")) == "c"
    assert any_csrf(page("<p>")) is None


@pytest.mark.parametrize(("data", "read"), [("{} {}", "{} {}"), ('{"a": 1}', {"a": 1})])
def test_event_is_json_or_text(data, read):
    (event,) = tree_of(Response(200, EVENTS, f"data: {data}\n\n".encode()))
    assert event["data"] == read


NAMES = st.text(min_size=1, max_size=12) | st.sampled_from(["'", '"', "'\"", "\\", "\r", "a\n"])


@given(NAMES)
def test_expression_names_what_it_reads(name):
    said: list[object] = []
    reply = SimpleNamespace(
        json={name: 1},
        headers={name: 2},
        cookies={name: 3},
        form=said.append,
        meta=said.append,
        find=lambda pattern, **more: said.append((pattern, more)),
    )
    found = [
        eval(source.code("reply"), {"reply": reply})
        for source in (Member((name,)), Header(name), Cookie(name))
    ]
    for source in (FormField(name), Meta(name), Pattern(name), Pattern(name, 2, name)):
        eval(source.code("reply"), {"reply": reply})

    assert found == [1, 2, 3]
    assert said == [name, name, (name, {}), (name, {"nth": 2, "header": name})]


def test_truth_values_and_fractions_are_no_values_to_carry():
    tree = {"a": True, "b": None, "c": 1.5, "d": [1, "x"]}
    assert list(leaves_of(tree)) == [(("d", 0), 1), (("d", 1), "x")]
