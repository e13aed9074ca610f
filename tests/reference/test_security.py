"""Logins and limits, through each application and with a flip in between.

The names carry the requirement of OWASP ASVS 5.0 that a test is about.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update
from werkzeug.security import generate_password_hash

from modern import passwords
from shared_models import RateBucket, User
from shared_models.sample import SAMPLE_PASSWORD
from tests.reference.mixture import Mixture

QUICK = "pbkdf2:sha256:1"
ANOTHER_PASSWORD = "granary of numbers"
LIMIT = 5
"""So many wrong passwords for one e-mail."""


@pytest.fixture
def clock() -> Any:
    """The time stands still, so that no window of a limit ends amid a test."""
    with time_machine.travel("2031-03-02T09:30:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def quick(mixture: Mixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed slowly on purpose: only the tests of that wait for it."""
    legacy = mixture.apps["legacy"].view_functions["login"].__globals__
    monkeypatch.setitem(legacy, "HASH_METHOD", QUICK)
    monkeypatch.setattr(passwords, "HASH_METHOD", QUICK)
    stored = generate_password_hash(SAMPLE_PASSWORD, QUICK)
    with mixture.session() as session:
        session.execute(update(User).values(password_hash=stored))
        session.commit()


# Sessions


def test_v7_2_4_a_planted_session_is_gone_after_the_login(mixture):
    browser = mixture.browser()
    browser.set_session({"planted": "here", "_flashes": [("message", "planted")]})
    planted = browser.cookies()["session"]
    mixture.flip()
    assert browser.login("bob").status_code == 302
    assert browser.cookies()["session"] != planted
    assert "planted" not in session_of(mixture, browser)
    assert "planted" not in browser.get("/chat").text


def session_of(mixture: Any, browser: Any) -> dict[str, Any]:
    app = mixture.apps["modern"]
    read = app.session_interface.get_signing_serializer(app).loads
    return dict(read(browser.cookies()["session"]))


def test_v7_2_4_a_login_makes_a_new_token_each_time(mixture):
    browser = mixture.browser()
    browser.login("bob")
    first = session_of(mixture, browser)["_user_id"]
    browser.call("POST", "/auth/logout")
    mixture.flip()
    browser.login("bob")
    assert session_of(mixture, browser)["_user_id"] != first


@pytest.mark.parametrize("cookie", ["session", "remember_token"])
def test_v7_4_1_what_is_replayed_after_logging_out_is_worth_nothing(mixture, cookie):
    browser, thief = mixture.browser(), mixture.browser()
    browser.login("bob", remember="1")
    stolen = browser.cookies()[cookie]
    thief.client.set_cookie(cookie, stolen)
    assert thief.is_signed_in()
    browser.call("POST", "/auth/logout")
    for _ in range(2):
        mixture.flip()
        late = mixture.browser()
        late.client.set_cookie(cookie, stolen)
        assert not late.is_signed_in()
        assert not thief.is_signed_in()


def test_v7_4_1_logging_out_needs_the_token_of_the_form(mixture):
    browser = mixture.signed_in("bob")
    assert browser.client.post("/auth/logout").status_code == 400
    mixture.flip()
    assert browser.is_signed_in()


def test_v7_4_2_who_is_disabled_is_out_at_once(mixture):
    ada, bob = mixture.signed_in("ada"), mixture.signed_in("bob")
    assert bob.is_signed_in()
    assert ada.call("POST", "/admin/users/2/toggle").status_code == 200
    assert not bob.is_signed_in()
    mixture.flip()
    assert not bob.is_signed_in()
    assert mixture.browser().login("bob").status_code in {200, 401}
    ada.call("POST", "/admin/users/2/toggle")
    assert not bob.is_signed_in()


def test_v7_4_2_who_is_deleted_is_out_at_once(mixture):
    ada, bob = mixture.signed_in("ada"), mixture.signed_in("bob")
    assert bob.is_signed_in()
    assert ada.call("POST", "/admin/users/2/delete").status_code == 200
    mixture.flip()
    assert not bob.is_signed_in()


def test_v7_4_2_who_is_demoted_administers_no_more(mixture):
    ada, bob = mixture.signed_in("ada"), mixture.signed_in("bob")
    ada.call("POST", "/admin/users/2/update", json={"role": "admin"})
    assert "users" in bob.get("/admin/stats").get_json()
    mixture.flip()
    ada.call("POST", "/admin/users/2/update", json={"role": "user"})
    mixture.flip()
    assert "users" not in bob.get("/admin/stats").get_json()


def test_v7_4_3_another_password_ends_all_other_logins(mixture):
    here, elsewhere = mixture.browser(), mixture.browser()
    here.login("bob")
    elsewhere.login("bob", remember="1")
    mixture.flip()
    changed = here.call("POST", "/auth/update-password", json=change(ANOTHER_PASSWORD))
    assert changed.status_code == 200
    mixture.flip()
    assert (here.is_signed_in(), elsewhere.is_signed_in()) == (True, False)
    assert mixture.browser().login("bob").status_code in {200, 401}
    assert mixture.browser().login("bob", ANOTHER_PASSWORD).status_code == 302


