"""What the monolith takes from its environment."""

import pytest

from shared_models.settings import DEVELOPMENT_SECRET_KEY
from tests.legacy.conftest import load_legacy

LONG_KEY = "0123456789" * 4


@pytest.mark.parametrize("environment", ["development", "testing"])
def test_missing_key_is_the_common_one_in_development(environment):
    module = load_legacy(APP_ENV=environment, SECRET_KEY="")
    assert module.app.config["SECRET_KEY"] == DEVELOPMENT_SECRET_KEY


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize("key", ["", "x" * 31, DEVELOPMENT_SECRET_KEY])
def test_weak_key_is_refused_in_production(environment, key):
    with pytest.raises(RuntimeError, match="set SECRET_KEY to at least 32 random characters"):
        load_legacy(APP_ENV=environment, SECRET_KEY=key)


def test_unknown_environment_is_refused():
    with pytest.raises(RuntimeError, match=r"APP_ENV is 'prod'\. Use one of development"):
        load_legacy(APP_ENV="prod")


def test_cookies_and_pages_insist_on_https_in_production(database_url):
    module = load_legacy(APP_ENV="production", SECRET_KEY=LONG_KEY, DATABASE_URL=database_url)
    response = module.app.test_client().get("/auth/login", base_url="https://localhost")
    assert "; Secure" in response.headers["Set-Cookie"]
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert module.app.config["REMEMBER_COOKIE_SECURE"] is True


def test_endpoints_are_flat(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == {
        "admin",
        "admin_approve",
        "admin_audit",
        "admin_cleanup",
        "admin_create_user",
        "admin_delete_user",
        "admin_export",
        "admin_stats",
        "admin_toggle",
        "admin_update_user",
        "admin_users",
        "assistants",
        "attachment_item",
        "chat",
        "clear_conversation",
        "contact",
        "conversation_events",
        "conversation_item",
        "conversation_messages",
        "conversations",
        "current_user_json",
        "deletion",
        "enrolment",
        "export_conversation",
        "feedback",
        "fresh",
        "health",
        "help_page",
        "landing",
        "legal",
        "login",
        "logout",
        "register",
        "search_conversations",
        "send_message",
        "sessions",
        "settings",
        "static",
        "update_password",
        "upload",
    }
