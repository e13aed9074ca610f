"""Libraries whose installed versions are known to fail."""

from __future__ import annotations

import re

import pytest

from gateway.doctor.known import KNOWN
from gateway.doctor.versions import findings

SOUND = {
    "Flask": "3.1.3",
    "Werkzeug": "3.1.3",
    "SQLAlchemy": "2.1.9",
    "Flask-SQLAlchemy": "3.1.1",
    "Flask-Login": "0.6.3",
    "Flask-WTF": "1.2.1",
    "Flask-Session": "0.8.0",
    "Flask-Security": "5.6.0",
    "passlib": "1.7.4",
    "bcrypt": "4.3.0",
    "Flask-JWT-Extended": "4.7.1",
    "PyJWT": "2.9.0",
}
FAILING = [
    ({"Flask": "2.2.2"}, "versions.broken", "Flask 2.2.2 with Werkzeug 3.1.3"),
    ({"Flask": "2.3.3"}, "versions.risky", "'werkzeug' has no attribute '__version__'"),
    ({"Flask": "3.1.0"}, "versions.risky", "signs sessions with the oldest key"),
    ({"Flask": "3.2.0"}, "versions.risky", "redirect() answers 303"),
    ({"Flask": "3.2.0rc1"}, "versions.risky", "redirect() answers 303"),
    ({"Flask-SQLAlchemy": "3.0.1"}, "versions.broken", "'sqlalchemy' has no attribute '__all__'"),
    (
        {"Flask-SQLAlchemy": "2.5.1", "SQLAlchemy": "1.4.54"},
        "versions.broken",
        "cannot import name '_app_ctx_stack'",
    ),
    ({"Flask-SQLAlchemy": "3.0.5"}, "versions.risky", "SharedSQLAlchemy does not work"),
    ({"SQLAlchemy": "2.0.35"}, "versions.risky", "SQLAlchemy 2.0.35 may bite"),
    ({"SQLAlchemy": "2.2.0b1"}, "versions.risky", "SQLAlchemy 2.2.0b1 may bite"),
    ({"Flask-Login": "0.6.2"}, "versions.broken", "cannot import name 'url_decode'"),
    ({"Flask-WTF": "1.1.1"}, "versions.broken", "cannot import name 'Markup'"),
    ({"Flask-Session": "0.4.1"}, "versions.broken", "no attribute 'session_cookie_name'"),
    ({"Flask-Security": "3.0.0"}, "versions.broken", "'_request_ctx_stack'"),
    ({"bcrypt": "5.0.0"}, "versions.broken", "passlib 1.7.4 with bcrypt 5.0.0"),
    ({"PyJWT": "2.10.1"}, "versions.risky", "Subject must be a string"),
]


def found(changed=None, failures="", imported=lambda module: True):
    have = {**SOUND, **(changed or {})}
    return list(findings(failures, have.get, imported))


def test_these_versions_work_together():
    assert found() == []


@pytest.mark.parametrize(("versions", "check", "said"), FAILING)
def test_versions_that_fail_are_found(versions, check, said):
    told = {(each.check, said in each.message) for each in found(versions)}

    assert (check, True) in told


def test_every_known_failure_is_tried():
    told = {each.message for versions, *_ in FAILING for each in found(versions)}

    assert all(any(known.effect in message for message in told) for known in KNOWN)


def test_a_library_that_is_not_installed_does_not_fail():
    assert found({"Flask-Login": None}) == []


def test_a_library_that_nobody_imported_is_not_in_use():
    assert found({"bcrypt": "5.0.0"}, imported=lambda module: module == "flask") == []


def test_a_library_that_cannot_be_imported_is_known_by_its_error():
    failures = (
        "Importing failed with ImportError: cannot import name 'url_decode' from 'werkzeug.urls'"
    )
    (told,) = found({"Flask-Login": "0.6.2"}, failures, imported=lambda module: False)

    assert told.message == (
        'Flask-Login 0.6.2 with Werkzeug 3.1.3 is known to fail with "cannot import name'
        " 'url_decode' from 'werkzeug.urls'\". Flask-Login can't be imported."
    )


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known.library}{known.versions}")
def test_every_known_failure_has_a_source(known):
    assert re.match(r"https://\S+$|the requirements of ", known.source)


def test_the_versions_installed_here_work_together(diagnose, project):
    broken = "raise ImportError(\"cannot import name 'url_decode' from 'werkzeug.urls'\")"
    folder = project(legacy="from flask import Flask\napp = Flask(__name__)", modern=broken)

    assert [each.check for each in diagnose(folder)] == ["application.not-imported"]
