"""Whether both applications count the same attempts of the same clients."""

from __future__ import annotations

import pytest

APP = """
    from flask import Flask, request
    from flask_limiter import Limiter
    from flask_limiter.util import get_remote_address
    from werkzeug.middleware.proxy_fix import ProxyFix
    app = Flask(__name__, static_folder=None)
    def login():
        return "answered"
"""
SHARED = "from counters import limiter\nlimiter.init_app(app)\n"
BY_SCOPE = "@limiter.shared_limit('3 per minute', scope='login')\ndef login():\n    return ''\n"
BY_ENDPOINT = "@limiter.limit('3 per minute')\ndef login():\n    return ''\n"
RULE = "app.add_url_rule('/login', '{}', login, methods=['POST'])\n"


@pytest.fixture(autouse=True)
def counters(project):
    """One Limiter for both, as one storage in Redis would be."""
    project(
        counters="""
            from flask_limiter import Limiter
            from flask_limiter.util import get_remote_address
            limiter = Limiter(get_remote_address, storage_uri="memory://")
        """
    )


def own(**options):
    given = "".join(f", {name}={value!r}" for name, value in options.items())
    return f"limiter = Limiter(get_remote_address, app=app, storage_uri='memory://'{given})\n"


def test_a_limiter_on_one_side_is_found(compare):
    found = compare(APP, legacy=own())

    assert list(found) == ["web.limiter-one-side"]
    assert "modern has no Flask-Limiter" in found["web.limiter-one-side"].message


def test_a_limiter_that_is_off_is_none(compare):
    assert compare(APP, legacy=own(enabled=False)) == {}


def test_two_storages_in_memory_are_found(compare):
    found = compare(APP, legacy=own(), modern=own())

    assert list(found) == ["web.limiter-storage"]
    assert found["web.limiter-storage"].evidence[0].startswith("legacy: memory of its own")


def test_the_password_of_a_storage_is_not_told(compare):
    redis = """
class RedisStorage:
    pass
limiter._storage = RedisStorage()
limiter._storage_uri = 'redis://:secret@{host}:6379/1'
"""
    found = compare(
        APP, legacy=own() + redis.format(host="one"), modern=own() + redis.format(host="two")
    )

    assert found["web.limiter-storage"].evidence == (
        "legacy: RedisStorage at redis://one:6379/1",
        "modern: RedisStorage at redis://two:6379/1",
    )


def test_one_storage_and_one_scope_are_sound(compare):
    both = SHARED + BY_SCOPE

    assert compare(APP, legacy=both + RULE.format("login"), modern=both + RULE.format("auth")) == {}


def test_limits_that_count_by_endpoint_are_found(compare):
    both = SHARED + BY_ENDPOINT
    found = compare(APP, legacy=both + RULE.format("login"), modern=both + RULE.format("auth"))

    assert list(found) == ["web.limiter-scope"]
    assert found["web.limiter-scope"].evidence == (
        "/login: 3 per 1 minute as 'login' in legacy, 3 per 1 minute as 'auth' in modern",
    )


def test_equal_endpoints_count_together(compare):
    both = SHARED + BY_ENDPOINT + RULE.format("login")

    assert compare(APP, legacy=both, modern=both) == {}


def test_other_amounts_are_found(compare):
    legacy = SHARED + BY_SCOPE + RULE.format("login")
    found = compare(APP, legacy=legacy, modern=legacy.replace("3 per", "5 per"))

    assert list(found) == ["web.limiter-amount"]
    assert found["web.limiter-amount"].evidence == (
        "/login: 3 per 1 minute in legacy, 5 per 1 minute in modern",
    )


@pytest.mark.parametrize(
    ("legacy", "modern", "check"),
    [
        ({"strategy": "moving-window"}, {}, "web.limiter-strategy"),
        ({"key_prefix": "old"}, {}, "web.limiter-key"),
    ],
)
def test_other_ways_of_counting_are_found(compare, legacy, modern, check):
    found = compare(APP, legacy=own(**legacy), modern=own(**modern))

    assert list(found) == ["web.limiter-storage", check]


def test_other_keys_are_found_by_asking(compare):
    found = compare(APP, legacy=SHARED, modern=f"{SHARED}app.wsgi_app = ProxyFix(app.wsgi_app)")

    assert found["web.limiter-key"].evidence == (
        "legacy: '' and '10.0.0.1'",
        "modern: '' and '203.0.113.9'",
    )


def test_a_key_that_needs_more_than_a_client_is_not_compared(compare):
    users = "limiter = Limiter(lambda: request.headers['X-User'], app=app, storage_uri='memory://')"

    assert list(compare(APP, legacy=users, modern=users)) == ["web.limiter-storage"]


def test_a_limit_that_needs_a_request_is_not_compared(compare):
    computed = BY_ENDPOINT.replace("'3 per minute'", "lambda: request.headers['X-Limit']")
    legacy = SHARED + computed + RULE.format("login")

    assert compare(APP, legacy=legacy, modern=legacy) == {}


def test_limits_of_a_blueprint_count(compare):
    blueprint = """
from flask import Blueprint
auth = Blueprint({!r}, __name__)
auth.add_url_rule("/login", "login", login, methods=["POST"])
limiter.limit("3 per minute")(auth)
app.register_blueprint(auth)
"""
    found = compare(
        APP, legacy=SHARED + blueprint.format("old"), modern=SHARED + blueprint.format("new")
    )

    assert found["web.limiter-scope"].evidence == (
        "/login: 3 per 1 minute as 'old.login' in legacy, 3 per 1 minute as 'new.login' in modern",
    )
