"""How often somebody may try."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from shared_models import RateBucket, User
from shared_models.sample import SAMPLE_PASSWORD
from tests.legacy.conftest import NOW, close_engine, csrf_token, load_legacy, submit
from tests.legacy.test_login import log_in, user_named

# 09:30 is the start of a window of each length.
TOO_MANY = "Too many attempts. Try again in {} seconds."


def fail(client, email="ada@example.test", times=1):
    for _ in range(times):
        page = log_in(client, email, "wrong")
    return page


def test_sixth_attempt_for_an_email_is_refused_with_the_right_password_too(client, frozen):
    assert fail(client, times=5).status_code == 200
    frozen.shift(timedelta(seconds=100))
    page = log_in(client)
    assert (page.status_code, page.headers["Retry-After"]) == (429, "800")
    assert "<h1>Too Many Requests</h1>" in page.text
    assert TOO_MANY.format(800) in page.text


def test_unknown_email_is_locked_in_the_same_way(client):
    assert fail(client, "nobody@example.test", 5).status_code == 200
    assert log_in(client, "Nobody@example.test").status_code == 429


def test_lock_ends_with_the_window(client, session, frozen):
    fail(client, times=5)
    frozen.shift(timedelta(minutes=15))
    assert log_in(client).status_code == 302
    assert user_named(session, "ada").locked_until is None


def test_lock_spares_other_accounts(client):
    fail(client, times=5)
    assert log_in(client, "bob@example.test").status_code == 302


def test_failures_are_counted_on_the_account(client, session):
    fail(client, times=4)
    ada = user_named(session, "ada")
    assert (ada.failed_logins, ada.locked_until) == (4, None)
    fail(client)
    ada = user_named(session, "ada")
    assert (ada.failed_logins, ada.locked_until) == (5, NOW + timedelta(minutes=15))


def test_success_forgets_the_failures(client, session):
    fail(client, times=4)
    log_in(client)
    ada = user_named(session, "ada")
    assert (ada.failed_logins, ada.locked_until) == (0, None)
    keys = session.scalars(select(RateBucket.key)).all()
    assert keys == ["login-address:127.0.0.1"]
    assert fail(client, times=5).status_code == 200


def test_address_has_thirty_attempts_in_five_minutes(client, frozen):
    frozen.shift(timedelta(seconds=10))
    for _ in range(30):
        assert log_in(client, "", "").status_code == 400
    page = log_in(client, "", "")
    assert (page.status_code, page.headers["Retry-After"]) == (429, "290")
    frozen.shift(timedelta(seconds=290))
    assert log_in(client, "", "").status_code == 400


def test_forwarded_address_does_not_count(client):
    token = csrf_token(client)
    for n in range(31):
        page = client.post(
            "/auth/login",
            data={"csrf_token": token},
            headers={"X-Forwarded-For": f"10.0.0.{n}", "Forwarded": f"for=10.0.0.{n}"},
        )
    assert page.status_code == 429


def test_address_has_ten_registrations_an_hour(client):
    for _ in range(10):
        assert submit(client, "/auth/register").status_code == 400
    page = submit(client, "/auth/register")
    assert (page.status_code, page.headers["Retry-After"]) == (429, "1800")
    assert TOO_MANY.format(1800) in page.text


def test_limits_come_from_the_environment(database_url):
    module = load_legacy(DATABASE_URL=database_url, LOGIN_ATTEMPTS_PER_ADDRESS="1")
    client = module.app.test_client()
    assert log_in(client, "", "").status_code == 400
    assert log_in(client, "", "").status_code == 429
    close_engine(module.app)


def test_parallel_attempts_are_all_counted(app, session):
    def attempt(_n):
        client = app.test_client()
        return log_in(client, "", "").status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(attempt, range(40)))
    assert statuses == [400] * 30 + [429] * 10
    assert session.scalars(select(RateBucket.hits)).all() == [40]


@pytest.mark.parametrize("password", [SAMPLE_PASSWORD, "wrong"])
def test_lock_looks_the_same_for_right_and_wrong_passwords(client, password):
    fail(client, times=5)
    page = log_in(client, password=password)
    assert (page.status_code, page.headers["Retry-After"]) == (429, "900")


def test_locked_attempts_change_nothing(client, session):
    fail(client, times=7)
    failures = session.scalar(select(User.failed_logins).where(User.email == "ada@example.test"))
    assert failures == 5
