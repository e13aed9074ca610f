"""What administrators and operators do."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from modern.admin.schemas import AdminQuery, AdminUserCreate, AdminUserUpdate, CleanupRequest
from modern.failures import Conflict, Forbidden, Invalid, NotFound
from modern.pages.schemas import ContactForm
from shared_models import ContactMessage, User

DORA = AdminUserCreate(email="dora@example.test", display_name="Dora", role="user")


def test_administrators_only(administration, ada, bob):
    administration.require_admin(ada)
    with pytest.raises(Forbidden):
        administration.require_admin(bob)


def test_accounts_are_found(administration, bob):
    found = administration.list_users(AdminQuery(q="bob"))
    assert (found.items, found.total) == ([bob], 1)
    assert administration.get_user(bob.id) is bob
    with pytest.raises(NotFound):
        administration.get_user(2**63)


def test_an_account_is_made_once(administration, auth, actor):
    made = administration.create_user(actor, DORA)

    assert auth.authenticate("dora@example.test", made.password) is made.user
    with pytest.raises(Invalid):
        administration.create_user(actor, DORA)


def test_only_who_waits_is_approved(administration, actor, bob):
    bob.status = "pending"

    assert administration.approve_user(actor, bob.id).status == "active"
    with pytest.raises(Conflict):
        administration.approve_user(actor, bob.id)


def test_an_account_is_switched_off_and_on(administration, actor, bob):
    statuses = [administration.toggle_user(actor, bob.id).status for _ in range(2)]

    assert statuses == ["disabled", "active"]
    with pytest.raises(Conflict):
        administration.toggle_user(actor, actor.user.id)


def test_an_account_is_changed_but_not_ones_own_role(administration, actor, ada, bob):
    administration.update_user(actor, bob, AdminUserUpdate(role="admin", monthly_quota=7))

    assert (bob.role, bob.monthly_quota) == ("admin", 7)
    with pytest.raises(Conflict):
        administration.update_user(actor, ada, AdminUserUpdate(role="user"))


def test_an_account_is_deleted_but_not_ones_own(administration, session, actor, bob):
    number = bob.id

    administration.delete_user(actor, number)

    assert session.get(User, number) is None
    with pytest.raises(Conflict):
        administration.delete_user(actor, actor.user.id)


def test_changes_are_remembered_with_who_made_them(administration, session, actor, bob):
    administration.record_audit(actor, "user.enable", bob.id, {"status": ["disabled", "active"]})
    session.commit()

    (change,) = administration.list_audit(AdminQuery()).items

    assert (change.actor, change.event.action) == ("ada@example.test", "user.enable")
    assert (change.event.target_id, change.event.at) == (str(bob.id), administration.clock())


def test_accounts_are_exported_as_a_table(administration):
    heading, *rows = administration.export_users_csv(AdminQuery()).splitlines()

    assert heading.startswith("id,email,")
    assert len(rows) == 3


def test_what_never_began_is_counted_and_deleted(administration, conversations, clock, actor, bob):
    conversations.get_or_create_fresh(bob)
    clock.now += timedelta(days=31)

    counts = [
        administration.cleanup_empty(actor, CleanupRequest(older_than_days=30, dry_run=dry_run))
        for dry_run in (True, False, False)
    ]

    assert counts == [1, 1, 0]


def test_figures_count_what_there_is(administration):
    figures = administration.stats()

    assert (figures.users.total, figures.conversations) == (3, 7)


def test_a_letter_is_kept(administration, session):
    form = ContactForm(name="Dora", email="dora@example.test", subject="Hello", body="I wonder.")

    letter = administration.submit_contact(form)

    assert session.get_one(ContactMessage, letter.id).created_at == administration.clock()


def test_health_tells_of_the_schema_and_of_a_database_without_one(administration, session):
    assert administration.health().status == "ok"

    session.execute(text("DROP TABLE alembic_version"))
    assert administration.health().status == "unavailable"


def test_what_is_over_is_counted_and_deleted(administration, clock, session, bob):
    bob.status, bob.deletion_requested_at = "deleting", clock.now
    session.commit()
    clock.now += timedelta(days=15)

    counts = [administration.purge_expired(dry_run=dry_run).accounts for dry_run in (True, False)]

    assert counts == [1, 1]
    assert administration.purge_expired(dry_run=True).accounts == 0
