"""What administrators and operators do, beyond what parity tests compare."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from modern.admin.schemas import AdminUserUpdate
from modern.admin.service import Actor, AdminService
from modern.failures import Conflict
from modern.tables import csv_of
from shared_models import Attachment, AuditEvent, LoginSession, RateBucket, User
from shared_models.engine import make_engine
from shared_models.settings import shared_settings
from tests.modern.conftest import NOW

BOB = 2


@pytest.fixture
def run(app):
    """Run an operator's command."""
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=words)


def secret_in(page):
    return page.text.partition("Temporary password: ")[2].split()[0]


def test_the_temporary_password_of_a_new_account_lets_in(ada, app):
    form = {"email": "grace@example.test", "display_name": "Grace", "role": "user"}
    ada.submit("/admin/users/create", **form)
    secret = secret_in(ada.get("/admin/users"))

    answer = app.test_client().login("grace@example.test", secret)
    assert answer.location == "/settings"


def test_who_waits_is_approved(ada, session):
    session.execute(update(User).where(User.id == BOB).values(status="pending"))
    session.commit()

    assert ada.call("POST", f"/admin/users/{BOB}/approve").json["status"] == "active"
    assert ada.call("POST", f"/admin/users/{BOB}/approve").status_code == 409
    (event,) = session.scalars(select(AuditEvent))
    assert (event.action, event.actor_id, event.target_id) == ("user.approve", 1, "2")
    assert (event.app, event.detail) == ("modern", {"status": ["pending", "active"]})


def test_disabling_ends_the_logins(ada, bob, session):
    ada.call("POST", f"/admin/users/{BOB}/toggle")

    assert bob.get("/chat").status_code == 302
    ended = session.scalar(select(LoginSession.revoked_at).where(LoginSession.user_id == BOB))
    assert ended == NOW


def test_a_change_of_nothing_is_not_recorded(ada, session):
    answer = ada.call("POST", f"/admin/users/{BOB}/update", json={"role": "user"})

    assert answer.status_code == 200
    assert session.scalar(select(func.count(AuditEvent.id))) == 0


def test_two_administrators_who_demote_each_other_leave_one(database_url):
    engine = make_engine(database_url)
    with Session(engine) as session:
        session.execute(update(User).where(User.id == BOB).values(role="admin"))
        session.commit()

    def demote(who, whom):
        with Session(engine) as session:
            service = AdminService(session, lambda: NOW, shared_settings())
            actor = Actor(session.get_one(User, who), None, "request")
            wanted = AdminUserUpdate(role="user")
            try:
                service.update_user(actor, service.get_user(whom), wanted)
            except Conflict:
                return "conflict"
            return "demoted"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(demote, (1, BOB), (BOB, 1)))
    with Session(engine) as session:
        left = session.scalar(select(func.count(User.id)).where(User.role == "admin"))
    engine.dispose()
    assert (ends, left) == (["conflict", "demoted"], 1)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\0x"])
def test_a_cell_is_never_a_formula(cell):
    assert csv_of([[cell, 1]]) in {f"'{cell},1\r\n", f'"\'{cell}",1\r\n'}


def test_an_operator_makes_an_administrator(run, client, session):
    said = run("create-admin", "Root@example.test", "--name", "Root").output

    secret = said.partition("temporary password: ")[2].split()[0]
    assert client.login("root@example.test", secret).location == "/settings"
    assert session.scalars(select(User).where(User.display_name == "Root")).one().role == "admin"


def test_an_operator_is_told_what_is_wrong(run):
    done = run("create-admin", "nonsense")

    assert done.exit_code == 1
    assert "'nonsense' was not made an administrator. This is not an e-mail" in done.output


def test_purge_counts_first_and_deletes_only_with_yes(run, session):
    session.execute(
        update(User)
        .where(User.id == BOB)
        .values(status="deleting", deletion_requested_at=NOW - timedelta(days=14))
    )
    session.add(RateBucket(key="x", window_start=NOW, hits=1, expires_at=NOW))
    session.commit()

    expected = "1 account, 0 logins, 1 counter and 0 files"
    assert f"Would delete {expected}." in run("purge").output
    assert session.get(User, BOB) is not None
    assert f"Deleted {expected}." in run("purge", "--yes").output
    session.expire_all()
    assert session.get(User, BOB) is None


def test_purge_takes_the_files_along(session, database_url, tmp_path):
    (tmp_path / "stored").write_text("x")
    (tmp_path / "kept").write_text("x")
    for name, age in (("stored", 1), ("kept", 0)):
        session.add(
            Attachment(
                user_id=1,
                conversation_id=1,
                original_name="x.txt",
                stored_name=name,
                content_type="text/plain",
                size_bytes=1,
                sha256="0" * 64,
                created_at=NOW - timedelta(days=age),
            )
        )
    session.commit()
    settings = replace(shared_settings(), attachment_folder=tmp_path)
    AdminService(session, lambda: NOW, settings).purge_expired(dry_run=False)

    assert [path.name for path in tmp_path.iterdir() if path.name in {"stored", "kept"}] == ["kept"]
