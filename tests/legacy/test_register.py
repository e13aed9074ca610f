"""Opening an account."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash

from shared_models import User
from shared_models.passwords import HASH_METHOD
from tests.legacy.conftest import NOW, submit

GOOD = {
    "email": "dora@example.test",
    "display_name": "Dora",
    "password": "a fine password",
    "accept_terms": "1",
}


def register(client, **fields):
    return submit(client, "/auth/register", **{**GOOD, **fields})


def test_account_is_ready_at_once(client, session):
    response = register(client, email=" Dora@Example.test", display_name="  Dora Ä. ")
    assert (response.status_code, response.location) == (302, "/auth/login")
    assert "Your account is ready. Sign in to begin." in client.get("/auth/login").text
    dora = session.scalars(select(User).where(User.email == "dora@example.test")).one()
    assert (dora.display_name, dora.role, dora.status) == ("Dora Ä.", "user", "active")
    assert (dora.timezone, dora.default_assistant) == ("UTC", "guide")
    assert (dora.monthly_quota, dora.quota_used) == (200, 0)
    assert dora.quota_resets_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert dora.created_at == dora.terms_accepted_at == NOW
    assert dora.password_hash.startswith(f"{HASH_METHOD}$")
    assert check_password_hash(dora.password_hash, GOOD["password"])


def test_quota_of_a_december_account_resets_in_january(client, session, frozen):
    frozen.move_to(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    register(client)
    resets_at = session.scalar(select(User.quota_resets_at).where(User.display_name == "Dora"))
    assert resets_at == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("email", "", "Enter your e-mail address."),
        ("email", "dora", "This is not an e-mail address."),
        ("email", "ADA@example.test", "There is already an account with this e-mail."),
        ("display_name", "  ", "Enter the name that others see, up to 80 characters."),
        ("display_name", "x" * 81, "Enter the name that others see, up to 80 characters."),
        ("display_name", "a\0b", "Enter the name that others see, up to 80 characters."),
        ("password", "short", "Use 8 to 128 characters."),
        ("password", "x" * 129, "Use 8 to 128 characters."),
        ("password", "PassWord123", "This password is too common."),
        ("accept_terms", "", "Accept the terms to continue."),
    ],
)
def test_field_that_is_not_right_says_so(client, session, field, value, says):
    page = register(client, **{field: value})
    assert page.status_code == 400
    assert f'<p class="error" id="{field}-error">{says}</p>' in page.text
    assert session.scalar(select(func.count(User.id))) == 3


def test_all_faults_are_told_at_once(client):
    page = submit(client, "/auth/register")
    assert page.text.count('class="error"') == 4


def test_form_is_refilled_but_for_the_password(client):
    page = register(client, password="short!!")
    assert 'value="dora@example.test"' in page.text
    assert 'value="Dora"' in page.text
    assert "checked" in page.text
    assert "short!!" not in page.text


def test_input_is_shown_as_text(client):
    page = register(client, display_name='"><script>alert(1)</script>', password="")
    assert "<script>alert" not in page.text


def test_second_of_two_forms_at_the_same_moment_is_told(client, module, monkeypatch):
    def lose_the_race():
        raise IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed: user.email"))

    # The look-up before finds nobody: only the constraint can tell.
    monkeypatch.setattr(module.db.session, "flush", lose_the_race)
    monkeypatch.setattr(module, "limit", lambda *_: None)
    page = register(client)
    assert page.status_code == 400
    assert "There is already an account with this e-mail." in page.text


def test_signed_in_need_no_account(ada):
    assert ada.get("/auth/register").location == "/chat"
