"""Accounts and logins."""

from datetime import timedelta

import pytest

from modern.auth.schemas import DeletionForm, PasswordChange, ProfileUpdate, RegisterForm
from modern.auth.service import Visit
from modern.failures import Invalid, LoginRefused, RateLimited, WrongPassword
from modern.schemas import PageQuery
from shared_models.sample import SAMPLE_PASSWORD

VISIT = Visit("192.0.2.1", "a browser")
EMAIL = "ada@example.test"


def test_a_registered_person_is_authenticated(auth):
    form = RegisterForm(
        email="grace@example.test",
        display_name="Grace",
        password="a nanosecond of wire",
        accept_terms="1",
    )
    made = auth.register(form)

    assert auth.authenticate("grace@example.test", "a nanosecond of wire") is made


def test_a_token_leads_back_to_its_session(auth, ada):
    opened = auth.open_session(ada, VISIT, remember=False)

    assert auth.resolve_session(opened.token) is opened.login
    assert auth.resolve_session("another token") is None


def test_a_closed_session_can_not_be_resolved(auth, ada):
    opened = auth.open_session(ada, VISIT, remember=True)
    auth.close_session(opened.login)

    assert auth.resolve_session(opened.token) is None


def test_the_clock_decides_when_a_session_ends(auth, clock, ada):
    opened = auth.open_session(ada, VISIT, remember=True)
    clock.now += timedelta(days=30)

    assert auth.resolve_session(opened.token) is None


def test_only_the_right_password_authenticates(auth, ada):
    assert auth.authenticate(EMAIL, SAMPLE_PASSWORD) is ada
    for email, password in ((EMAIL, "x"), ("nobody@example.test", SAMPLE_PASSWORD)):
        with pytest.raises(LoginRefused):
            auth.authenticate(email, password)


def test_failures_lock_out_and_a_success_forgets_them(auth, ada):
    for _ in range(5):
        auth.check_lockout(EMAIL)
        auth.record_attempt(EMAIL, succeeded=False)
    with pytest.raises(RateLimited):
        auth.check_lockout(EMAIL)

    auth.record_attempt(EMAIL, succeeded=True)
    auth.check_lockout(EMAIL)


def test_logins_are_listed_and_all_but_one_are_ended(auth, ada):
    logins = [auth.open_session(ada, VISIT, remember=False).login for _ in range(3)]

    page = auth.list_sessions(ada, PageQuery(per_page=2))
    assert ([login.id for login in page.items], page.total) == ([3, 2], 3)

    assert auth.revoke_sessions(ada, keep=logins[0]) == 2
    assert auth.list_sessions(ada, PageQuery()).items == [logins[0]]


def test_the_current_user_is_told_of_themselves(auth, ada):
    told = auth.current_user(ada, "a token")

    assert (told.email, told.role, told.csrf_token) == (EMAIL, "admin", "a token")


def test_a_profile_has_an_assistant_that_there_is(auth, ada):
    wanted = {"display_name": "Countess", "timezone": "Europe/London"}
    auth.update_profile(ada, ProfileUpdate(**wanted, default_assistant="docs"))
    assert (ada.display_name, ada.default_assistant) == ("Countess", "docs")

    with pytest.raises(Invalid):
        auth.update_profile(ada, ProfileUpdate(**wanted, default_assistant="nobody"))


def test_a_password_is_changed_by_who_knows_it(auth, ada):
    new = "a nanosecond of wire"
    with pytest.raises(WrongPassword):
        auth.change_password(ada, PasswordChange(current_password="x", new_password=new))

    auth.change_password(ada, PasswordChange(current_password=SAMPLE_PASSWORD, new_password=new))
    assert auth.authenticate(EMAIL, new) is ada


def test_deletion_is_asked_for_and_taken_back(auth, ada, bob):
    auth.set_deletion(bob, DeletionForm(action="request", password=SAMPLE_PASSWORD, reason="x"))
    assert (bob.status, bob.deletion_requested_at) == ("deleting", auth.clock())

    auth.set_deletion(bob, DeletionForm(action="cancel"))
    assert (bob.status, bob.deletion_requested_at) == ("active", None)

    with pytest.raises(Invalid):  # the last administrator
        auth.set_deletion(ada, DeletionForm(action="request", password=SAMPLE_PASSWORD))
