"""Targets, applications and pairs: what can be looked at, and what is said where it can't."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.doctor.examination import CHECKS
from gateway.doctor.families import FAMILIES

DOCS = Path(__file__).parents[2] / "docs" / "doctor.md"


def test_a_sound_pair_is_clean(diagnose):
    assert diagnose("one-instance") == ()


def test_an_application_that_cannot_be_imported_is_an_error(diagnose):
    (found,) = diagnose("one-instance", modern="moderne:app")

    assert (found.check, found.severity) == ("application.not-imported", "error")
    assert "there is no module 'moderne'" in found.message


def test_an_application_that_is_not_flask_is_told(diagnose, project):
    plain = project(
        legacy="from flask import Flask\napp = Flask(__name__)",
        modern="def app(environ, start_response): ...",
    )
    (found,) = diagnose(plain)

    assert (found.check, found.severity) == ("application.not-flask", "warning")
    assert found.message.startswith("No Flask application was found behind modern")


def test_middleware_is_unwrapped(diagnose, project):
    wrapped = """
        import {name}
        from werkzeug.middleware.proxy_fix import ProxyFix
        class Timed:
            def __init__(self, app):
                self.app = app
            def __call__(self, environ, start_response):
                return self.app(environ, start_response)
        app = Timed(ProxyFix({name}.app.wsgi_app))
    """
    folder = project(old="from flask import Flask\napp = Flask(__name__)")
    project(legacy=wrapped.format(name="old"), modern=wrapped.format(name="old"))

    assert diagnose(folder) == ()


def test_every_backend_is_compared_with_the_control(diagnose):
    found = diagnose("two-instances", next="modern:app")

    assert [each.message.split(" are ")[0] for each in found] == [
        "legacy and modern",
        "legacy and next",
    ]


def test_checks_are_named_by_their_family():
    names = [check.name for family in FAMILIES.values() for check in family.checks]

    assert len(set(names)) == len(names)
    for family, (checks, _) in FAMILIES.items():
        assert all(check.name.startswith(f"{family}.") for check in checks)


def test_every_check_is_documented_with_its_severity():
    table = re.findall(r"^\| `([a-z.-]+)` \| (\w+) \|", DOCS.read_text(), re.MULTILINE)
    checks = [*CHECKS, *(check for family in FAMILIES.values() for check in family.checks)]

    assert table == [(check.name, check.severity) for check in checks]
