"""Flask-WTF's tokens: a page of one application, sent to the other."""

from __future__ import annotations

import pytest

APP = """
    from flask import Flask
    from flask_wtf import CSRFProtect
    app = Flask(__name__)
    app.config.update(SECRET_KEY="the key of both applications")
"""
PROTECTED = f"{APP}    CSRFProtect(app)\n"


@pytest.mark.parametrize(
    ("setting", "check", "severity"),
    [
        ("WTF_CSRF_SECRET_KEY='another key'", "login.csrf-secret", "error"),
        ("WTF_CSRF_FIELD_NAME='token'", "login.csrf-field-name", "error"),
        ("WTF_CSRF_HEADERS=['X-Token']", "login.csrf-headers", "warning"),
        ("WTF_CSRF_TIME_LIMIT=60", "login.csrf-time-limit", "warning"),
        ("WTF_CSRF_TIME_LIMIT=None", "login.csrf-time-limit", "warning"),
        ("WTF_CSRF_METHODS=['POST']", "login.csrf-rules", "warning"),
        ("WTF_CSRF_SSL_STRICT=False", "login.csrf-rules", "warning"),
        ("WTF_CSRF_CHECK_DEFAULT=False", "login.csrf-rules", "warning"),
        ("WTF_CSRF_ENABLED=False", "login.csrf-one-side", "warning"),
    ],
)
def test_a_setting_of_one_side_is_found(compare, setting, check, severity):
    settings = f"app.config.update({setting})"
    found = compare(APP, legacy="CSRFProtect(app)", modern=f"{settings}\nCSRFProtect(app)")

    assert [(each.check, each.severity) for each in found.values()] == [(check, severity)]
    assert compare(f"{APP}    {settings}\n    CSRFProtect(app)") == {}


def test_protection_on_one_side_is_found(compare):
    found = compare(APP, modern="CSRFProtect(app)")

    assert list(found) == ["login.csrf-one-side"]
    assert found["login.csrf-one-side"].message.startswith("modern checks CSRF tokens")


def test_a_key_rotated_on_one_side_breaks_tokens_and_not_sessions(compare):
    found = compare(
        PROTECTED,
        legacy="app.config.update(SECRET_KEY='new', SECRET_KEY_FALLBACKS="
        "['the key of both applications'])",
        modern="app.config.update(SECRET_KEY_FALLBACKS=['new'])",
    )

    assert list(found) == ["login.csrf-secret", "login.key-rotation"]
    assert found["login.csrf-secret"].evidence[:2] == (
        "modern refuses a form of legacy: The CSRF token is invalid.",
        "legacy refuses a form of modern: The CSRF token is invalid.",
    )


def test_a_subclass_that_refuses_is_found_by_asking(compare):
    stricter = """
        class Stricter(CSRFProtect):
            def protect(self, apply_exemptions=False):
                self._error_response("Never.")
        Stricter(app)
    """
    found = compare(APP, legacy="CSRFProtect(app)", modern=stricter)

    assert list(found) == ["login.csrf-refused"]
    assert found["login.csrf-refused"].evidence == ("modern refuses a form of legacy: Never.",)


def test_https_as_the_preferred_scheme_asks_for_no_referrer(compare):
    assert compare(f"{PROTECTED}    app.config.update(PREFERRED_URL_SCHEME='https')") == {}


def test_no_hook_of_the_application_runs(compare):
    hooks = """
        def never(*_):
            raise AssertionError("A hook was run.")
        for hook in ("before_request", "teardown_request", "teardown_appcontext"):
            getattr(app, hook)(never)
    """
    assert compare(PROTECTED, modern=hooks) == {}
