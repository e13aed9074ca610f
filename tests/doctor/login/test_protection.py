"""Whether both applications know a client as the same one."""

from __future__ import annotations

import pytest

APP = """
    from hashlib import sha512
    from flask import Flask, request
    from flask_login import LoginManager
    from werkzeug.middleware.proxy_fix import ProxyFix
    app = Flask(__name__)
    app.secret_key = "the key of both applications"
    manager = LoginManager(app)
    manager.user_loader(lambda user_id: None)
    def by_address():
        return sha512(request.remote_addr.encode()).hexdigest()
"""
BY_ADDRESS = f"{APP}    manager._session_identifier_generator = by_address\n"
TRUSTING = "app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1)"


@pytest.mark.parametrize(
    ("mode", "check", "severity"),
    [
        ("strong", "login.identifier-strong", "error"),
        ("basic", "login.identifier-basic", "warning"),
    ],
)
def test_addresses_seen_differently_are_found(compare, mode, check, severity):
    both = f"{BY_ADDRESS}    manager.session_protection = {mode!r}\n"
    found = compare(both, modern=TRUSTING)

    assert found[check].severity == severity
    assert any("by_address at modern.py:" in fact for fact in found[check].evidence)


def test_addresses_do_not_matter_without_protection(compare):
    found = compare(f"{BY_ADDRESS}    manager.session_protection = None\n", modern=TRUSTING)

    assert not any(check.startswith("login.") for check in found)


def test_the_same_proxies_on_both_sides_are_sound(compare):
    assert compare(f"{BY_ADDRESS}    {TRUSTING}\n") == {}


def test_flask_logins_own_generator_reads_the_header_itself(compare):
    found = compare(APP, modern=TRUSTING)

    assert not any(check.startswith("login.") for check in found)


def test_generators_that_differ_are_found(compare):
    found = compare(APP, legacy="manager._session_identifier_generator = by_address")

    assert list(found) == ["login.identifier-basic"]
