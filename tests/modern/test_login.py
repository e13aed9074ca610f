from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.security import generate_password_hash

from modern.auth.service import AuthService
from shared_models import LoginSession, RateBucket, User
from shared_models.settings import shared_settings
from tests.modern.conftest import NOW, QUICK

ADA = "ada@example.test"
WRONG = "The e-mail or the password is wrong."


def user(session, email=ADA):
    session.expire_all()
    return session.scalars(select(User).where(User.email == email)).one()


def replace_limits(**limits):
    return replace(shared_settings(), **limits)


def change_user(session, **values):
    session.execute(update(User).where(User.email == ADA).values(values))
    session.commit()


def test_signing_in_leads_to_the_conversations_with_a_welcome(client):
    answer = client.login()

    assert (answer.status_code, answer.location) == (302, "/chat")
    assert "Welcome back, Ada Lovelace." in client.get("/chat").text


def test_the_email_is_trimmed_and_lowered(client):
    assert client.login("  Ada@Example.TEST ").status_code == 302


def test_a_login_is_recorded(client, session):
    client.login()

    login = session.scalars(select(LoginSession)).one()
    assert (login.user_id, login.ip, login.served_by) == (1, "127.0.0.1", "modern")
    assert login.user_agent.startswith("Werkzeug/")
    assert login.expires_at - login.created_at == timedelta(hours=12)
    assert user(session).last_login_at == NOW


def test_the_database_holds_only_the_digest_of_the_token(client, session):
    client.login()

    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    assert len(token) == 43
    assert token not in str(session.scalars(select(LoginSession.token_hash)).all())


def test_a_long_user_agent_is_cut(client, session):
    client.post(
        "/auth/login",
        data={
            "csrf_token": client.csrf_token(),
            "email": ADA,
            "password": "correct horse battery",
        },
        headers={"User-Agent": "x" * 300},
    )

    assert session.scalars(select(LoginSession.user_agent)).one() == "x" * 255


def test_signing_in_drops_what_was_in_the_session_before(client):
    with client.session_transaction() as cookie:
        cookie["planted"] = True
    client.login()

    with client.session_transaction() as cookie:
        assert "planted" not in cookie


@pytest.mark.parametrize(
    ("given", "location"), [("/chat?conversation=1", None), ("//evil", "/chat")]
)
def test_next_is_followed_within_this_site_only(client, given, location):
    assert client.login(next=given).location == (location or given)


def test_the_form_carries_a_safe_next_along(client):
    page = client.get("/auth/login?next=/chat%3Fconversation%3D1").text

    assert '<input type="hidden" name="next" value="/chat?conversation=1">' in page


def test_the_form_drops_an_unsafe_next(client):
    assert 'name="next"' not in client.get("/auth/login?next=//evil").text


@pytest.mark.parametrize(
    ("path", "location"), [("/auth/login", "/chat"), ("/auth/login?next=/chat%3Fa", "/chat?a")]
)
def test_who_is_signed_in_needs_no_login_page(ada, path, location):
    assert ada.get(path).location == location


def test_a_remembered_login_lasts_thirty_days(client, session):
    answer = client.login(remember="1")

    login = session.scalars(select(LoginSession)).one()
    assert login.expires_at - login.created_at == timedelta(days=30)
    remembered = answer.headers.getlist("Set-Cookie")[0]
    assert remembered.startswith("remember_token=")
    assert "HttpOnly" in remembered
    assert "SameSite=Lax" in remembered


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"email": " "}, "Enter your e-mail address."),
        ({"email": "ada"}, "This is not an e-mail address."),
        ({"email": "a@b"}, "This is not an e-mail address."),
        ({"email": "a@b."}, "This is not an e-mail address."),
        ({"email": "a b@example.test"}, "This is not an e-mail address."),
        ({"email": "a@b@example.test"}, "This is not an e-mail address."),
        ({"email": "a\0@example.test"}, "This is not an e-mail address."),
        ({"email": "a" * 250 + "@b.cd"}, "This is not an e-mail address."),
        ({"password": ""}, "Enter your password."),
    ],
)
def test_a_form_that_is_not_right_says_what_is_wrong(client, fields, message):
    answer = client.login(**fields)

    assert answer.status_code == 422
    assert f'<p class="error" id="{next(iter(fields))}-error">{message}</p>' in answer.text


def test_a_wrong_field_points_to_its_message(client):
    page = client.login(email="ada").text

    assert 'aria-describedby="email-error" aria-invalid="true"' in page


