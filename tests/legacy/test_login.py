"""Signing in and out."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from shared_models import LoginSession, User
from shared_models.passwords import HASH_METHOD
from shared_models.sample import SAMPLE_PASSWORD
from tests.legacy.conftest import NOW, csrf_token, submit

WRONG = '<p class="error" role="alert">The e-mail or the password is wrong.</p>'


def log_in(client, email="ada@example.test", password=SAMPLE_PASSWORD, **fields):
    return submit(client, "/auth/login", email=email, password=password, **fields)


def user_named(session, name):
    session.rollback()
    return session.scalars(select(User).where(User.email == f"{name}@example.test")).one()


def logins(session):
    session.rollback()
    return session.scalars(select(LoginSession).order_by(LoginSession.id)).all()


def test_form_has_its_fields(client):
    page = client.get("/auth/login").text
    assert "<h1>Sign in</h1>" in page
    assert 'name="email" type="email" autocomplete="username" maxlength="254" required' in page
    assert 'name="password" type="password" autocomplete="current-password" required' in page
    assert 'name="next"' not in page


def test_right_password_opens_a_login(client, session):
    client.environ_base["HTTP_USER_AGENT"] = "x" * 300
    response = log_in(client, "  Ada@Example.TEST ")
    assert (response.status_code, response.location) == (302, "/chat")
    assert "Welcome back, Ada Lovelace." in client.get("/chat").text
    (row,) = logins(session)
    assert (row.ip, row.user_agent, row.served_by) == ("127.0.0.1", "x" * 255, "legacy")
    assert (row.created_at, row.last_seen_at) == (NOW, NOW)
    assert row.expires_at == NOW + timedelta(hours=12)
    assert user_named(session, "ada").last_login_at == NOW


def test_cookie_carries_a_token_of_which_the_row_has_the_digest(client, session):
    log_in(client)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    assert len(token) == 43
    assert logins(session)[0].token_hash == sha256(token.encode()).hexdigest()


def test_session_cookie_has_its_flags(client):
    header = log_in(client).headers["Set-Cookie"]
    assert header.startswith("session=")
    assert header.endswith("; HttpOnly; Path=/; SameSite=Lax")


def test_planted_session_is_gone_after_the_login(client):
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    before = csrf_token(client)
    log_in(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
    assert client.post("/conversations/fresh", headers={"X-CSRFToken": before}).status_code == 400


def test_remembered_login_survives_the_browser_and_lasts_30_days(client, session, frozen):
    response = log_in(client, remember="1")
    assert any(c.startswith("remember_token=") for c in response.headers.getlist("Set-Cookie"))
    assert logins(session)[0].expires_at == NOW + timedelta(days=30)
    client.delete_cookie("session")
    frozen.shift(timedelta(days=29))
    assert client.get("/auth/current-user").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"), [("ada@example.test", "wrong"), ("nobody@example.test", "wrong")]
)
def test_wrong_login_shows_the_form_again(client, session, email, password):
    page = log_in(client, email, password, remember="1", next="/chat?conversation=2")
    assert page.status_code == 200
    assert WRONG in page.text
    assert f'value="{email}"' in page.text
    assert 'name="next" value="/chat?conversation=2"' in page.text
    assert 'name="remember" value="1" checked' in page.text
    assert password not in page.text.replace("is wrong", "")
    assert logins(session) == []


def test_unknown_email_costs_a_hash_too(client, monkeypatch, module):
    checked = []
    monkeypatch.setattr(module, "check_password_hash", lambda stored, _: checked.append(stored))
    log_in(client, "nobody@example.test", "x")
    assert [stored.split("$")[0] for stored in checked] == [HASH_METHOD]


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("pending", "Your account is waiting for approval."),
        ("disabled", "This account is closed."),
    ],
)
def test_account_that_is_not_active_stays_out(client, session, status, says):
    user_named(session, "bob").status = status
    session.commit()
    page = log_in(client, "bob@example.test")
    assert page.status_code == 200
    assert says in page.text
    assert logins(session) == []


@pytest.mark.parametrize(
    ("email", "password", "says"),
    [
        ("", "x", "Enter your e-mail address."),
        ("  ", "x", "Enter your e-mail address."),
        ("ada", "x", "This is not an e-mail address."),
        ("a@b@c.test", "x", "This is not an e-mail address."),
        ("ada@example", "x", "This is not an e-mail address."),
        ("ada@example.", "x", "This is not an e-mail address."),
        ("a\0da@example.test", "x", "This is not an e-mail address."),
        ("x" * 243 + "@example.test", "x", "This is not an e-mail address."),
        ("ada@example.test", "", "Enter your password."),
    ],
)
def test_form_that_is_not_right_says_which_field(client, email, password, says):
    page = log_in(client, email, password)
    assert page.status_code == 400
    assert f'-error">{says}</p>' in page.text
    assert 'aria-describedby="' in page.text


def test_old_hash_is_renewed(client, session):
    user_named(session, "bob").password_hash = generate_password_hash(
        SAMPLE_PASSWORD, method="pbkdf2:sha256:1000"
    )
    session.commit()
    assert log_in(client, "bob@example.test").status_code == 302
    assert user_named(session, "bob").password_hash.startswith(f"{HASH_METHOD}$")


@pytest.mark.parametrize("target", ["/chat?conversation=2", "/", "/a%20b", "/conversations"])
def test_next_on_this_site_is_followed(client, target):
    assert log_in(client, next=target).location == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        "//evil.test",
        "/\\evil.test",
        "/x\\evil.test",
        "\\evil.test",
        "https://evil.test",
        "https:evil.test",
        "evil.test",
        "/%2Fevil.test",
        "/%5Cevil.test",
        "/%09/evil.test",
        "/\t/evil.test",
        "/x\r\nSet-Cookie: a=b",
        "/x%0d%0aSet-Cookie:a=b",
        "javascript:alert(1)",
    ],
)
def test_next_elsewhere_is_not_followed(client, target):
    assert log_in(client, next=target).location == "/chat"
    assert "evil" not in client.get("/auth/login", query_string={"next": target}).location


def test_unsafe_next_is_not_repeated(client):
    page = client.get("/auth/login", query_string={"next": "//evil.test"})
    assert "evil" not in page.text


def test_signed_in_need_no_form(ada):
    assert ada.get("/auth/login").location == "/chat"
    assert ada.get("/auth/login?next=/chat%3Fconversation%3D2").location == "/chat?conversation=2"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/chat?conversation=2", "/auth/login?next=/chat%3Fconversation%3D2"),
        ("/conversations", "/auth/login?next=/conversations"),
        ("/auth/current-user", "/auth/login?next=/auth/current-user"),
    ],
)
def test_strangers_are_sent_to_the_login_and_back(client, path, location):
    response = client.get(path)
    assert (response.status_code, response.location) == (302, location)


def test_strangers_who_post_are_sent_to_the_chat_afterwards(client):
    assert submit(client, "/auth/logout").location == "/auth/login?next=/chat"


def test_logout_empties_the_session(client):
    log_in(client)
    with client.session_transaction() as cookie:
        cookie["private"] = "of the one who leaves"
    submit(client, "/auth/logout")
    with client.session_transaction() as cookie:
        assert "private" not in cookie


def test_logout_revokes_the_login(client, session, app):
    log_in(client, remember="1")
    with client.session_transaction() as cookie:
        stolen = dict(cookie)
    remembered = client.get_cookie("remember_token").value
    response = submit(client, "/auth/logout")
    assert (response.status_code, response.location) == (302, "/auth/login")
    assert client.get_cookie("remember_token") is None
    assert "You are signed out." in client.get("/auth/login").text
    assert logins(session)[0].revoked_at == NOW
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(stolen)
    thief.set_cookie("remember_token", remembered)
    assert thief.get("/auth/current-user").status_code == 302
