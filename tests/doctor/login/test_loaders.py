"""Whether each application knows whom the other one signed in."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from textwrap import dedent

import psycopg
import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from gateway.doctor.application import Application
from gateway.doctor.login.people import only_reading

APP = """
    from flask import Flask, g, request, session
    from flask_login import LoginManager
    from shared import Admin, User, db
    app = Flask(__name__, static_folder=None)
    app.config.update(SECRET_KEY="key of both", SQLALCHEMY_DATABASE_URI=URL)
    db.init_app(app)
    manager = LoginManager(app)
    @manager.user_loader
    def load(user_id):
        return db.session.get(User, int(user_id))
"""
SHARED = """
    from flask_login import UserMixin
    from flask_sqlalchemy import SQLAlchemy
    db = SQLAlchemy()
    class User(UserMixin, db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(20))
        seen = db.Column(db.Integer)
    class Admin(UserMixin, db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(20))
"""
ROWS = """
CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT, seen INTEGER);
CREATE TABLE admin (id INTEGER PRIMARY KEY, name TEXT);
"""
ADA = "INSERT INTO user VALUES (7, 'Ada', 0); INSERT INTO admin VALUES (7, 'Root');"
BY_NAME = """
@manager.user_loader
def load(name):
    return db.session.scalar(db.select(User).where(User.name == name))
"""
WRITING = """
@manager.user_loader
def load(user_id):
    user = db.session.get(User, int(user_id))
    user.seen += 1
    db.session.commit()
    return user
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "users.db"


@pytest.fixture
def compare_loaders(compare, project, file):
    def compare_loaders(*, rows=ADA, url=None, both="", **changes):
        if rows is not None:
            with closing(sqlite3.connect(file)) as connection:
                connection.executescript(ROWS + rows)
        project(shared=SHARED)
        app = dedent(APP).replace("URL", repr(url or f"sqlite:///{file}"))
        found = compare(app + both, **changes)
        return {name: each for name, each in found.items() if name.startswith("login.")}

    return compare_loaders


def test_one_way_to_load_users_is_sound(compare_loaders):
    assert compare_loaders() == {}


def test_ids_that_the_other_does_not_know_are_found(compare_loaders):
    found = compare_loaders(modern=BY_NAME)

    assert list(found) == ["login.user-unknown"]
    assert "modern does not know a user whom legacy signs in" in found["login.user-unknown"].message
    assert "modern: the user loader is at modern.py:14" in found["login.user-unknown"].evidence


def test_ids_that_the_other_fails_for_are_found(compare_loaders):
    named = "manager.id_attribute = 'get_name'\nUser.get_name = lambda self: self.name\n"
    found = compare_loaders(legacy=named + BY_NAME)

    assert list(found) == ["login.user-loader-fails", "login.user-unknown"]
    assert found["login.user-loader-fails"].evidence[0] == (
        "ValueError for the id of the first shared.User"
    )


def test_ids_that_are_somebody_elses_on_the_other_side_are_found(compare_loaders):
    found = compare_loaders(
        modern="manager.user_loader(lambda user_id: db.session.get(Admin, int(user_id)))"
    )

    assert list(found) == ["login.user-is-another"]
    assert "modern loads from admin, legacy from user" in found["login.user-is-another"].evidence


def test_a_loader_that_writes_leaves_nothing(compare_loaders, file):
    found = compare_loaders(modern=WRITING)
    with closing(sqlite3.connect(file)) as connection:
        seen = connection.execute("SELECT seen FROM user").fetchall()

    assert list(found) == ["login.user-loader-untried"]
    assert "The user loader of modern writes." in found["login.user-loader-untried"].evidence
    assert seen == [(0,)]


def test_reading_leaves_no_session_and_no_engine(tmp_path):
    db, app = SQLAlchemy(), Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path}/users.db"
    db.init_app(app)
    sqlite3.connect(tmp_path / "users.db").close()

    with only_reading(Application("legacy", "legacy:app", app, app)):
        assert db.session.execute(db.text("SELECT 1")).scalar() == 1
        assert len(db._app_engines) == 2
    assert list(db._app_engines) == [app]
    assert db.session.registry.registry == {}


@pytest.mark.postgresql
def test_a_loader_that_writes_to_postgresql_leaves_nothing(compare_loaders, postgresql_url):
    with psycopg.connect(postgresql_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(ROWS.replace("TABLE user", 'TABLE "user"'))
        connection.execute(ADA.replace("INTO user", 'INTO "user"'))
        sound = compare_loaders(rows=None, url=postgresql_url)
        found = compare_loaders(rows=None, url=postgresql_url, modern=WRITING)
        seen = connection.execute('SELECT seen FROM "user"').fetchall()

    assert sound == {}
    assert "The user loader of modern writes." in found["login.user-loader-untried"].evidence
    assert seen == [(0,)]


def test_the_database_is_not_touched(compare_loaders, file):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(ROWS + ADA)
    before = file.read_bytes(), file.stat().st_mtime_ns

    assert compare_loaders(rows=None) == {}
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert not list(file.parent.glob("users.db-*"))


def test_a_wrapper_around_a_user_counts_as_the_user(compare_loaders):
    wrapped = """
class SignedIn:
    def __init__(self, user):
        self.user = user
manager.user_loader(lambda user_id: SignedIn(db.session.get(User, int(user_id))))
"""
    assert compare_loaders(modern=wrapped) == {}


def test_a_loader_may_use_the_request(compare_loaders):
    asking = """
@manager.user_loader
def load(user_id):
    g.user = db.session.get(User, int(user_id)) if request.path == "/" and not session else None
    return g.user
"""
    assert compare_loaders(modern=asking) == {}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rows": ""}, "shared.Admin has no rows. shared.User has no rows."),
        ({"url": "sqlite://"}, "The database of legacy is in its memory only."),
        ({"url": "sqlite:////nowhere/users.db"}, "The database of legacy could not be read: "),
        ({"both": "manager.id_attribute = 'get_token'"}, "No model of legacy is what its"),
        ({"both": BY_NAME}, "legacy does not load rows of shared.User by their ids."),
    ],
)
def test_what_could_not_be_tried_is_noted(compare_loaders, options, said):
    note = compare_loaders(**options)["login.user-loader-untried"]

    assert note.severity == "note"
    assert said in "\n".join(note.evidence)


def test_one_loader_of_both_needs_no_trial(compare_loaders, project):
    project(loading="def load(user_id):\n    raise AssertionError")

    assert compare_loaders(both="from loading import load\nmanager.user_loader(load)") == {}
