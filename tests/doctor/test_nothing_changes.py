"""The doctor changes nothing: no file, no row, and nothing of the applications it looks at."""

from __future__ import annotations

import importlib
import os
import sqlite3
import sys
from contextlib import closing

import pytest

from gateway.backends import parse_target
from gateway.doctor import examine
from shared_models.__main__ import main as shared_models
from tests.doctor.fresh import PROJECTS, ROOT, start_in

HOOKS = (
    "view_functions",
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "teardown_appcontext_funcs",
    "template_context_processors",
    "url_value_preprocessors",
    "url_build_error_handlers",
    "error_handler_spec",
    "shell_context_processors",
    "blueprints",
)


def tree(folder):
    """Every file below a folder, with what it holds and when that was written."""
    return {
        str(file.relative_to(folder)): (file.stat().st_mtime_ns, file.read_bytes())
        for file in folder.rglob("*")
        if file.is_file()
    }


def rows(file):
    """Every row of every table of a SQLite file."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        return {
            name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for (name,) in tables
        }


def state(app):
    """What an application consists of: configuration, extensions, hooks, rules, open sessions."""
    from flask import g, has_app_context, has_request_context  # noqa: PLC0415 - in a fork

    db = app.extensions["sqlalchemy"]
    login = vars(app.login_manager)
    return {
        "config": dict(app.config),
        "extensions": {name: id(value) for name, value in app.extensions.items()},
        "hooks": {name: repr(getattr(app, name)) for name in HOOKS},
        "rules": [(repr(rule), sorted(rule.methods)) for rule in app.url_map.iter_rules()],
        "login": {name: repr(value) for name, value in login.items()},
        "engines": {bind: id(engine) for bind, engine in db._app_engines[app].items()},
        "pools": [engine.pool.status() for engine in db._app_engines[app].values()],
        "sessions": dict(db.session.registry.registry),
        "contexts": (has_app_context(), has_request_context(), bool(g)),
        "first request": app._got_first_request,
        "path": list(sys.path),
        "environment": dict(os.environ),
    }


def reference_pair(folder, url):
    """The backends of the reference pair, made by a module in a folder."""
    os.environ["DATABASE_URL"] = url
    start_in(folder)
    sys.path.append(str(ROOT))
    return {name: parse_target(f"pair:{name}") for name in ("legacy", "modern")}


def examined(folder, url):
    return examine(reference_pair(folder, url), "legacy")


def states_around_an_examination(folder, url):
    backends = reference_pair(folder, url)
    pair = importlib.import_module("pair")
    before = [state(pair.legacy), state(pair.modern)]
    examine(backends, "legacy")
    return before, [state(pair.legacy), state(pair.modern)]


@pytest.fixture
def reference(tmp_path, monkeypatch):
    """A folder that makes the reference pair, and the URL of its database with sample data."""
    url = f"sqlite:///{tmp_path}/data/app.db"
    monkeypatch.setenv("DATABASE_URL", url)
    shared_models(["sample"], standalone_mode=False)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "pair.py").write_text(
        "from legacy.app import app as legacy\nfrom modern import create_app\nmodern = create_app()"
    )
    return tmp_path / "work", url


def test_no_file_and_no_row_is_changed(interpreters, reference, tmp_path):
    data = rows(tmp_path / "data" / "app.db")
    files = tree(tmp_path)
    found = interpreters.submit(examined, *reference).result(60)

    assert {finding.severity for finding in found} <= {"note"}
    assert tree(tmp_path) == files
    assert rows(tmp_path / "data" / "app.db") == data
    assert len(data["user"]) > 1


@pytest.mark.parametrize("side", [0, 1], ids=["legacy", "modern"])
def test_an_application_is_as_it_was(interpreters, reference, side):
    task = interpreters.submit(states_around_an_examination, *reference)
    before, after = task.result(60)

    for part, value in before[side].items():
        assert after[side][part] == value, part


def test_no_file_is_written_beside_a_broken_pair(diagnose):
    before = tree(PROJECTS)
    for folder in PROJECTS.iterdir():
        diagnose(folder)

    assert tree(PROJECTS) == before
