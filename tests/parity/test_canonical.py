"""Headers and bodies by meaning."""

from __future__ import annotations

import pytest

from gateway.parity.canonical import canonical
from gateway.parity.exchange import Exchange, Request, Response


def answer(headers=(), body=b"", status=200, method="GET"):
    """The meaning of a response to /a/b?c=1."""
    request = Request(method, "/a/b", "c=1")
    exchange = Exchange(request, Response(status, tuple(headers), body))
    return canonical(exchange, (), "http://localhost")


def header(name, value):
    """The meaning of one header."""
    return answer([(name, value)]).headers[name.lower()]


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("Vary", "Cookie, Accept", "accept,cookie"),
        ("Allow", "GET, HEAD", "HEAD,GET"),
        ("Cache-Control", "private, no-cache", "No-Cache, private"),
        ("Content-Type", "text/html; charset=UTF-8", "text/html;charset=utf-8"),
        ("Content-Type", "application/json", "application/json; charset=utf-8"),
        ("Location", "/x", "http://localhost/x"),
        ("Location", "x", "/a/x"),
        ("Location", "/x?next=/y", "/x?next=%2Fy"),
        ("Content-Security-Policy", "a 'self'; b x", "b  x; a 'self';"),
        ("Content-Security-Policy", "a 'self' https://b.test", "a https://b.test 'self'"),
    ],
)
def test_spellings_of_one_header_are_equal(name, one, other):
    assert header(name, one) == header(name, other)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("Content-Type", "text/html; charset=utf-8", "text/html; charset=latin-1"),
        ("Content-Type", "text/html; charset=utf-8", "text/html"),
        ("Location", "/x", "https://localhost/x"),
        ("Location", "/x", "//localhost.evil/x"),
        ("Location", "/x?a=1", "/x?a=2"),
        ("Location", "/x?a=", "/x"),
        ("Location", "/x#y", "/x"),
        ("ETag", '"x"', 'W/"x"'),
        ("Vary", "Cookie", "Cookie, Accept"),
    ],
)
def test_headers_that_differ(name, one, other):
    assert header(name, one) != header(name, other)


def test_headers_left_out_are_those_that_name_one_exchange():
    left_out = ["Date", "Server", "Content-Length", "Set-Cookie", "X-Request-ID"]
    assert answer([(name, "x") for name in left_out]).headers == {}


def test_headers_of_an_application_are_kept():
    assert answer([("X-Mine", "1"), ("x-mine", "2")]).headers == {"x-mine": "1, 2"}


HTML, JSON = ("Content-Type", "text/html"), ("Content-Type", "application/problem+json")


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"headers": [JSON], "body": b"{}"}, "json"),
        ({"headers": [JSON], "body": b"{"}, "text"),
        ({"headers": [HTML], "body": b"x"}, "html"),
        ({"headers": [("Content-Type", "text/plain")], "body": b"x"}, "text"),
        ({"headers": [("Content-Type", "text/csv")], "body": b"x"}, "csv"),
        ({"headers": [("Content-Type", "text/tab-separated-values")], "body": b"x"}, "csv"),
        ({"headers": [("Content-Type", "text/csv")], "body": b'"'}, "text"),
        ({"headers": [("Content-Type", "text/csv")], "body": b"\xff"}, "bytes"),
        (
            {"headers": [("Content-Type", 'text/csv; charset="ascii"; a=b')], "body": b"x"},
            "csv",
        ),
        ({"headers": [("Content-Type", "text/csv; charset=nope")], "body": b"x"}, "bytes"),
        ({"body": b"x"}, "bytes"),
        ({"headers": [HTML]}, "none"),
        ({"headers": [HTML], "body": b"x", "method": "HEAD"}, "none"),
        ({"headers": [HTML], "body": b"x", "status": 304}, "none"),
        ({"headers": [HTML, ("Location", "/")], "body": b"x", "status": 302}, "none"),
        ({"headers": [HTML], "body": b"x", "status": 302}, "html"),
    ],
)
def test_body_is_read_by_its_type(given, kind):
    assert answer(**given).body.kind == kind
