"""Settings, passwords, and leaving."""

from __future__ import annotations

import pytest

from shared_models.sample import SAMPLE_PASSWORD
from tests.parity_reference.test_login import log_in

PROFILE = {"display_name": "Countess", "timezone": "Europe/London", "default_assistant": "docs"}
PASSWORD = {"current_password": SAMPLE_PASSWORD, "new_password": "a nanosecond of wire"}
LEAVE = {"action": "request", "password": SAMPLE_PASSWORD, "reason": " Too many letters. "}


def submit(person, path, **fields):
    """Post a form as the page has it."""
    return person.browser.post(path, data={"csrf_token": person.csrf, **fields})


def test_settings(parity, ada):
    log_in(parity.browser())
    assert ada.get("/settings").status == 200


def test_settings_of_nobody(parity):
    assert parity.get("/settings").status == 302


def test_settings_are_saved(parity, bob):
    assert submit(bob, "/settings", **PROFILE).status == 302
    assert bob.get("/settings").status == 200
    assert bob.get("/chat").status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"display_name": ""},
        {"display_name": " x" * 80},
        {"display_name": "a\0b"},
        {"timezone": "Mars/Olympus"},
        {"timezone": "europe/london"},
        {"default_assistant": "nobody"},
        {"display_name": "", "timezone": "", "default_assistant": ""},
    ],
)
def test_settings_that_are_wrong_are_not_saved(parity, ada, wrong):
    assert submit(ada, "/settings", **{**PROFILE, **wrong}).control.status == 400


def test_settings_without_token(parity, ada):
    assert ada.browser.post("/settings", data=PROFILE).status == 400


def test_password_is_changed_and_other_logins_end(parity, ada):
    elsewhere = parity.browser()
    log_in(elsewhere)
    assert ada.post("/auth/update-password", json=PASSWORD).json["count"] == 1
    assert elsewhere.get("/chat").status == 302
    assert log_in(parity.browser(), password=PASSWORD["new_password"]).status == 302


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"current_password": "x"},
        {**PASSWORD, "new_password": "short"},
        {**PASSWORD, "new_password": "password123"},
        {**PASSWORD, "new_password": SAMPLE_PASSWORD},
        {**PASSWORD, "new_password": 12345678},
        {**PASSWORD, "new_password": "a\ud800bcdefgh"},
        {**PASSWORD, "current_password": "\ud800"},
        {**PASSWORD, "current_password": None},
        {**PASSWORD, "role": "admin"},
    ],
)
def test_password_that_is_not_accepted(parity, bob, body):
    assert bob.post("/auth/update-password", json=body).control.status == 400


def test_wrong_password_changes_nothing_and_is_limited(parity, bob):
    wrong = {**PASSWORD, "current_password": "wrong"}
    assert [bob.post("/auth/update-password", json=wrong).status for _ in range(6)] == [
        *[403] * 5,
        429,
    ]


def test_right_password_forgets_the_wrong_ones(parity, bob):
    for _ in range(4):
        bob.post("/auth/update-password", json={**PASSWORD, "current_password": "wrong"})
    assert bob.post("/auth/update-password", json=PASSWORD).status == 200


def test_password_of_nobody(stranger):
    assert stranger.post("/auth/update-password", json=PASSWORD).candidate.status == 401


def test_deletion_of_nobody(parity):
    assert parity.get("/auth/deletion").status == 302


def test_account_is_given_up_and_kept_after_all(parity, bob):
    assert bob.get("/auth/deletion").status == 200
    assert submit(bob, "/auth/deletion", **LEAVE).status == 302
    assert bob.get("/auth/deletion").status == 200
    assert bob.get("/settings").status == 200
    assert submit(bob, "/auth/deletion", action="cancel").status == 302
    assert bob.get("/settings").status == 200


def test_account_that_goes_can_still_be_entered(parity, bob):
    submit(bob, "/auth/deletion", **LEAVE)
    again = parity.browser()
    assert log_in(again, email="bob@example.test").status == 302
    assert again.get("/chat").status == 200


@pytest.mark.parametrize(
    "wrong", [{"action": "other"}, {"action": ""}, {"reason": "x" * 501}, {"reason": "\0"}]
)
def test_deletion_that_is_not_understood(parity, bob, wrong):
    assert submit(bob, "/auth/deletion", **{**LEAVE, **wrong}).control.status == 400


def test_deletion_needs_the_password(parity, bob):
    answers = [submit(bob, "/auth/deletion", **{**LEAVE, "password": "x"}) for _ in range(6)]
    assert [answer.status for answer in answers] == [*[403] * 5, 429]


def test_last_administrator_stays(parity, ada):
    assert submit(ada, "/auth/deletion", **LEAVE).control.status == 400
