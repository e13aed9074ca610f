"""What every response says to the browser, and what a GET may change: nothing.

The names carry the requirement of OWASP ASVS 5.0 that a test is about.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from modern import Config, create_app
from modern.headers import SECURITY_HEADERS
from shared_models.sample import SAMPLE_PASSWORD
from tests.legacy.conftest import close_engine, load_legacy
from tests.reference.conftest import Site
from tests.reference.mixture import WAYS, Mixture
from tests.reference.test_access import NAMES, OPERATIONS, path_of
from tests.reference.test_security_content import attach

POLICY = "Content-Security-Policy"
GETS = [(route, method) for route, method in OPERATIONS if method == "GET"]
GET_NAMES = [path_of(route) for route, _ in GETS]


def has_headers(side: str, answer: TestResponse) -> None:
    expected = {k: v for k, v in SECURITY_HEADERS.items() if k != POLICY}
    assert {name: answer.headers.get(name) for name in expected} == expected
    assert answer.headers["X-Request-ID"]
    assert answer.headers["Cache-Control"] in {"no-store", "private, no-cache", "no-cache"}
    rules = dict(rule.split(" ", 1) for rule in answer.headers[POLICY].split("; "))
    assert rules["script-src"].startswith("'self'")
    assert "'unsafe-inline'" not in answer.headers[POLICY]
    if side == "modern":
        assert answer.headers[POLICY] == SECURITY_HEADERS[POLICY]  # AD-10
    strict = ("default-src", "frame-ancestors", "base-uri", "object-src", "form-action")
    assert [rules[name] for name in strict] == ["'self'", "'none'", "'none'", "'none'", "'self'"]


@pytest.mark.parametrize(("route", "method"), OPERATIONS, ids=NAMES)
def test_v3_4_every_operation_carries_the_headers(side, route, method):
    path = path_of(route)
    for person in (side.stranger(), side.signed_in("bob"), side.signed_in("ada")):
        has_headers(side.name, person.call(method, path))
        has_headers(side.name, person.call(method, path.replace("1", "999").replace("terms", "no")))
    without_token = side.app.test_client().open(path, method=method)
    has_headers(side.name, without_token)
    assert without_token.status_code == 400 or method == "GET"


@pytest.mark.parametrize("route", [r for r, _ in OPERATIONS], ids=NAMES)
def test_v3_4_wrong_methods_and_large_bodies_carry_the_headers(side, route):
    ada = side.signed_in("ada")
    refused = ada.call("PUT", path_of(route))
    assert refused.status_code == 405
    has_headers(side.name, refused)
    if "POST" in route["methods"]:
        large = ada.client.post(path_of(route), data={"csrf_token": "x" * (1024 * 1024 + 1)})
        assert large.status_code == 413
        has_headers(side.name, large)


def test_v3_4_an_unknown_address_carries_the_headers(side):
    for path in ("/nowhere", "/conversations/x", "/admin/users/1/x", "/static/no", "/assets/no"):
        answer = side.stranger().get(path)
        assert answer.status_code == 404
        has_headers(side.name, answer)


# But /health, which tells of the database and never crashes over it.
CRASHING = [(route, method) for route, method in OPERATIONS if route["path"] != "/health"]


@pytest.fixture
def crash(renewed: dict[str, Site], monkeypatch: pytest.MonkeyPatch, caplog: Any) -> Any:
    """Let nearly every request crash from now on, as in production."""
    caplog.set_level(logging.CRITICAL)

    def crash() -> None:
        for site in renewed.values():
            monkeypatch.setitem(site.app.config, "TESTING", False)
            monkeypatch.setitem(site.app.config, "PROPAGATE_EXCEPTIONS", False)
        with renewed["legacy"].session() as session:
            session.execute(text("DROP TABLE login_session"))
            session.execute(text("DROP TABLE rate_bucket"))
            session.commit()

    return crash


def is_discreet(side: str, crashed: TestResponse) -> None:
    assert crashed.status_code == 500
    has_headers(side, crashed)
    assert "login_session" not in crashed.text
    assert "Traceback" not in crashed.text


@pytest.mark.parametrize(
    ("route", "method"), CRASHING, ids=[f"{m} {r['path']}" for r, m in CRASHING]
)
def test_v3_4_a_crash_carries_the_headers_and_tells_nothing(side, route, method, crash):
    ada = side.signed_in("ada")
    crash()
    is_discreet(side.name, ada.call(method, path_of(route)))


# Behind the gateway, which moves everybody to and fro


def test_v3_4_every_answer_through_the_gateway_carries_the_headers_of_who_answers(mixture):
    people = [mixture.browser(), mixture.signed_in("bob"), mixture.signed_in("ada")]
    for route, method in OPERATIONS:
        for person in people:
            mixture.flip()
            foreign = path_of(route).replace("1", "999").replace("terms", "no")
            for asked in (method, "PUT"):
                answer = person.client.open(foreign, method=asked, buffered=True)
                has_headers(mixture.answering, answer)
                assert answer.status_code == 405 or asked == method


def test_v3_4_a_crash_behind_the_gateway_carries_the_headers_of_who_crashed(mixture, crash):
    ada = mixture.signed_in("ada")
    sent = {"headers": {"X-CSRFToken": ada.csrf()}, "buffered": True}
    crash()
    for route, method in CRASHING:
        mixture.flip()
        crashed = ada.client.open(path_of(route), method=method, **sent)
        is_discreet(mixture.answering, crashed)


REFUSED: list[tuple[set[int], str, str, dict[str, Any]]] = [
    ({404}, "GET", "/nowhere", {}),
    ({404}, "GET", "/static/no", {}),
    ({404}, "GET", "/assets/no", {}),
    ({409}, "POST", "/admin/users/2/approve", {}),
    ({412}, "PATCH", "/conversations/1", {"json": {"title": "x"}, "headers": {"If-Match": '"9"'}}),
    ({413}, "POST", "/feedback", {"data": b"x" * (1024 * 1024 + 1)}),
    ({400, 422}, "POST", "/feedback", {"json": {}}),
    ({428}, "PATCH", "/conversations/1", {"json": {"title": "x"}}),
]


def test_v3_4_every_refusal_behind_the_gateway_carries_the_headers_of_who_refused(mixture):
    ada = mixture.signed_in("ada")
    for statuses, method, path, options in REFUSED:
        for _ in range(2):
            mixture.flip()
            refused = ada.call(method, path, **options)
            has_headers(mixture.answering, refused)
            assert refused.status_code in statuses
    file = attach(ada, "x.txt", b"x").get_json()["url"]
    for _ in range(2):
        mixture.flip()
        unsuitable = attach(ada, "x.exe", b"MZ\x90\x00"), 415
        no_part = ada.get(file, headers={"Range": "bytes=5-"}), 416
        for refused, status in (unsuitable, no_part, (ada.client.post(file), 405)):
            has_headers(mixture.answering, refused)
            assert refused.status_code == status


@pytest.mark.usefixtures("standstill")
def test_v3_4_who_asks_too_often_is_refused_with_the_headers(mixture):
    bob = mixture.signed_in("bob")
    answers = []
    for _ in range(32):
        mixture.flip()
        answers.append(bob.call("POST", "/feedback", json={}))
        has_headers(mixture.answering, answers[-1])
    assert [answer.status_code for answer in answers[-2:]] == [429, 429]


def test_v3_5_no_get_changes_a_row_whoever_answers(mixture, renewed):
    people = [mixture.browser(), mixture.signed_in("bob"), mixture.signed_in("ada")]
    for person in people[1:]:
        person.get("/chat")  # opens its fresh conversation
    before = renewed["legacy"].rows("login_session")
    for route, _ in GETS:
        for person in people:
            mixture.flip()
            person.get(path_of(route))
    assert renewed["legacy"].rows("login_session") == before


# Cookies


@pytest.fixture(params=WAYS)
def public(request: pytest.FixtureRequest, renewed: dict[str, Site]) -> Iterator[Mixture]:
    """Both applications as strangers reach them."""
    url, key = str(renewed["legacy"].engine.url), "x" * 32
    config = Config(environment="production", secret_key=key, database_url=url)
    apps: dict[str, Flask] = {
        "legacy": load_legacy(APP_ENV="production", SECRET_KEY=key, DATABASE_URL=url).app,
        "modern": create_app(config),
    }
    yield Mixture(apps, renewed["legacy"].engine, WAYS[request.param])
    for app in apps.values():
        close_engine(app)


def test_v3_3_cookies_are_secure_http_only_and_same_site(public):
    client, https = public.browser().client, {"base_url": "https://localhost"}
    page = client.get("/auth/login", **https)
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"email": "bob@example.test", "password": SAMPLE_PASSWORD, "remember": "1"}
    headers = {"Referer": "https://localhost/auth/login"}
    sent = {"data": {**form, "csrf_token": token}, "headers": headers}
    public.flip()
    entered = client.post("/auth/login", **sent, **https)
    cookies = page.headers.getlist("Set-Cookie") + entered.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"session", "remember_token"}
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert "Domain=" not in cookie
    assert entered.headers["Strict-Transport-Security"] == "max-age=31536000"


# A GET changes nothing


@pytest.mark.parametrize("who", ["ada", "bob", None])
@pytest.mark.parametrize(("route", "_method"), GETS, ids=GET_NAMES)
def test_v3_5_no_get_changes_a_row(side, route, _method, who):
    person = side.stranger() if who is None else side.signed_in(who)
    before = side.rows("login_session")
    for method in ("GET", "HEAD"):
        person.call(method, path_of(route))
    after = side.rows("login_session")
    if route["path"] == "/chat" and who:
        before["conversation"], added = after["conversation"], differ(after, before)
        assert added <= 1  # the fresh conversation that it opens
    assert after == before


def differ(after: dict[str, list[Any]], before: dict[str, list[Any]]) -> int:
    return len(after["conversation"]) - len(before["conversation"])
