"""What can't be read is refused in the side's own shape, and writes nothing but a counter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from werkzeug.test import TestResponse

from shared_models import LoginSession, RateBucket
from tests.reference.conftest import Site
from tests.reference.test_access import OPERATIONS, path_of
from tests.reference.test_fuzz import RIGHT, written

COUNTERS = ("rate_bucket", "login_session")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello'
BROKEN = {
    "nothing": (JSON, b""),
    "truncated": (JSON, b'{"title": "cut o'),
    "no object": (JSON, b"[1, 2]"),
    "a number": (JSON, b"1e999"),
    "brackets": (JSON, b"[" * 100_000),
    "broken UTF-8": (JSON, b'{"title": "\xff\xfe"}'),
    "no JSON": ("text/plain", b'{"title": "x"}'),
    "unknown fields": (JSON, b'{"nobody": 1, "knows": {"this": []}}'),
    "a field of half a character": (JSON, b'{"a\\ud800": {"\\udfff": "\\ud800"}}'),
    "form of nonsense": (FORM, b"%zz&=&&%ff=%00&email=%00&display_name=%ff%00"),
    "truncated parts": (PARTS, FILE),
    "parts without a boundary": ("multipart/form-data", FILE + b"\r\n--x--\r\n"),
    "parts of broken UTF-8": (PARTS, FILE.replace(b"file", b"\xff\x00") + b"\r\n--x--\r\n"),
    "parts without a name": (PARTS, b"--x\r\n\r\nhello\r\n--x--\r\n"),
}
# Werkzeug leaves the file of a form open that breaks off amid it.
left_open = pytest.mark.filterwarnings("ignore:Exception ignored in.*SpooledTemporaryFile")
READING = [
    (route, method)
    for route, method in OPERATIONS
    if method in {"POST", "PATCH"}
    and (route["takes"] or route["endpoint"] == "upload")
    and route["endpoint"] not in {"login", "register"}
]
READING_NAMES = [f"{method} {route['path']}" for route, method in READING]


def refused(side: Site, route: dict[str, Any], answer: TestResponse) -> None:
    """The answer is a refusal that the contract knows, in the shape of this side."""
    assert 400 <= answer.status_code < 500
    documented = {*route["statuses"], 400, 413}
    assert answer.status_code in documented
    if route["kind"] == "HTML":
        assert answer.mimetype == "text/html"
    elif side.name == "legacy":
        assert answer.get_json().keys() == {"error"}
    else:
        assert answer.mimetype == "application/problem+json"


@left_open
@pytest.mark.parametrize(("route", "method"), READING, ids=READING_NAMES)
def test_a_body_that_can_not_be_read_is_refused(side, route, method):
    ada = side.signed_in("ada")
    before = side.rows(*COUNTERS)
    for name, (content_type, body) in BROKEN.items():
        headers = {"If-Match": '"1-1"'}
        options = {"data": body, "content_type": content_type, "headers": headers}
        answer = ada.call(method, path_of(route), **options)
        try:
            refused(side, route, answer)
        except AssertionError as error:
            error.add_note(f"{name}: {answer.status_code} {answer.text[:200]}")
            raise
        forget_limits(side)
    assert side.rows(*COUNTERS) == before


@left_open
def test_a_body_that_breaks_off_is_refused(side):
    ada = side.signed_in("ada")
    before = side.rows(*COUNTERS)
    longer = {"environ_overrides": {"CONTENT_LENGTH": "1000"}, "headers": {"If-Match": '"1-1"'}}
    for route, method in READING:
        kind, right = RIGHT.get(f"{method} {route['path']}", (PARTS, {}))
        data = written(kind, right) if right else FILE  # all that it takes, but for its length
        sent = {"data": data, "content_type": kind, **longer}
        refused(side, route, ada.call(method, path_of(route), **sent))
    assert side.rows(*COUNTERS) == before


@left_open
def test_a_body_that_can_not_be_read_is_refused_whoever_answers(mixture, renewed):
    ada = mixture.signed_in("ada")
    before = renewed["legacy"].rows(*COUNTERS)
    headers = {"X-CSRFToken": ada.csrf(), "If-Match": '"1-1"'}
    for route, method in READING:
        for content_type, body in BROKEN.values():
            mixture.flip()
            sent = {"data": body, "content_type": content_type, "headers": headers}
            answer = ada.client.open(path_of(route), method=method, buffered=True, **sent)
            refused(renewed[mixture.answering], route, answer)
            forget_limits(renewed["legacy"])
    assert renewed["legacy"].rows(*COUNTERS) == before


def forget_limits(side: Site) -> None:
    with side.session() as session:
        session.execute(delete(RateBucket))
        session.commit()


@left_open
@pytest.mark.parametrize("path", ["/auth/login", "/auth/register"])
def test_a_form_that_can_not_be_read_lets_nobody_in(side, path):
    stranger = side.stranger()
    before = side.rows("rate_bucket")
    for content_type, body in BROKEN.values():
        answer = stranger.post(path, data=body, content_type=content_type)
        assert answer.status_code in {400, 413, 422}
        assert answer.mimetype == "text/html"
        forget_limits(side)
    assert side.rows("rate_bucket") == before


LISTS = [
    "/conversations",
    "/conversations/search?q=x",
    "/auth/sessions",
    "/assistants",
    "/admin/users",
    "/admin/audit",
]
NO_NUMBERS = ["0", "-1", "1e3", "1.0", "+1", " 1", "1_0", "٣", "", "x", "\0", "9" * 19, "9" * 5000]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("field", ["page", "per_page"])
def test_a_number_of_a_page_that_is_none_is_refused(side, path, field):
    ada = side.signed_in("ada")
    address, _, query = path.partition("?")
    for number in NO_NUMBERS:
        wanted = {**dict(pair.split("=") for pair in query.split("&") if pair), field: number}
        answer = ada.get(address, query_string=wanted)
        assert (number, answer.status_code) == (number, 400 if side.name == "legacy" else 422)


def test_the_last_page_there_may_be_is_empty(side):
    ada = side.signed_in("ada")
    for path in LISTS:
        wide = f"{path}{'&' if '?' in path else '?'}page=10000&per_page=100"
        assert ada.get(wide).status_code == 200


@pytest.mark.parametrize("field", ["before", "limit"])
def test_a_cursor_that_is_none_is_refused(side, field):
    for number in NO_NUMBERS:
        answer = side.signed_in("ada").get(
            "/conversations/1/messages", query_string={field: number}
        )
        assert (number, answer.status_code) == (number, 400 if side.name == "legacy" else 422)


NUMBERED = [(r, m) for r, m in OPERATIONS if "<int:" in r["path"]]


@pytest.mark.parametrize(
    ("route", "method"), NUMBERED, ids=[f"{m} {r['path']}" for r, m in NUMBERED]
)
def test_a_number_that_nothing_can_have_is_missing(side, route, method):
    ada = side.signed_in("ada")
    before = side.rows(*COUNTERS)
    for number in ("0", "00", str(2**31), str(2**63), "9" * 500, "-1", "1.0", "x", "%00"):
        path = path_of(route).replace("/1", f"/{number}")
        answer = ada.call(method, path, json={"display_name": "x", "role": "user"})
        assert (number, answer.status_code) == (number, 404)
    assert side.rows(*COUNTERS) == before


def test_a_number_in_other_digits_is_answered_in_json_too(side):
    ada = side.signed_in("ada")
    answer = ada.post("/admin/users/٩٩٩/approve")  # Werkzeug takes these for a number
    assert answer.status_code == 404
    assert "json" in answer.mimetype


UNKNOWN = ["nobody", "", "GUIDE", "guide ", "a\0b", "x" * 5000, "%", "'; DROP TABLE user; --"]


def test_an_assistant_that_nobody_knows_is_refused(side):
    ada = side.signed_in("ada")
    before = side.rows(*COUNTERS)
    invalid = 400 if side.name == "legacy" else 422
    profile = {"display_name": "Ada", "timezone": "UTC"}
    for key in UNKNOWN:
        created = ada.post("/conversations", json={"assistant_key": key})
        saved = ada.post("/settings", data={**profile, "default_assistant": key})
        assert (key, created.status_code, saved.status_code) == (key, invalid, invalid)
    for key in ("nobody", "GUIDE", "guide%20", "a%00b", "x" * 5000):
        for method in ("POST", "DELETE"):
            assert ada.call(method, f"/assistants/{key}/enrolment").status_code == 404
    assert side.rows(*COUNTERS) == before


ENDED = {
    "expired": {"expires_at": datetime.now(UTC) - timedelta(seconds=1)},
    "idle": {"last_seen_at": datetime.now(UTC) - timedelta(hours=3)},
    "revoked": {"revoked_at": datetime.now(UTC)},
}
PRIVATE = [(r, m) for r, m in OPERATIONS if r["auth"] in {"user", "admin"}]


@pytest.mark.parametrize("ended", ENDED)
def test_a_login_that_ended_does_nothing_anywhere(side, ended):
    ada = side.signed_in("ada")
    with side.session() as session:
        session.execute(update(LoginSession).values(ENDED[ended]))
        session.commit()
    before = side.rows()
    for route, method in PRIVATE:
        answer = ada.call(method, path_of(route), json={})
        is_page = side.name == "legacy" or route["kind"] == "HTML"
        assert (route["path"], answer.status_code) == (route["path"], 302 if is_page else 401)
    assert side.rows() == before
