"""Temporary passwords, leaving, older remember cookies, and the report of health."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from shared_models import LoginSession, User
from shared_models.sample import SAMPLE_PASSWORD
from tests.legacy.conftest import NOW, call, csrf_token, submit

NEW = {"current_password": SAMPLE_PASSWORD, "new_password": "a nanosecond of wire"}
ADA = {"email": "ada@example.test", "password": SAMPLE_PASSWORD}


@pytest.fixture
def temporary(session):
    ada = session.get(User, 1)
    ada.must_change_password = True
    ada.temp_secret_expires_at = NOW + timedelta(hours=1)
    session.commit()


def test_temporary_password_leads_to_the_settings_until_it_is_changed(client, temporary):
    assert submit(client, "/auth/login", **ADA).location == "/settings"
    assert client.get("/chat").location == "/settings"
    assert "Choose a new password to continue." in client.get("/settings").text
    call(client, "POST", "/auth/update-password", json=NEW)
    assert client.get("/chat").status_code == 200


def test_expired_temporary_password_does_not_let_in(client, temporary, frozen):
    frozen.shift(timedelta(hours=1))
    page = submit(client, "/auth/login", **ADA)
    assert page.status_code == 200
    assert "Your temporary password has expired. Ask an administrator" in page.text


def test_older_remember_cookie_is_taken_back_and_its_login_ended(client, session):
    bob = {"email": "bob@example.test", "password": SAMPLE_PASSWORD}
    submit(client, "/auth/login", **bob, remember="1")
    remembered = client.get_cookie("remember_token").value
    for name in ("session", "remember_token"):
        client.delete_cookie(name)
    token = csrf_token(client)
    client.set_cookie("remember_token", remembered)
    client.post("/auth/login", data={**ADA, "csrf_token": token})
    assert client.get_cookie("remember_token") is None
    logins = session.scalars(select(LoginSession).order_by(LoginSession.id)).all()
    assert [login.revoked_at for login in logins] == [NOW, None]


def test_health_tells_of_a_database_without_a_schema(client, session):
    session.execute(text("DROP TABLE alembic_version"))
    session.commit()
    response = client.get("/health")
    assert response.status_code == 503
    assert response.get_json()["db"] == "unavailable"


def test_deletion_is_announced_on_every_page(ada, session):
    session.get(User, 1).deletion_requested_at = NOW
    session.commit()
    assert "Your account will be deleted on 7 December 2026." in ada.get("/settings").text


def test_usage_whose_month_is_over_counts_as_begun_again(ada, session):
    user = session.get(User, 1)
    user.quota_used, user.quota_resets_at = 7, NOW
    session.commit()
    usage = ada.get("/auth/current-user").get_json()["usage"]
    assert (usage["used"], usage["resets_at"]) == (0, "2026-12-01T00:00:00")
