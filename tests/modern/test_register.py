from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from shared_models import User
from shared_models.settings import shared_settings
from tests.modern.conftest import NOW

GOOD = {
    "email": "Grace@Example.test ",
    "display_name": " Grace Hopper ",
    "password": "a nanosecond of wire",
    "accept_terms": "1",
}


def people(session):
    return session.scalar(select(func.count(User.id)))


def test_registering_leads_to_the_login_with_a_word_of_what_to_do(client):
    answer = client.submit("/auth/register", **GOOD)

    assert (answer.status_code, answer.location) == (302, "/auth/login")
    assert "Your account is ready. Sign in to begin." in client.get("/auth/login").text


def test_a_new_account_can_sign_in(client):
    client.submit("/auth/register", **GOOD)

    assert client.login("grace@example.test", GOOD["password"]).status_code == 302


def test_a_new_account_starts_active_with_the_defaults(client, session):
    client.submit("/auth/register", **GOOD)

    user = session.scalars(select(User).where(User.email == "grace@example.test")).one()
    assert (user.display_name, user.role, user.status) == ("Grace Hopper", "user", "active")
    assert (user.timezone, user.default_assistant) == ("UTC", "guide")
    assert (user.monthly_quota, user.quota_used, user.failed_logins) == (200, 0, 0)
    assert user.quota_resets_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert (user.terms_accepted_at, user.created_at) == (NOW, NOW)
    assert user.last_login_at is None


def test_the_quota_of_december_resets_in_january(client, clock, session):
    clock.move_to(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    client.submit("/auth/register", **GOOD)

    reset = session.scalar(select(User.quota_resets_at).where(User.display_name == "Grace Hopper"))
    assert reset == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "", "Enter your e-mail address."),
        ("email", "grace", "This is not an e-mail address."),
        ("email", "ADA@example.test", "There is already an account with this e-mail."),
        ("display_name", "  ", "Enter the name that others see, up to 80 characters."),
        ("display_name", "x" * 81, "Enter the name that others see, up to 80 characters."),
        ("display_name", "a\0b", "Enter the name that others see, up to 80 characters."),
        ("password", "1234567", "Use 8 to 128 characters."),
        ("password", "x" * 129, "Use 8 to 128 characters."),
        ("password", "PassWord1", "This password is too common."),
        ("accept_terms", "", "Accept the terms to continue."),
    ],
)
def test_a_form_that_is_not_right_says_what_is_wrong(client, session, field, value, message):
    answer = client.submit("/auth/register", **{**GOOD, field: value})

    assert answer.status_code == 422
    assert f'<p class="error" id="{field}-error">{message}</p>' in answer.text
    assert people(session) == 3


def test_an_empty_form_tells_everything_at_once(client):
    page = client.submit("/auth/register").text

    assert page.count('<p class="error"') == 4


def test_the_form_keeps_what_was_typed_but_not_the_password(client):
    page = client.submit("/auth/register", **{**GOOD, "display_name": ""}).text

    assert 'value="Grace@Example.test "' in page
    assert 'value="1" checked' in page
    assert GOOD["password"] not in page


def test_an_email_that_is_taken_in_the_meantime_is_a_taken_email(client, app, session, monkeypatch):
    # The race itself: the look-up says that the e-mail is free, the database knows better.
    monkeypatch.setattr("modern.auth.service.AuthService._find", lambda *_: None)

    answer = client.submit("/auth/register", **{**GOOD, "email": "ada@example.test"})

    assert answer.status_code == 422
    assert "There is already an account with this e-mail." in answer.text


def test_an_address_may_register_so_often_only(build, clock):
    shared = replace(shared_settings(), registrations_per_address=1)
    client = build(shared=shared).test_client()
    client.submit("/auth/register")

    answer = client.submit("/auth/register", **GOOD)

    assert answer.status_code == 429
    assert "Too many attempts. Try again in 1800 seconds." in answer.text


def test_who_is_signed_in_needs_no_account(ada):
    assert ada.get("/auth/register").location == "/chat"