def change(new: str) -> dict[str, str]:
    """What a change of the password sends."""
    return {"current_password": SAMPLE_PASSWORD, "new_password": new}


@pytest.mark.parametrize(("idle", "good"), [(119, True), (121, False)])
def test_v7_3_1_an_idle_login_ends(mixture, clock, idle, good):
    browser = mixture.browser()
    browser.login("bob")
    mixture.flip()
    clock.shift(timedelta(minutes=idle))
    assert browser.is_signed_in() == good
    mixture.flip()
    assert browser.is_signed_in() == good


@pytest.mark.parametrize(("remember", "hours"), [("", 12), ("1", 30 * 24)])
def test_v7_3_2_a_login_ends_however_busy(mixture, clock, remember, hours):
    browser = mixture.browser()
    browser.login("bob", remember=remember)
    step, minute = timedelta(hours=hours / 12), timedelta(minutes=1)
    for wait in (*[step] * 11, step - minute):
        mixture.flip()
        clock.shift(wait)
        assert browser.is_signed_in()
    clock.shift(2 * minute)
    for _ in range(2):
        mixture.flip()
        assert not browser.is_signed_in()


# Signing in


def test_v6_3_1_failures_count_on_one_counter(mixture, clock):
    for _ in range(LIMIT):
        assert mixture.browser().login("bob", "a wrong one").status_code in {200, 401}
        mixture.flip()
    for _ in range(2):
        mixture.flip()
        refused = mixture.browser().login("bob")
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
    with mixture.session() as session:
        bob = session.get_one(User, 2)
        assert (bob.failed_logins, bob.locked_until is None) == (LIMIT, False)


def test_v6_3_1_a_lockout_spares_other_accounts_and_who_is_signed_in(mixture, clock):
    bob = mixture.browser()
    bob.login("bob")
    for _ in range(LIMIT):
        mixture.browser().login("bob", "a wrong one")
        mixture.flip()
    assert bob.is_signed_in()
    assert mixture.browser().login("carol").status_code == 302


def test_v6_3_1_a_success_on_one_side_forgets_the_failures_of_the_other(mixture, clock):
    for _ in range(2):
        for _ in range(LIMIT - 1):
            mixture.browser().login("bob", "a wrong one")
        mixture.flip()
        assert mixture.browser().login("bob").status_code == 302


def test_v6_3_1_an_address_may_try_so_often_whoever_answers(mixture, clock):
    statuses = []
    for number in range(31):
        mixture.flip()
        statuses.append(mixture.browser().submit("/auth/login", email=f"{number}").status_code)
    assert set(statuses[:30]) <= {400, 422}
    assert statuses[30] == 429


SPOOFED = [
    {"X-Forwarded-For": "10.0.0.1"},
    {"X-Forwarded-For": "10.0.0.2, 127.0.0.1"},
    {"X-Real-IP": "10.0.0.3"},
    {"Forwarded": "for=10.0.0.4"},
]


def test_v4_1_3_a_forwarded_address_changes_no_key(mixture, clock):
    for headers in SPOOFED:
        mixture.flip()
        mixture.browser().submit("/auth/login", headers=headers, email="x")
    with mixture.session() as session:
        bucket = session.scalars(select(RateBucket)).one()
        assert (bucket.key, bucket.hits) == ("login-address:127.0.0.1", len(SPOOFED))


# Where a login leads

ELSEWHERE = [
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/x\\evil.test",
    "/%09/evil.test",
    "/\t/evil.test",
    "/%2fevil.test",
    "/%5cevil.test",
    "https:evil.test",
    "https://evil.test",
    "HTTPS:/evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.test",
    " //evil.test",
    "/x\r\nSet-Cookie: a=b",
    "/x%0d%0aSet-Cookie: a=b",
    "/\x85/evil.test",
    "",
]


def test_v3_7_2_a_next_elsewhere_leads_to_the_chat(mixture):
    for target in ELSEWHERE:
        mixture.flip()
        browser = mixture.signed_in("bob")
        led = browser.get("/auth/login", query_string={"next": target})
        assert (target, led.location) == (target, "/chat")
        page = mixture.browser().get("/auth/login", query_string={"next": target})
        assert 'name="next" value="/' not in page.text
        assert "evil.test" not in page.text


@pytest.mark.parametrize("target", ["//evil.test", "/%09/evil.test", "/x\r\nSet-Cookie: a=b"])
def test_v3_7_2_a_next_elsewhere_in_the_form_leads_to_the_chat(mixture, target):
    browser = mixture.browser()
    led = browser.login("bob", next=target)
    assert (led.status_code, led.location) == (302, "/chat")
    assert "a" not in {cookie.partition("=")[0] for cookie in led.headers.getlist("Set-Cookie")}
