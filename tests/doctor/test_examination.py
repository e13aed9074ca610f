"""Targets, applications and pairs: what can be looked at, and what is said where it can't."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.doctor import versions
from gateway.doctor.families import FAMILIES
from gateway.doctor.imports import CHECKS
from tests.doctor.writing import OWN_DB, app

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
    project(new="from flask import Flask\napp = Flask(__name__)")
    project(legacy=wrapped.format(name="old"), modern=wrapped.format(name="new"))

    assert diagnose(folder) == ()


def test_every_backend_is_compared_with_the_control(diagnose):
    found = diagnose("two-instances", next="modern:app")

    told = [each.message for each in found if each.check == "db.two-instances"]
    assert [message.split(" are ")[0] for message in told] == [
        "legacy and modern",
        "legacy and next",
    ]


def test_the_gravest_come_first(diagnose, project):
    plain = "def app(environ, start_response): ..."
    folder = project(legacy=app(db=OWN_DB), modern=app(db=OWN_DB), plain=plain)
    first, *_, last = diagnose(folder, plain="plain:app")

    assert (first.check, last.check) == ("db.two-instances", "application.not-flask")


def test_one_application_under_two_names_is_told(diagnose):
    (found,) = diagnose("one-instance", modern="legacy:app")

    assert (found.check, found.severity) == ("application.same-object", "warning")


def test_an_application_that_exits_while_it_is_imported_is_an_error(diagnose, project):
    folder = project(
        legacy="from flask import Flask\napp = Flask(__name__)",
        modern="import sys\nsys.exit('DATABASE_URL is missing.')",
    )
    (found,) = diagnose(folder)

    assert found.check == "application.not-imported"
    assert "it exited with 'DATABASE_URL is missing.'" in found.message


def folders(tmp_path, **files):
    """Write files into folders `old` and `new`, which are both on the import path."""
    path = f"import sys\nsys.path[1:1] = [{str(tmp_path / 'old')!r}, {str(tmp_path / 'new')!r}]\n"
    flask = "from flask import Flask\napp = Flask(__name__)\n"
    (tmp_path / "legacy.py").write_text(path + "from app import app")
    for name, imports in files.items():
        file = tmp_path / name.replace("__", "/").replace("_init", "/__init__")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_suffix(".py").write_text(imports + flask)
    return tmp_path


def test_an_application_whose_package_is_hidden_by_the_others_is_told_why(diagnose, tmp_path):
    folder = folders(tmp_path, old__app="", new__app_init="", new__app__factory="")
    imported, hidden = diagnose(folder, modern="app.factory:app")

    assert "there is no module 'app.factory'" in imported.message
    assert (hidden.check, hidden.severity) == ("application.same-name", "warning")
    assert hidden.evidence == ("old/app.py hides new/app/__init__.py",)


def test_a_module_that_both_folders_in_use_have_is_told(diagnose, tmp_path):
    folder = folders(
        tmp_path, old__app="import models\n", old__models="", new__shop="", new__models=""
    )
    (hidden,) = diagnose(folder, modern="shop:app")

    assert hidden.evidence == ("old/models.py hides new/models.py",)


def test_a_folder_that_nobody_uses_may_hold_anything(diagnose, tmp_path):
    folder = folders(tmp_path, old__app="", old__shop="", new__app="")

    assert diagnose(folder, modern="shop:app") == ()


def test_checks_are_named_by_their_family():
    names = [check.name for family in FAMILIES.values() for check in family.checks]

    assert len(set(names)) == len(names)
    for family, (checks, _) in FAMILIES.items():
        assert all(check.name.startswith(f"{family}.") for check in checks)


def test_every_check_is_documented_with_its_severity():
    table = re.findall(r"^\| `([a-z.-]+)` \| (\w+) \|", DOCS.read_text(), re.MULTILINE)
    checks = [
        *CHECKS,
        *versions.CHECKS,
        *(check for family in FAMILIES.values() for check in family.checks),
    ]

    assert table == [(check.name, check.severity) for check in checks]
