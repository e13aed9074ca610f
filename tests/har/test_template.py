"""A request taken apart and put together says what it said, and holds what is put into it."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qsl, quote, unquote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parity.exchange import Request
from gateway.parity.har.session import completed
from gateway.parity.har.template import template_of, with_uploads
from tests.har.test_plan import call

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=8)
PAIRS = st.lists(st.tuples(TEXT.filter(bool), TEXT), min_size=1, max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
MULTIPART = (("Content-Type", "multipart/form-data; boundary=xyz"),)
UPLOAD = (
    b'--xyz\r\nContent-Disposition: form-data; name="order_id"\r\n\r\n7\r\n'
    b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n'
    b"Content-Type: text/csv\r\n\r\n%s\r\n--xyz--\r\n"
)


def filled_with_its_own(request):
    template = template_of(request)
    return template.filled({slot.place: slot.value for slot in template.slots()})


@given(PAIRS)
def test_query_says_what_it_said(pairs):
    request = Request("GET", "/x", urlencode(pairs))

    assert parse_qsl(filled_with_its_own(request).query, keep_blank_values=True) == pairs


@given(PAIRS)
def test_form_says_what_it_said(pairs):
    request = Request("POST", "/x", "", FORM, urlencode(pairs).encode())

    body = filled_with_its_own(request).body.decode()
    assert parse_qsl(body, keep_blank_values=True) == pairs


@given(JSON)
def test_json_says_what_it_said(tree):
    headers = (("content-type", "application/json; charset=utf-8"),)
    request = Request("POST", "/x", "", headers, json.dumps(tree).encode())

    assert json.loads(filled_with_its_own(request).body) == tree


@given(st.lists(TEXT, max_size=4))
def test_path_says_what_it_said(segments):
    request = Request("GET", "/" + "/".join(quote(segment, safe="") for segment in segments))
    path = filled_with_its_own(request).path

    assert [unquote(part) for part in path.split("/")][1:] == (segments or [""])


@given(st.binary(max_size=40).filter(lambda b: b"\r" not in b and b"\n" not in b))
def test_upload_says_what_it_said(content):
    body = UPLOAD % content

    assert filled_with_its_own(Request("POST", "/x", "", MULTIPART, body)).body == body


@given(PAIRS, st.binary(max_size=20))
def test_request_that_nothing_is_put_into_stays_as_it_was(pairs, body):
    for headers in ((), FORM, MULTIPART, (("Content-Type", "application/json"),)):
        request = Request("POST", "/a%2Fb/%20c", "a=1&&b", headers, body)

        assert template_of(request).filled({}) == request


def test_value_goes_where_it_is_put():
    template = template_of(Request("POST", "/orders/7", "a=1&b=2", MULTIPART, UPLOAD % b"x"))

    filled = template.filled({("path", 2): 90, ("query", 1): "ü", ("part", 0): 90})

    assert filled.target == "/orders/90?a=1&b=%C3%BC"
    assert filled.body == (UPLOAD % b"x").replace(b"\r\n7\r\n", b"\r\n90\r\n")


def test_number_in_json_stays_a_number():
    headers = (("Content-Type", "application/json"),)
    template = template_of(Request("POST", "/x", "", headers, b'{"ids": [1, 2]}'))

    assert template.filled({("json", "ids", 1): 90}).body == b'{"ids":[1,90]}'


def test_file_that_a_browser_left_out_is_put_in(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(b"1,2")
    template = template_of(Request("POST", "/x", "", MULTIPART, UPLOAD % b""))

    assert with_uploads(template, {"file": file}) == UPLOAD % b"1,2"


def test_upload_of_which_nothing_is_known_is_made_anew(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(b"1,2")
    template = template_of(Request("POST", "/x", "", MULTIPART, b""))

    assert with_uploads(template, {"order_id": "7", "file": file}) == UPLOAD % b"1,2"


@pytest.mark.parametrize(
    ("uploads", "sent"),
    [
        (["a=@"], b"hello"),
        (["a=@", "b"], b"hello"),
        (["a=@", "b=@"], b""),
        (["b"], b""),
        ([], b""),
    ],
)
@pytest.mark.parametrize("faults", [("5 of the 5 bytes",), ()])
def test_body_that_is_no_form_is_the_only_file(tmp_path, uploads, sent, faults):
    file = tmp_path / "a.txt"
    file.write_bytes(b"hello")
    told = {name.partition("=")[0]: file if "=@" in name else "1" for name in uploads}

    entry = completed(replace(call("PUT /files"), faults=faults), told)

    assert entry.request.body == (sent if faults else b"")
    assert (entry.faults == ()) is (bool(sent) or not faults)
