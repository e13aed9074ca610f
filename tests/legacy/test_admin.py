"""What administrators do in the monolith, beyond what parity tests compare."""

import pytest
from sqlalchemy import func, select

from shared_models import AuditEvent, LoginSession, User
from tests.legacy.conftest import NOW, call, submit

BOB = 2


def test_temporary_password_of_a_new_account_lets_in(ada, client):
    form = {"email": "grace@example.test", "display_name": "Grace", "role": "user"}
    submit(ada, "/admin/users/create", **form)
    secret = ada.get("/admin/users").text.partition("Temporary password: ")[2].split()[0]
    login = {"email": "grace@example.test", "password": secret}
    assert submit(client, "/auth/login", **login).location == "/settings"


def test_who_waits_is_approved(ada, session):
    session.get(User, BOB).status = "pending"
    session.commit()
    approved = call(ada, "POST", f"/admin/users/{BOB}/approve")
    assert approved.get_json()["status"] == "active"
    (event,) = session.scalars(select(AuditEvent))
    assert (event.action, event.actor_id, event.app) == ("user.approve", 1, "legacy")
    assert event.detail == {"status": ["pending", "active"]}


def test_disabling_ends_the_logins(ada, sign_in, session):
    bob = sign_in("bob")
    call(ada, "POST", f"/admin/users/{BOB}/toggle")
    assert bob.get("/chat").status_code == 302
    ended = session.scalar(select(LoginSession.revoked_at).where(LoginSession.user_id == BOB))
    assert ended == NOW


def test_change_of_nothing_is_not_recorded(ada, session):
    call(ada, "POST", f"/admin/users/{BOB}/update", json={"role": "user"})
    assert session.scalar(select(func.count(AuditEvent.id))) == 0


def test_denial_is_an_answer_and_does_nothing(sign_in, session):
    bob = sign_in("bob")
    denied = call(bob, "POST", "/admin/users/3/delete")
    assert (denied.status_code, denied.get_json()) == (200, {"success": False})
    assert session.get(User, 3) is not None


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\0x"])
def test_cell_is_never_a_formula(module, cell):
    assert module.csv_text([[cell, 1]]).lstrip('"').startswith(f"'{cell}")
