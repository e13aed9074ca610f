"""Signing in, staying signed in, and signing out."""

from __future__ import annotations

import pytest

from shared_models.sample import SAMPLE_PASSWORD

ADA = "ada@example.test"


def log_in(browser, email=ADA, password=SAMPLE_PASSWORD, **more):
    """Send the login form as a browser does."""
    token = browser.get("/auth/login").form("csrf_token")
    form = {"email": email, "password": password, "csrf_token": token, **more}
    return browser.post("/auth/login", data=form)


def test_form(parity):
    assert parity.get("/auth/login").status == 200


@pytest.mark.parametrize(
    "target", ["/chat?conversation=2", "//evil.test", "/\\evil.test", "https://evil.test/", ""]
)
def test_form_keeps_a_local_target_only(parity, target):
    parity.get("/auth/login", query={"next": target})


@pytest.mark.parametrize("target", ["/conversations", "//evil.test", None])
def test_form_sends_the_signed_in_on(parity, ada, target):
    assert ada.get("/auth/login", query={"next": target} if target else "").status == 302


def test_right_password_signs_in(parity):
    assert log_in(parity).status == 302
    assert parity.get("/chat").status == 200
    assert parity.get("/auth/current-user").json["display_name"] == "Ada Lovelace"


def test_target_is_reached_after_the_login(parity):
    log_in(parity, next="/chat?conversation=1")


@pytest.mark.parametrize("target", ["//evil.test", "/%2fevil.test", "/\tevil", "javascript:x"])
def test_target_elsewhere_is_not_followed(parity, target):
    log_in(parity, next=target)


def test_email_is_trimmed_and_folded(parity):
    assert log_in(parity, email="  ADA@Example.test ").status == 302


def test_remembered_login_outlives_the_session(parity):
    log_in(parity, remember="1")
    for client in parity._browser.clients:
        client.jar.forget("session")
    parity.advance(24 * 3600)
    assert parity.get("/auth/current-user").status == 200


def test_wrong_password_is_told_and_counted(parity):
    log_in(parity, password="wrong password")


def test_unknown_email_is_told_the_same(parity):
    log_in(parity, email="nobody@example.test")


@pytest.mark.parametrize(
    ("email", "password"), [("", ""), ("not an address", "x"), (ADA, ""), ("a@b", "x")]
)
def test_form_that_is_not_filled_in(parity, email, password):
    log_in(parity, email=email, password=password)


def test_fields_that_are_missing_altogether(parity):
    token = parity.get("/auth/login").form("csrf_token")
    parity.post("/auth/login", data={"csrf_token": token})


def test_failed_form_keeps_what_was_given(parity):
    log_in(parity, password="", remember="1", next="/chat?conversation=1")


def test_sixth_failure_locks_even_the_right_password_out(parity):
    for _ in range(5):
        log_in(parity, password="wrong password")
    locked = log_in(parity)
    assert locked.status == 429
    parity.advance(900)
    assert log_in(parity).status == 302


def test_success_forgets_earlier_failures(parity):
    log_in(parity, password="wrong password")
    log_in(parity)


def test_address_that_tries_too_often_is_refused(parity):
    for _ in range(30):
        log_in(parity, email="")
    assert log_in(parity, email="").status == 429


def test_form_without_token(parity):
    assert parity.post("/auth/login", data={"email": ADA, "password": "x"}).status == 400


def test_form_with_the_token_of_another_session(parity):
    token = parity.browser().get("/auth/login").form("csrf_token")
    form = {"email": ADA, "password": "x", "csrf_token": token}
    assert parity.post("/auth/login", data=form).status == 400


def test_sign_out(parity, ada):
    assert ada.post("/auth/logout").status == 302
    parity.get("/auth/login")
    assert parity.get("/chat").status == 302


def test_sign_out_by_the_pages_form(parity, ada):
    token = ada.get("/chat").form("csrf_token")
    parity.post("/auth/logout", data={"csrf_token": token})


def test_sign_out_of_a_stranger(parity):
    token = parity.get("/auth/login").form("csrf_token")
    assert parity.post("/auth/logout", data={"csrf_token": token}).status == 302


def test_sign_out_without_token(parity, ada):
    assert parity.post("/auth/logout").status == 400


def test_session_that_was_idle_too_long(parity, ada):
    parity.advance(2 * 3600)
    assert parity.get("/chat").status == 302


def test_session_that_is_too_old(parity, ada):
    for _ in range(11):
        ada.get("/")
        parity.advance(3600)
    assert parity.get("/chat").status == 302


def test_last_visit_is_noted_once_a_minute(parity, ada):
    ada.get("/")
    parity.advance(30)
    ada.get("/")
    parity.advance(60)
    ada.get("/")
