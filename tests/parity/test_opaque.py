"""What passes for a value made by chance, and what does not."""

from __future__ import annotations

import secrets
import uuid

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from werkzeug.security import generate_password_hash

from gateway.parity.tokens import pairs_between

_APP = Flask("tests")
_APP.secret_key = "k" * 40
_SIGN = SecureCookieSessionInterface().get_signing_serializer(_APP)


def session_cookie():
    """A session as Flask signs it; it is compressed where that makes it shorter."""
    assert _SIGN is not None
    return _SIGN.dumps({"_user_id": secrets.token_hex(20), "_id": "ab12" * 32, "x": [1, 2]})


ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
MAKERS = {
    "hex": lambda: secrets.token_hex(16),
    "base64url": lambda: secrets.token_urlsafe(32),
    "uuid": lambda: str(uuid.uuid4()),
    "uuid made at once": lambda: f"0192f0aa-1111-7222-8333-0000000000{secrets.token_hex(1)}",
    "session": session_cookie,
    "csrf": lambda: URLSafeTimedSerializer("k").dumps(secrets.token_hex(20)),
    "password hash": lambda: generate_password_hash("x", method="pbkdf2:sha1:1"),
    "remember": lambda: f"{secrets.token_urlsafe(32)}|{secrets.token_hex(64)}",
    "django session": lambda: "".join(secrets.choice(ALPHABET) for _ in range(32)),
    "in a sentence": lambda: f"Your code is {secrets.token_hex(16)}, keep it.",
    "in a link": lambda: f"/reset?token={secrets.token_urlsafe(32)}&x=1",
    "quoted": lambda: f'W/"{secrets.token_hex(20)}"',
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_values_made_by_chance_may_differ(make, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)  # a signature carries the time
    for _ in range(30):
        assert pairs_between(make(), make()) is not None


@pytest.mark.parametrize(
    ("control", "candidate"),
    [
        ("Ada", "Bob"),
        ("1", "2"),
        ("12345678901234567890", "12345678901234567891"),
        ("2026-11-23T08:38:02Z", "2026-11-24T09:41:57Z"),
        ("20261123T083802Z", "20251224T094157Z"),
        ("conversation-archived", "conversation-restored"),
        ("wrong-password-entered", "right-password-entered"),
        ("InvalidPasswordGiven", "MissingUsernameGiven"),
        ("HTTP_404_NOT_FOUND_AT_ALL", "HTTP_403_FORBIDDEN_TO_ALL"),
        ("/static/js/application.js", "/assets/js/application.js"),
        ("application/problem+json", "application/json"),
        ("Sun, 06 Nov 1994 08:49:37 GMT", "Mon, 07 Nov 1994 09:49:37 GMT"),
        ("deadbeefdeadbeef", "deadbeefdeadbee5"),
        ("Release-v1-Rc2-B3x4Y5", "Release-v1-Rc2-B3x4Y6"),
        ("00ff00ff00ff00ff", "00ff00ff00ff00fe"),
        ("the quick brown fox jumps", "the quick brown fox jumped"),
        ("ada.lovelace.analytical@example.test", "bob.lovelace.analytical@example.test"),
    ],
)
def test_what_people_write_must_be_equal(control, candidate):
    assert pairs_between(control, candidate) is None


def test_length_counts():
    assert pairs_between(secrets.token_hex(16), secrets.token_hex(17)) is None


def test_alphabet_counts():
    assert pairs_between(secrets.token_hex(16), secrets.token_urlsafe(24)) is None
    assert pairs_between(secrets.token_hex(16), secrets.token_hex(16).upper()) is None


def test_what_is_around_a_token_counts():
    one, other = secrets.token_hex(16), secrets.token_hex(16)
    assert pairs_between(f"id={one}", f"no={other}") is None


def test_one_side_made_by_chance_is_not_enough():
    assert pairs_between(secrets.token_hex(8), "0000000000000000") is None


def test_method_of_a_password_hash_counts():
    weak, strong = (generate_password_hash("x", f"pbkdf2:sha256:{n}") for n in (1, 2))
    assert pairs_between(weak, strong) is None


def test_time_in_a_signed_value_counts():
    one, other = session_cookie(), session_cookie()
    payload, _, signature = other.lstrip(".").split(".")
    assert pairs_between(one.lstrip("."), f"{payload}.aaaaaa.{signature}") is None


def test_payload_may_not_be_much_longer():
    serializer = URLSafeTimedSerializer("k")
    short, long = serializer.dumps({"user": "ada"}), serializer.dumps({"user": "ada", "x": "y" * 9})
    assert pairs_between(short, long) is None


@pytest.mark.parametrize(
    ("theirs", "alike"),
    [
        ({"user": "b" * 8, "token": secrets.token_hex(20)}, False),
        ({"user": "a" * 8, "token": secrets.token_hex(20), "x": 1}, False),
        ({"user": "a" * 8, "token": "constant"}, False),
        ({"token": secrets.token_hex(20), "user": "a" * 8}, True),
    ],
    ids=["another value", "a member more", "no token", "another order"],
)
def test_signed_values_are_alike_if_what_they_carry_is(theirs, alike, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    assert _SIGN is not None
    ours = _SIGN.dumps({"user": "a" * 8, "token": secrets.token_hex(20)})
    assert (pairs_between(ours, _SIGN.dumps(theirs)) is not None) is alike


def test_tokens_that_signed_values_carry_stand_for_each_other(monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    ours, theirs = secrets.token_hex(20), secrets.token_hex(20)
    assert _SIGN is not None
    assert (ours, theirs) in (pairs_between(_SIGN.dumps([ours]), _SIGN.dumps([theirs])) or [])


def test_long_word_is_read_in_linear_time():
    # That would take minutes if each letter were tried as a beginning.
    assert pairs_between("x" * 200_000, "x" * 199_999 + "y") is None


@pytest.mark.parametrize("text", ["{}", "/reset?token={}&x=1", "a={}; b", '"{}"', "<{}>."])
def test_what_a_signed_token_carries_is_compared_wherever_it_stands(text):
    sign = URLSafeTimedSerializer("k" * 40).dumps
    ours, same, other = (text.format(sign(each)) for each in ({"n": 1}, {"n": 1}, {"n": 2}))
    assert pairs_between(ours, same) is not None
    assert pairs_between(ours, other) is None
