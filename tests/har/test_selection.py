"""What of a recording is the application's, and why the rest is left out."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from gateway.parity.exchange import Request, Response
from gateway.parity.har.archive import Archive, Entry, HarError
from gateway.parity.har.selection import select

HTML = (("Content-Type", "text/html"),)
EVENTS = (("Content-Type", "text/event-stream"),)
PREFLIGHT = (("Access-Control-Request-Method", "PUT"),)


def entry(url="http://a.example/page", method="GET", status=200, asked=(), answered=(), **more):
    parts = urlsplit(url)
    request = Request(method, parts.path, parts.query, asked)
    moment = datetime(2026, 3, 4, tzinfo=UTC)
    return Entry(1, moment, parts, request, Response(status, answered), **more)


PAGE = entry(answered=HTML)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (entry("https://a.example/"), "other hosts"),
        (entry("http://b.example/"), "other hosts"),
        (entry("ws://a.example/live"), "web sockets"),
        (entry(status=101), "web sockets"),
        (entry("data:text/css,x"), "addresses that are not HTTP, such as data:"),
        (entry("chrome-extension://x/y"), "addresses that are not HTTP, such as data:"),
        (entry(method="OPTIONS", asked=PREFLIGHT), "preflights"),
        (entry(cached=True), "answers from the browser's cache or its service worker"),
        (entry(status=0), "requests that got no answer"),
        (entry("http://a.example/static/x.CSS"), "static assets"),
        (entry("http://a.example/favicon.ico"), "static assets"),
        (entry(answered=EVENTS), "event streams that were listened to"),
    ],
)
def test_what_is_not_the_applications_is_left_out_with_a_count(other, reason):
    selection = select(Archive((PAGE, other, other)))

    assert selection.entries == (PAGE,)
    assert selection.left_out == {reason: 2}


@pytest.mark.parametrize(
    "kept",
    [
        entry("http://a.example/attachments/5"),
        entry("http://a.example/export.csv"),
        entry("http://a.example/x.png", method="PUT"),
        entry(method="OPTIONS"),
        entry(method="POST", answered=EVENTS),
        entry(status=304),
    ],
)
def test_what_the_application_answered_is_kept(kept):
    assert select(Archive((PAGE, kept))).entries == (PAGE, kept)


def test_assets_and_streams_can_be_taken():
    entries = (PAGE, entry("http://a.example/x.css"), entry(answered=EVENTS))

    assert select(Archive(entries), assets=True, streams=True).entries == entries


def test_application_is_where_the_first_page_came_from():
    script = entry("http://cdn.example/x.json")

    assert select(Archive((script, script, PAGE))).origin == "http://a.example"


def test_host_can_be_chosen():
    api = entry("http://api.example:8000/v1")

    assert select(Archive((PAGE, api)), origin="http://API.example:8000/").entries == (api,)


def test_recording_of_nothing_to_send_is_told():
    with pytest.raises(HarError, match=r"other hosts \(1\). It holds requests to http://a.example"):
        select(Archive((PAGE,)), origin="http://b.example")


def test_recording_of_nothing_but_sockets_has_no_host_to_choose():
    with pytest.raises(
        HarError, match=r"web sockets \(1\)\. It holds no request to a web server\."
    ):
        select(Archive((entry("ws://a.example/x"),)))
