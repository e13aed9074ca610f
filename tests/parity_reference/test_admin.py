"""The admin area: accounts, changes, figures, and who may not enter."""

from __future__ import annotations

import pytest

from shared_models.sample import SAMPLE_PASSWORD
from tests.parity_reference.test_account import submit
from tests.parity_reference.test_login import log_in

PAGES = ["/admin/", "/admin/users", "/admin/users/create", "/admin/audit"]
FILES = ["/admin/stats", "/admin/export.csv"]
ACTIONS = ["approve", "toggle", "update", "delete"]
BOB, CAROL, NOBODY = 2, 3, 999


def act(person, action, user, **body):
    """Press a button of an account."""
    return person.post(f"/admin/users/{user}/{action}", **({"json": body} if body else {}))


@pytest.mark.parametrize("path", PAGES + FILES)
def test_administrators_see(parity, ada, path):
    assert ada.get(path).status == 200


@pytest.mark.parametrize("path", PAGES + FILES)
def test_others_do_not_see(parity, bob, path):
    assert bob.csrf  # a page of modern's would else begin a session's token, and JSON would not
    assert bob.get(path).candidate.status == 403


@pytest.mark.parametrize("path", PAGES + FILES)
def test_strangers_do_not_see(parity, path):
    assert parity.get(path).control.status == 302


@pytest.mark.parametrize("action", ACTIONS)
def test_others_do_nothing_to_accounts(parity, bob, action):
    assert act(bob, action, CAROL, role="admin").candidate.status == 403


def test_others_make_no_account_and_clean_nothing_up(parity, bob):
    submit(bob, "/admin/users/create", email="x@example.test", display_name="X", role="user")
    bob.post("/admin/cleanup", json={"older_than_days": 1, "dry_run": False})


@pytest.mark.parametrize("action", ACTIONS)
def test_strangers_do_nothing_to_accounts(stranger, action):
    assert act(stranger, action, CAROL, role="admin").candidate.status == 401


def test_strangers_clean_nothing_up(stranger):
    body = {"older_than_days": 1, "dry_run": False}
    assert stranger.post("/admin/cleanup", json=body).candidate.status == 401


@pytest.mark.parametrize("action", ACTIONS)
def test_nothing_happens_without_a_token(parity, ada, action):
    assert ada.browser.post(f"/admin/users/{CAROL}/{action}").status == 400


def test_address_without_the_slash(parity, ada):
    assert ada.csrf  # the login is seen before, so that the redirect has nothing to write
    ada.get("/admin")


def test_address_without_the_slash_for_a_stranger(parity):
    parity.get("/admin")


@pytest.mark.parametrize(
    "query",
    [
        "q=bob",
        "q=LOVE",
        "q=%25",
        "q=nothing",
        "status=active",
        "status=disabled",
        "status=",
        "sort=email&per_page=2",
        "sort=-email&per_page=1&page=2",
        "sort=last_login",
        "sort=-last_login",
        "sort=created&q=a&status=active&per_page=1",
        "page=9",
    ],
)
@pytest.mark.parametrize("path", ["/admin/users", "/admin/export.csv", "/admin/audit"])
def test_lists_by_query(parity, ada, path, query):
    assert ada.get(path, query=query).status == 200


@pytest.mark.parametrize(
    "query", ["status=x", "sort=id", "sort=--email", "page=0", "per_page=x", "q=%00&sort="]
)
@pytest.mark.parametrize("path", ["/admin/users", "/admin/export.csv", "/admin/audit"])
def test_lists_with_a_wrong_query(parity, ada, path, query):
    assert ada.get(path, query=query).control.status == 400


def test_account_is_made_and_its_password_must_be_changed(parity, ada):
    form = {"email": "Grace@Example.test", "display_name": " Grace ", "role": "user"}
    assert submit(ada, "/admin/users/create", **form).status == 302
    assert ada.get("/admin/audit").status == 200


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"email": "x", "display_name": "X", "role": "user"},
        {"email": "x@example.test", "display_name": "", "role": "user"},
        {"email": "x@example.test", "display_name": "X", "role": "root"},
        {"email": "BOB@example.test", "display_name": "X", "role": "admin"},
    ],
)
def test_account_that_is_not_made(parity, ada, form):
    assert submit(ada, "/admin/users/create", **form).control.status == 400


