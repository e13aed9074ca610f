"""Who is signed in, where, and for how long."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shared_models import LoginSession, User
from tests.legacy.conftest import NOW, call


def login_row(session):
    session.rollback()
    return session.scalars(select(LoginSession).order_by(LoginSession.id)).first()


def is_signed_in(client):
    return client.get("/auth/current-user").status_code == 200


def test_current_user_tells_who_and_what_is_left(ada):
    answer = ada.get("/auth/current-user").json
    token = answer.pop("csrf_token")
    assert answer == {
        "id": 1,
        "display_name": "Ada Lovelace",
        "role": "admin",
        "email": "ada@example.test",
        "status": "active",
        "usage": {"used": 0, "limit": 200, "remaining": 200, "resets_at": "2026-12-01T00:00:00"},
    }
    assert ada.post("/conversations/fresh", headers={"X-CSRFToken": token}).status_code == 200


@pytest.mark.parametrize(
    ("quota", "used", "limit", "remaining"), [(0, 7, None, None), (5, 3, 5, 2), (5, 9, 5, 0)]
)
def test_quota_of_nothing_is_no_limit(ada, session, quota, used, limit, remaining):
    user = session.get(User, 1)
    user.monthly_quota, user.quota_used = quota, used
    session.commit()
    usage = ada.get("/auth/current-user").json["usage"]
    assert (usage["used"], usage["limit"], usage["remaining"]) == (used, limit, remaining)


def test_last_seen_is_written_once_a_minute(ada, session, frozen):
    frozen.shift(timedelta(seconds=59))
    assert is_signed_in(ada)
    assert (login_row(session).last_seen_at, login_row(session).served_by) == (NOW, "modern")
    frozen.shift(timedelta(seconds=1))
    assert is_signed_in(ada)
    row = login_row(session)
    assert (row.last_seen_at, row.served_by) == (NOW + timedelta(minutes=1), "legacy")


def test_idle_login_ends_after_two_hours(ada, frozen):
    frozen.shift(timedelta(hours=2))
    assert is_signed_in(ada)
    frozen.shift(timedelta(hours=2, seconds=1))
    assert not is_signed_in(ada)


def test_busy_login_ends_after_twelve_hours(ada, frozen):
    for _ in range(11):
        frozen.shift(timedelta(hours=1))
        assert is_signed_in(ada)
    frozen.shift(timedelta(hours=1))
    assert not is_signed_in(ada)


def test_remembered_login_may_be_idle(ada, session, frozen):
    login_row(session).expires_at = NOW + timedelta(days=30)
    session.commit()
    frozen.shift(timedelta(days=29))
    assert is_signed_in(ada)


@pytest.mark.parametrize("status", ["disabled", "pending"])
def test_account_that_is_closed_is_out_at_once(ada, session, status):
    session.get(User, 1).status = status
    session.commit()
    assert not is_signed_in(ada)


def test_live_logins_are_listed_newest_first(sign_in, session, frozen):
    ada, other = sign_in("ada"), sign_in("ada")
    sign_in("bob")
    rows = session.scalars(select(LoginSession).order_by(LoginSession.id)).all()
    rows[1].created_at = NOW + timedelta(minutes=5)
    session.commit()
    listed = ada.get("/auth/sessions").json
    assert listed[1] == {
        "id": 1,
        "created_at": "2026-11-23T09:30:00",
        "last_seen_at": "2026-11-23T09:30:00",
        "ip": "127.0.0.1",
        "user_agent": "A browser",
        "current": True,
    }
    assert [(row["id"], row["current"]) for row in listed] == [(2, False), (1, True)]
    assert [row["current"] for row in other.get("/auth/sessions").json] == [True, False]


def test_dead_logins_are_not_listed(sign_in, session):
    ada = sign_in("ada")
    for _ in range(3):
        sign_in("ada")
    _, revoked, expired, idle = session.scalars(select(LoginSession).order_by(LoginSession.id))
    revoked.revoked_at = NOW
    expired.expires_at = NOW
    idle.last_seen_at = NOW - timedelta(hours=3)
    session.commit()
    assert [row["id"] for row in ada.get("/auth/sessions").json] == [1]


def test_list_of_logins_has_pages(sign_in):
    clients = [sign_in("ada") for _ in range(5)]
    page = clients[0].get("/auth/sessions?page=2&per_page=2").json
    assert [row["id"] for row in page] == [3, 2]


def test_wrong_page_is_refused(ada):
    response = ada.get("/auth/sessions?per_page=101&page=0")
    assert (response.status_code, response.json) == (
        400,
        {"error": "Some fields are not right: page, per_page."},
    )


@pytest.mark.parametrize(
    ("others", "says"),
    [(0, "0 other sessions."), (1, "1 other session."), (2, "2 other sessions.")],
)
def test_signing_out_elsewhere_spares_this_browser(sign_in, others, says):
    ada, bob = sign_in("ada"), sign_in("bob")
    elsewhere = [sign_in("ada") for _ in range(others)]
    response = call(ada, "DELETE", "/auth/sessions")
    assert response.json == {"success": True, "message": f"Signed out of {says}", "count": others}
    assert is_signed_in(ada)
    assert is_signed_in(bob)
    assert not any(is_signed_in(client) for client in elsewhere)
