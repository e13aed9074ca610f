"""Flask-Login's managers: where people are sent to sign in, and who is let in."""

from __future__ import annotations

import pytest

APP = """
    from flask import Blueprint, Flask
    from flask_login import LoginManager, login_required
    app = Flask(__name__)
    app.secret_key = "the key of both applications"
    app.add_url_rule("/login", "login", lambda: "")
"""
MANAGED = f"""{APP}
    manager = LoginManager(app)
    manager.login_view = "login"
    manager.user_loader(lambda user_id: None)
"""


def test_one_manager_is_found(compare):
    found = compare(APP, legacy="LoginManager(app).user_loader(lambda user_id: None)")

    assert list(found) == ["login.manager-one-side"]
    assert "legacy uses Flask-Login and modern does not" in found["login.manager-one-side"].message


def test_equal_managers_are_sound(compare):
    assert compare(MANAGED) == {}


def test_a_manager_without_a_loader_is_found(compare):
    found = compare(MANAGED, modern="manager._user_callback = None")

    assert list(found) == ["login.no-user-loader"]
    assert found["login.no-user-loader"].message.startswith("modern has a LoginManager without")


def test_a_request_loader_is_a_loader(compare):
    by_request = "manager._user_callback = None\nmanager.request_loader(lambda request: None)"

    assert compare(MANAGED, modern=by_request) == {}


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("manager.login_view = 'auth.login'", "login_view"),
        ("manager.refresh_view = 'auth.again'", "refresh_view"),
        (
            "manager.blueprint_login_views = {'shop': 'shop.login'}",
            "blueprint_login_views['shop']",
        ),
    ],
)
def test_an_endpoint_that_the_application_lacks_is_found(compare, setting, name):
    found = compare(MANAGED, modern=setting)

    assert list(found) == ["login.login-view"]
    assert found["login.login-view"].message.startswith(f"{name} of modern is ")
    assert "BuildError: Could not build url for endpoint" in found["login.login-view"].evidence[0]


def test_values_that_a_request_would_give_are_not_missed(compare):
    localised = "app.add_url_rule('/<lang>/in', 'in', lambda lang: '')\nmanager.login_view = 'in'"

    assert compare(f"{MANAGED}    " + localised.replace("\n", "\n    ")) == {}


def test_a_path_holds_on_both_sides(compare):
    assert compare(MANAGED, legacy="manager.login_view = '/login'") == {}


def test_a_handler_needs_no_view(compare):
    handled = "manager.unauthorized_handler(lambda: '')\nmanager.login_view = 'auth.login'"

    assert compare(MANAGED, modern=handled) == {}


def test_urls_of_the_other_application_may_be_built(compare, project, diagnose):
    compare(MANAGED, legacy="app.add_url_rule('/login', 'auth.login', lambda: '')")
    folder = project(
        both="""
            from gateway.urls import install
            from legacy import app as legacy
            from modern import app as modern, manager
            manager.login_view = "auth.login"
            install(modern, legacy)
        """
    )

    assert diagnose(folder, legacy="both:legacy", modern="both:modern") == ()


def test_a_page_that_neither_serves_is_found(compare):
    found = compare(MANAGED, legacy="manager.login_view = '/sign-in'")

    assert list(found) == ["login.login-page-missing", "login.login-pages"]
    assert "legacy sends people to /sign-in" in found["login.login-page-missing"].message


def test_two_login_pages_are_noted(compare):
    second = "app.add_url_rule('/sign-in', 'again', lambda: '')\nmanager.login_view = 'again'"
    found = compare(MANAGED, modern=second)

    assert [(each.check, each.severity) for each in found.values()] == [
        ("login.login-pages", "note")
    ]
    assert "legacy to /login and modern to /sign-in" in found["login.login-pages"].message


def test_a_page_of_another_site_is_nobodys_to_serve(compare):
    away = "manager.login_view = 'https://sso.example/'"

    assert compare(f"{MANAGED}    {away}") == {}


GUARDED = "app.add_url_rule('/chat', 'chat', login_required(lambda: ''))"


def test_a_bare_401_is_found_where_views_are_guarded(compare):
    found = compare(MANAGED, modern=f"manager.login_view = None\n{GUARDED}")

    assert list(found) == ["login.bare-refusal"]
    assert found["login.bare-refusal"].evidence[0].startswith("modern.py:")


def test_no_login_view_is_sound_where_no_view_is_guarded(compare):
    assert compare(MANAGED, modern="manager.login_view = None") == {}


@pytest.mark.parametrize(
    ("setting", "check", "severity"),
    [
        ("LOGIN_DISABLED=True", "login.login-disabled", "error"),
        ("USE_SESSION_FOR_NEXT=True", "login.next", "note"),
        ("REMEMBER_COOKIE_NAME='remembered'", "login.remember-cookie-name", "error"),
        ("REMEMBER_COOKIE_PATH='/shop'", "login.remember-cookie-scope", "error"),
        ("REMEMBER_COOKIE_DOMAIN='shop.example'", "login.remember-cookie-scope", "error"),
        ("REMEMBER_COOKIE_SECURE=True", "login.remember-cookie-flags", "warning"),
        ("REMEMBER_COOKIE_HTTPONLY=False", "login.remember-cookie-flags", "warning"),
        ("REMEMBER_COOKIE_SAMESITE='Lax'", "login.remember-cookie-flags", "warning"),
        ("REMEMBER_COOKIE_DURATION=60", "login.remember-cookie-duration", "note"),
        (
            "REMEMBER_COOKIE_REFRESH_EACH_REQUEST=True",
            "login.remember-cookie-duration",
            "note",
        ),
        ("SESSION_PROTECTION=None", "login.session-protection", "warning"),
        ("SESSION_PROTECTION='strong'", "login.session-protection", "warning"),
    ],
)
def test_a_setting_of_one_side_is_found(compare, setting, check, severity):
    found = compare(MANAGED, modern=f"app.config.update({setting})")

    assert [(each.check, each.severity) for each in found.values()] == [(check, severity)]
    assert compare(f"{MANAGED}    app.config.update({setting})") == {}


def test_a_remember_cookie_signed_with_another_key_is_found(compare):
    found = compare(
        MANAGED,
        legacy="app.config.update(SECRET_KEY='new', SECRET_KEY_FALLBACKS="
        "['the key of both applications'])",
        modern="app.config.update(SECRET_KEY_FALLBACKS=['new'])",
    )

    assert list(found) == ["login.remember-cookie-refused", "login.key-rotation"]
    assert found["login.remember-cookie-refused"].evidence[:2] == (
        "modern refuses the remember cookie of legacy",
        "legacy refuses the remember cookie of modern",
    )