def test_account_is_disabled_and_enabled_again(parity, ada, bob):
    assert act(ada, "toggle", BOB).json["status"] == "disabled"
    assert bob.get("/chat").status == 302
    assert log_in(parity.browser(), email="bob@example.test").control.status == 200
    assert act(ada, "toggle", BOB).json["status"] == "active"
    assert log_in(parity.browser(), email="bob@example.test").status == 302
    ada.get("/admin/audit")
    ada.get("/admin/users")


def test_account_that_leaves_is_not_switched(parity, ada, bob):
    leave = {"action": "request", "password": SAMPLE_PASSWORD}
    submit(bob, "/auth/deletion", **leave)
    assert act(ada, "toggle", BOB).status == 409
    assert act(ada, "update", BOB, status="disabled").status == 409


@pytest.mark.parametrize("action", ["toggle", "delete"])
def test_nobody_disables_or_deletes_themselves(parity, ada, action):
    assert act(ada, action, 1).status == 409


@pytest.mark.parametrize("body", [{"role": "user"}, {"status": "disabled"}])
def test_nobody_changes_their_own_role_or_status(parity, ada, body):
    assert act(ada, "update", 1, **body).status == 409


def test_name_and_quota_of_oneself(parity, ada):
    assert act(ada, "update", 1, display_name=" Countess ", monthly_quota=7, role="admin")
    ada.get("/admin/users")


def test_only_who_waits_is_approved(parity, ada):
    assert act(ada, "approve", BOB).status == 409


@pytest.mark.parametrize(
    "body",
    [
        {"display_name": "Robert"},
        {"role": "admin"},
        {"status": "disabled"},
        {"monthly_quota": 0},
        {"monthly_quota": 100_000, "reset_usage": True},
        {"reset_usage": True},
        {"reset_usage": False},
        {"status": "active", "role": "user"},
        {"display_name": "R", "role": "admin", "status": "disabled", "monthly_quota": 1},
    ],
)
def test_account_is_changed(parity, ada, body):
    assert act(ada, "update", BOB, **body).status == 200
    ada.get("/admin/users")


@pytest.mark.parametrize(
    "body",
    [
        {"display_name": ""},
        {"display_name": 1},
        {"display_name": None},
        {"display_name": "a\0b"},
        {"role": "root"},
        {"role": None},
        {"status": "pending"},
        {"monthly_quota": -1},
        {"monthly_quota": 100_001},
        {"monthly_quota": 1.5},
        {"monthly_quota": True},
        {"monthly_quota": "7"},
        {"reset_usage": 1},
        {"email": "x@example.test"},
        {"id": 9, "role": "admin"},
    ],
)
def test_account_that_is_not_changed(parity, ada, body):
    assert act(ada, "update", BOB, **body).control.status == 400


@pytest.mark.parametrize("body", [{}, [], None, "x"])
def test_change_of_nothing(parity, ada, body):
    assert ada.post(f"/admin/users/{BOB}/update", json=body).control.status == 400


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("user", [NOBODY, 0, 2**63])
def test_account_that_is_not_there(parity, ada, action, user):
    assert act(ada, action, user, role="user").status == 404


def test_account_is_deleted_with_everything(parity, ada):
    assert act(ada, "delete", BOB).json["success"] is True
    ada.get("/admin/users")
    ada.get("/admin/audit?q=delete")


def test_second_administrator_may_take_the_first_ones_place(parity, ada, bob):
    act(ada, "update", BOB, role="admin")
    assert act(bob, "update", 1, role="user").status == 200
    assert ada.get("/admin/").candidate.status == 403
    leave = {"action": "request", "password": SAMPLE_PASSWORD}
    assert submit(bob, "/auth/deletion", **leave).control.status == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"older_than_days": 0},
        {"older_than_days": 3651},
        {"older_than_days": "7"},
        {"older_than_days": 1.0},
        {"older_than_days": True},
        {"older_than_days": 1, "dry_run": "no"},
        {"older_than_days": 1, "all": True},
    ],
)
def test_cleanup_that_is_not_understood(parity, ada, body):
    assert ada.post("/admin/cleanup", json=body).control.status == 400


@pytest.mark.parametrize("body", [{"older_than_days": 1}, {"older_than_days": 1, "dry_run": False}])
def test_cleanup_of_what_never_began(parity, bob, ada, body):
    bob.get("/chat")
    parity.advance(36 * 3600)
    browser = parity.browser()
    log_in(browser)
    token = browser.get("/auth/current-user").json["csrf_token"]
    made = browser.post("/admin/cleanup", json=body, headers={"X-CSRFToken": token})
    assert made.json["count"] == 1
