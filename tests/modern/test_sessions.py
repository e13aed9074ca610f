from datetime import timedelta

import pytest
from sqlalchemy import select, update

from shared_models import LoginSession, User
from tests.modern.conftest import NOW


def is_in(client):
    return client.get("/auth/current-user").status_code == 200


def test_current_user_tells_people_about_themselves(carol):
    me = carol.get("/auth/current-user").json

    token = me.pop("csrf_token")
    assert me == {
        "id": 3,
        "display_name": "Carol Shaw",
        "role": "user",
        "email": "carol@example.test",
        "status": "active",
        "usage": {"used": 0, "limit": 200, "remaining": 200, "resets_at": "2026-12-01T00:00:00Z"},
    }
    logout = carol.post("/auth/logout", data={"csrf_token": token})
    assert logout.status_code == 302


@pytest.mark.parametrize(
    ("quota", "used", "limit", "remaining"), [(0, 7, None, None), (200, 7, 200, 193), (5, 7, 5, 0)]
)
def test_usage_counts_down_to_nothing(carol, session, quota, used, limit, remaining):
    session.execute(update(User).values(monthly_quota=quota, quota_used=used))
    session.commit()

    usage = carol.get("/auth/current-user").json["usage"]
    assert (usage["used"], usage["limit"], usage["remaining"]) == (used, limit, remaining)


def test_logging_out_ends_the_session_for_good(ada, session):
    with ada.session_transaction() as cookie:
        replayed = dict(cookie)

    answer = ada.submit("/auth/logout")

    assert (answer.status_code, answer.location) == (302, "/auth/login")
    assert "You are signed out." in ada.get("/auth/login").text
    with ada.session_transaction() as cookie:
        cookie.update(replayed)
    assert not is_in(ada)
    assert session.scalars(select(LoginSession.revoked_at)).one() == NOW


def test_logging_out_clears_and_kills_the_remember_cookie(client):
    client.login(remember="1")
    remembered = client.get_cookie("remember_token").value
    client.submit("/auth/logout")

    assert client.get_cookie("remember_token") is None
    client.set_cookie("remember_token", remembered)
    assert not is_in(client)


def test_logging_out_without_a_login_leads_to_the_login(client):
    assert client.submit("/auth/logout").location == "/auth/login?next=/chat"


def test_a_login_ends_after_twelve_hours(ada, clock):
    for _ in range(11):
        clock.shift(3600)
        assert is_in(ada)
    clock.shift(3599)
    assert is_in(ada)
    clock.shift(1)
    assert not is_in(ada)


@pytest.mark.parametrize(("idle", "good"), [(7200, True), (7201, False)])
def test_an_idle_login_ends_after_two_hours(ada, clock, idle, good):
    clock.shift(idle)

    assert is_in(ada) is good


def test_a_remembered_login_may_idle(signed_in, clock):
    ada = signed_in("ada@example.test", remember=True)
    clock.shift(timedelta(days=29))

    assert is_in(ada)


def test_the_remember_cookie_signs_in_a_new_browser_session(client):
    client.login(remember="1")
    client.delete_cookie("session")

    assert is_in(client)


@pytest.mark.parametrize("status", ["pending", "disabled"])
def test_a_closed_account_is_out_at_once(ada, session, status):
    session.execute(update(User).values(status=status))
    session.commit()

    assert not is_in(ada)


@pytest.mark.parametrize(("after", "seen"), [(59, NOW), (60, NOW + timedelta(seconds=60))])
def test_being_seen_is_written_once_a_minute(ada, clock, session, after, seen):
    session.execute(update(LoginSession).values(served_by="legacy"))
    session.commit()
    clock.shift(after)
    ada.get("/auth/current-user")

    login = session.scalars(select(LoginSession)).one()
    assert login.last_seen_at == seen
    assert login.served_by == ("modern" if after == 60 else "legacy")


def test_sessions_lists_live_logins_newest_first(signed_in, clock, session):
    for _ in range(2):
        signed_in("ada@example.test")
        clock.shift(60)
    session.execute(update(LoginSession).where(LoginSession.id == 1).values(revoked_at=NOW))
    session.commit()
    ada = signed_in("ada@example.test")
    signed_in("bob@example.test")

    assert ada.get("/auth/sessions").json == {
        "items": [
            {
                "id": 3,
                "created_at": "2026-11-23T09:32:00Z",
                "last_seen_at": "2026-11-23T09:32:00Z",
                "ip": "127.0.0.1",
                "user_agent": "test",
                "current": True,
            },
            {
                "id": 2,
                "created_at": "2026-11-23T09:31:00Z",
                "last_seen_at": "2026-11-23T09:31:00Z",
                "ip": "127.0.0.1",
                "user_agent": "test",
                "current": False,
            },
        ],
        "page": 1,
        "per_page": 20,
        "total": 2,
    }


def test_sessions_come_in_pages(signed_in):
    clients = [signed_in("ada@example.test") for _ in range(3)]

    page = clients[0].get("/auth/sessions?page=2&per_page=2").json
    assert [item["id"] for item in page["items"]] == [1]
    assert (page["page"], page["per_page"], page["total"]) == (2, 2, 3)


@pytest.mark.parametrize(
    ("others", "message"),
    [
        (0, "Signed out of 0 other sessions."),
        (1, "Signed out of 1 other session."),
        (2, "Signed out of 2 other sessions."),
    ],
)
def test_all_other_sessions_can_be_ended(ada, bob, signed_in, others, message):
    elsewhere = [signed_in("ada@example.test") for _ in range(others)]

    answer = ada.call("DELETE", "/auth/sessions")

    assert answer.json == {"success": True, "message": message, "count": others}
    assert is_in(ada)
    assert is_in(bob)
    assert not any(is_in(client) for client in elsewhere)
