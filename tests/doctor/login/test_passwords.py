"""Hashes of passwords that are stored, or made by one of the applications."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from gateway.doctor.login.hashers import kind_of

APP = """
    import argon2
    import bcrypt
    from flask import Flask, request
    from flask_bcrypt import Bcrypt
    from passlib.context import CryptContext
    from passlib.hash import pbkdf2_sha256
    from werkzeug.security import check_password_hash, generate_password_hash
    from shared import User, db
    app = Flask(__name__, static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = URL
    db.init_app(app)
    def sign_in():
        return check(User().password_hash, request.form["password"])
    app.add_url_rule("/login", "login", sign_in)
"""
SHARED = """
    from flask_sqlalchemy import SQLAlchemy
    db = SQLAlchemy()
    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        password_hash = db.Column(db.String(200))
"""
WERKZEUG = "check = check_password_hash"
BCRYPT = "def check(stored, password):\n    return bcrypt.checkpw(password, stored)"
FLASK_BCRYPT = """
hasher = Bcrypt(app)
def check(stored, password):
    return hasher.check_password_hash(stored, password)
"""
ARGON2 = """
hasher = argon2.PasswordHasher()
def check(stored, password):
    return hasher.verify(stored, password)
"""
PASSLIB = """
hashes = CryptContext(["argon2", "bcrypt"])
def check(stored, password):
    return hashes.verify(password, stored)
"""
HANDLER = "def check(stored, password):\n    return pbkdf2_sha256.verify(password, stored)"
MAKING = """
def register():
    return {}
app.add_url_rule("/register", "register", register)
"""
HASHES = {
    WERKZEUG: "scrypt:32768:8:1$Salt$00ff",
    BCRYPT: "$2b$12$abcdefghijklmnopqrstuv",
    FLASK_BCRYPT: "$2y$12$abcdefghijklmnopqrstuv",
    ARGON2: "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",
    PASSLIB: "$argon2i$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",
    HANDLER: "$pbkdf2-sha256$29000$c2FsdA$aGFzaA",
}
NAMES = ["werkzeug", "bcrypt", "flask-bcrypt", "argon2", "passlib", "a handler of passlib"]


@pytest.fixture
def compare_hashes(compare, project, tmp_path):
    """Two applications with one table of users, whose hashes are given."""

    def compare_hashes(*stored, legacy, modern):
        file = tmp_path / "users.db"
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE user (id INTEGER PRIMARY KEY, password_hash TEXT)")
            rows = [(hashed,) for hashed in stored]
            connection.executemany("INSERT INTO user (password_hash) VALUES (?)", rows)
            connection.commit()
        project(shared=SHARED)
        found = compare(APP.replace("URL", repr(f"sqlite:///{file}")), legacy=legacy, modern=modern)
        return {name: each for name, each in found.items() if name.startswith("login.password")}

    return compare_hashes


@pytest.mark.parametrize(("check", "stored"), HASHES.items(), ids=NAMES)
def test_hashes_that_both_can_check_are_sound(compare_hashes, check, stored):
    assert compare_hashes(stored, legacy=check, modern=check) == {}


@pytest.mark.parametrize(("check", "stored"), HASHES.items(), ids=NAMES)
def test_hashes_that_one_cannot_check_are_found(compare_hashes, check, stored):
    other = ARGON2 if check in {WERKZEUG, BCRYPT, FLASK_BCRYPT, HANDLER} else WERKZEUG
    found = compare_hashes(stored, "!", None, legacy=check, modern=other)

    assert list(found) == ["login.password-stored"]
    assert found["login.password-stored"].message.startswith("modern can't check some")
    assert (
        found["login.password-stored"].evidence[0]
        == f"1 of 1 hashes in user.password_hash are {kind_of(stored)}"
    )


def test_no_hash_is_told(compare_hashes):
    found = compare_hashes(HASHES[BCRYPT], legacy=BCRYPT, modern=WERKZEUG)

    assert "abcdefgh" not in str(found)


def test_a_method_of_a_model_counts(compare_hashes):
    method = """
class Account(User):
    def check(self, password):
        return bcrypt.checkpw(password, self.password_hash)
def check(stored, password):
    return Account().check(password)
"""
    found = compare_hashes(HASHES[WERKZEUG], legacy=WERKZEUG, modern=method)

    assert list(found) == ["login.password-stored"]


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (
            "generate_password_hash(request.form['password'])",
            "Werkzeug's pbkdf2, Werkzeug's scrypt",
        ),
        ("bcrypt.hashpw(request.form['password'], bcrypt.gensalt())", "bcrypt"),
        ("pbkdf2_sha256.hash(request.form['password'])", "pbkdf2_sha256"),
    ],
)
def test_hashes_that_the_other_makes_are_found(compare_hashes, made, kind):
    found = compare_hashes(legacy=ARGON2, modern=ARGON2 + MAKING.format(made))

    assert list(found) == ["login.password-made"]
    assert found["login.password-made"].evidence[0] == f"modern makes {kind}"


def test_hashes_that_both_make_and_check_are_sound(compare_hashes):
    both = WERKZEUG + MAKING.format("generate_password_hash(request.form['password'])")

    assert compare_hashes(legacy=both, modern=WERKZEUG) == {}


def test_an_application_that_checks_nothing_is_not_compared(compare_hashes):
    found = compare_hashes(HASHES[BCRYPT], legacy=BCRYPT, modern="check = print")

    assert found == {}


def test_digests_of_long_passwords_on_one_side_are_found(compare_hashes):
    long = "app.config['BCRYPT_HANDLE_LONG_PASSWORDS'] = True\n"
    found = compare_hashes(legacy=FLASK_BCRYPT, modern=long + FLASK_BCRYPT)

    assert list(found) == ["login.password-long"]


@pytest.mark.parametrize("stored", ["", "!", "plain text", "$2b", "scrypt"])
def test_what_is_no_known_hash_has_no_kind(stored):
    assert kind_of(stored) is None
