"""Settings, temporary passwords, leaving, and what an older remember cookie means."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from shared_models import LoginSession, User
from shared_models.sample import SAMPLE_PASSWORD
from tests.modern.conftest import NOW

NEW = {"current_password": SAMPLE_PASSWORD, "new_password": "a nanosecond of wire"}


@pytest.fixture
def temporary(session):
    """Ada has a password that an administrator made up."""
    session.execute(
        update(User)
        .where(User.email == "ada@example.test")
        .values(must_change_password=True, temp_secret_expires_at=NOW + timedelta(hours=1))
    )
    session.commit()


def test_a_temporary_password_leads_to_the_settings_until_it_is_changed(client, temporary):
    answer = client.login(next="/chat?conversation=1")
    assert answer.location == "/settings"
    assert client.get("/chat").location == "/settings"
    assert "Choose a new password to continue." in client.get("/settings").text

    client.call("POST", "/auth/update-password", json=NEW)
    assert client.get("/chat").status_code == 200


def test_an_expired_temporary_password_does_not_let_in(client, temporary, clock):
    clock.shift(timedelta(hours=1))
    answer = client.login()

    assert answer.status_code == 401
    assert "Your temporary password has expired. Ask an administrator" in answer.text


def test_the_password_comes_first_where_it_must_be_changed(ada, temporary):
    page = ada.get("/settings").text

    assert page.index("Current password") < page.index("Time zone")


def test_times_are_shown_in_the_zone_of_the_person(ada, session):
    session.execute(update(User).values(timezone="Asia/Tokyo"))
    session.commit()

    assert "since 2026-11-23 18:30" in ada.get("/settings").text


def test_who_signs_in_over_a_remember_cookie_is_not_remembered_as_who_was_before(client, session):
    client.login("bob@example.test", remember="1")
    remembered = client.get_cookie("remember_token").value
    for name in ("session", "remember_token"):
        client.delete_cookie(name)
    token = client.csrf_token()
    client.set_cookie("remember_token", remembered)
    form = {"email": "ada@example.test", "password": SAMPLE_PASSWORD, "csrf_token": token}
    client.post("/auth/login", data=form)

    assert client.get_cookie("remember_token") is None
    logins = session.scalars(select(LoginSession).order_by(LoginSession.id)).all()
    assert [login.revoked_at for login in logins] == [NOW, None]


def test_deletion_is_announced_on_every_page(ada, session):
    session.execute(
        update(User).values(status="deleting", deletion_requested_at=NOW, timezone="Asia/Tokyo")
    )
    session.commit()

    page = ada.get("/settings").text
    assert "Your account will be deleted on 7 December 2026." in page
    assert '<a href="/auth/deletion">Keep it</a>' in page


def test_health_tells_of_a_database_without_a_schema(client, session):
    session.execute(text("DROP TABLE alembic_version"))
    session.commit()

    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json == {
        "status": "unavailable",
        "app": "modern",
        "db": "unavailable",
        "schema_revision": None,
    }


def test_a_letter_is_kept_for_the_administrators(client, session):
    form = {"name": "Grace", "email": "Grace@x.org", "subject": "Hi", "body": " Hello. "}
    client.submit("/contact", **form)

    row = session.execute(text("SELECT name, email, subject, body FROM contact_message")).one()
    assert tuple(row) == ("Grace", "grace@x.org", "Hi", "Hello.")


def test_a_usage_whose_month_is_over_counts_as_begun_again(ada, session):
    session.execute(update(User).values(quota_used=7, quota_resets_at=NOW))
    session.commit()

    usage = ada.get("/auth/current-user").json["usage"]
    assert (usage["used"], usage["resets_at"]) == (0, "2026-12-01T00:00:00Z")