def test_the_form_keeps_what_was_typed_but_not_the_password(client):
    page = client.login(email="Ada", password="hunter22", remember="1", next="/chat").text

    assert 'value="Ada"' in page
    assert 'value="1" checked' in page
    assert 'name="next" value="/chat"' in page
    assert "hunter22" not in page


def test_a_wrong_password_and_an_unknown_email_get_the_same_answer(client):
    wrong = client.login(password="not it")
    unknown = client.login("nobody@example.test")

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert f'<p class="error" role="alert">{WRONG}</p>' in wrong.text
    assert WRONG in unknown.text


def test_a_failure_is_counted_for_the_email_and_the_user(client, session):
    client.login(password="not it")

    assert user(session).failed_logins == 1
    assert user(session).locked_until is None
    [key] = session.scalars(select(RateBucket.key).where(RateBucket.key.like("login-email:%")))
    assert len(key) == len("login-email:") + 32


@pytest.mark.parametrize("email", [ADA, "nobody@example.test"])
def test_too_many_failures_lock_the_email_out_even_with_the_right_password(build, clock, email):
    client = build(shared=replace_limits(failed_logins_per_email=2)).test_client()
    for _ in range(2):
        assert client.login(email, "not it").status_code == 401
    clock.shift(30)

    answer = client.login(email)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "870"
    assert "Too many attempts. Try again in 870 seconds." in answer.text


def test_a_lockout_is_written_to_the_user_and_spares_others(build, session):
    client = build(shared=replace_limits(failed_logins_per_email=1)).test_client()
    client.login(password="not it")

    assert user(session).locked_until == NOW + timedelta(seconds=900)
    assert client.login("bob@example.test").status_code == 302


def test_a_lockout_ends_with_its_window(build, clock, session):
    client = build(shared=replace_limits(failed_logins_per_email=1)).test_client()
    client.login(password="not it")
    clock.shift(900)

    assert client.login().status_code == 302
    assert (user(session).failed_logins, user(session).locked_until) == (0, None)


def test_a_burst_of_guesses_ends_at_the_limit_too(build, clock, monkeypatch):
    client = build(shared=replace_limits(failed_logins_per_email=1)).test_client()
    verify = AuthService.authenticate

    # While one guess is being hashed, another one fails.
    def authenticate(service, email, password):
        try:
            return verify(service, email, password)
        finally:
            service.record_attempt(email, succeeded=False)

    monkeypatch.setattr(AuthService, "authenticate", authenticate)

    assert client.login().status_code == 429
    assert client.login("bob@example.test", "not it").status_code == 429


def test_a_success_forgets_the_failures(client, session):
    client.login(password="not it")
    client.login()

    assert user(session).failed_logins == 0
    keys = session.scalars(select(RateBucket.key)).all()
    assert keys == ["login-address:127.0.0.1"]


def test_an_address_may_try_so_often_only(build, clock):
    client = build(shared=replace_limits(login_attempts_per_address=1)).test_client()
    client.login(email="")

    answer = client.login()

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "300")
    assert "<h1>Too Many Requests</h1>" in answer.text


def test_a_forwarded_address_does_not_change_the_key(client, session):
    client.post(
        "/auth/login",
        data={"csrf_token": client.csrf_token()},
        headers={"X-Forwarded-For": "203.0.113.9"},
    )

    assert session.scalars(select(RateBucket.key)).all() == ["login-address:127.0.0.1"]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("pending", "Your account is waiting for approval."),
        ("disabled", "This account is closed."),
    ],
)
def test_an_account_that_is_not_active_is_not_let_in(client, session, status, message):
    change_user(session, status=status)

    answer = client.login()

    assert answer.status_code == 401
    assert message in answer.text
    assert session.scalars(select(LoginSession)).all() == []


def test_who_does_not_know_the_password_learns_nothing_of_the_account(client, session):
    change_user(session, status="pending")

    assert WRONG in client.login(password="not it").text


def test_a_hash_of_another_method_is_renewed(client, session):
    weak = generate_password_hash("correct horse battery", method="pbkdf2:sha256:1000")
    change_user(session, password_hash=weak)
    client.login()

    assert user(session).password_hash.startswith(f"{QUICK}$")
    assert client.login().status_code == 302


def test_a_form_without_a_token_is_refused(client):
    answer = client.post("/auth/login", data={"email": ADA, "password": "x"})

    assert answer.status_code == 400
    assert "The form has expired or was sent from another site." in answer.text
