"""The session cookie as browsers see it."""

from __future__ import annotations

import pytest

APP = """
    from datetime import timedelta
    from flask import Flask
    app = Flask(__name__)
    app.secret_key = "the key of both applications"
"""


@pytest.mark.parametrize(
    ("setting", "check", "severity"),
    [
        ("SESSION_COOKIE_NAME='sid'", "login.session-cookie-name", "error"),
        ("SESSION_COOKIE_PATH='/shop'", "login.session-cookie-scope", "error"),
        ("APPLICATION_ROOT='/shop'", "login.session-cookie-scope", "error"),
        ("SESSION_COOKIE_DOMAIN='shop.example'", "login.session-cookie-scope", "error"),
        ("SESSION_COOKIE_PARTITIONED=True", "login.session-cookie-scope", "error"),
        ("SESSION_COOKIE_SECURE=True", "login.session-cookie-flags", "warning"),
        ("SESSION_COOKIE_HTTPONLY=False", "login.session-cookie-flags", "warning"),
        ("SESSION_COOKIE_SAMESITE='Lax'", "login.session-cookie-flags", "warning"),
        (
            "PERMANENT_SESSION_LIFETIME=timedelta(hours=1)",
            "login.session-lifetime",
            "error",
        ),
        ("SESSION_REFRESH_EACH_REQUEST=False", "login.session-refresh", "warning"),
    ],
)
def test_a_setting_of_one_side_is_found(compare, setting, check, severity):
    found = compare(APP, modern=f"app.config.update({setting})")

    assert [(each.check, each.severity) for each in found.values()] == [(check, severity)]
    assert any("named at modern.py:" in fact for fact in found[check].evidence)
    assert compare(APP + f"\n    app.config.update({setting})") == {}


def test_a_path_may_come_from_either_setting(compare):
    found = compare(
        APP,
        legacy="app.config.update(SESSION_COOKIE_PATH='/shop')",
        modern="app.config.update(APPLICATION_ROOT='/shop')",
    )

    assert "login.session-cookie-scope" not in found


def test_what_an_interface_says_counts_more_than_the_setting(compare):
    named = """
        from flask.sessions import SecureCookieSessionInterface
        class Interface(SecureCookieSessionInterface):
            def get_cookie_name(self, app):
                return "sid"
        app.session_interface = Interface()
    """
    found = compare(APP, legacy=named, modern="app.config.update(SESSION_COOKIE_NAME='sid')")

    assert found == {}


def test_differing_flags_are_one_finding(compare):
    found = compare(
        APP, modern="app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_SAMESITE='Lax')"
    )
    message = found["login.session-cookie-flags"].message

    assert message.startswith("SESSION_COOKIE_SECURE and SESSION_COOKIE_SAMESITE differ between")
