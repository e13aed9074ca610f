"""Making an account."""

from __future__ import annotations

import pytest

FORM = {
    "email": "dora@example.test",
    "display_name": "Dora",
    "password": "a long enough password",
    "accept_terms": "1",
}


def register(browser, **changes):
    """Send the registration form as a browser does."""
    token = browser.get("/auth/register").form("csrf_token")
    form = {**FORM, "csrf_token": token, **changes}
    given = {name: value for name, value in form.items() if value is not None}
    return browser.post("/auth/register", data=given)


def test_form(parity):
    assert parity.get("/auth/register").status == 200


def test_form_sends_the_signed_in_away(parity, ada):
    assert ada.get("/auth/register").status == 302


def test_account_is_made_and_can_sign_in(parity):
    assert register(parity).status == 302
    token = parity.get("/auth/login").form("csrf_token")
    form = {"email": FORM["email"], "password": FORM["password"], "csrf_token": token}
    assert parity.post("/auth/login", data=form).status == 302
    assert parity.get("/auth/current-user").json["email"] == FORM["email"]


@pytest.mark.parametrize(
    "changes",
    [
        {"email": ""},
        {"email": "nonsense"},
        {"email": f"{'x' * 250}@example.test"},
        {"email": " BOB@example.test "},
        {"display_name": "   "},
        {"display_name": "x" * 81},
        {"password": "short"},
        {"password": "x" * 129},
        {"password": "Password1"},
        {"password": ""},
        {"accept_terms": None},
        {"accept_terms": "0"},
        dict.fromkeys(FORM),
    ],
    ids=str,
)
def test_form_that_is_not_right(parity, changes):
    register(parity, **changes)


@pytest.mark.parametrize("name", ["<b>Dora</b>", "Žofie", "x" * 80, "a\x00b"])
def test_odd_names(parity, name):
    register(parity, display_name=name)
    parity.get("/auth/login")


def test_signed_in_person_sends_the_form(parity, ada):
    ada.post("/auth/register", data=FORM)


def test_address_that_registers_too_often_is_refused(parity):
    for _ in range(10):
        register(parity, email="")
    assert register(parity).status == 429


def test_form_without_token(parity):
    assert parity.post("/auth/register", data=FORM).status == 400
