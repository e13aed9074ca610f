"""Passwords and their hashes, through each application and with a flip in between.

The names carry the requirement of OWASP ASVS 5.0 that a test is about.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from shared_models import User
from shared_models.sample import SAMPLE_PASSWORD
from tests.reference.mixture import WAYS
from tests.reference.test_security import ANOTHER_PASSWORD, change


def test_v6_3_8_known_and_unknown_emails_get_one_answer_for_one_work(mixture, hashed):
    answers, works = [], []
    for name in ("bob", "nobody"):
        browser = mixture.browser()
        browser.csrf()
        hashed.clear()
        answer = browser.login(name, "a wrong one")
        answers.append((answer.status_code, VALUE.sub("", answer.text)))
        works.append(hashed[:])
    assert answers[0] == answers[1]
    assert works == [[(2**15, 8, 3)]] * 2


VALUE = re.compile(r'(value|content)="[^"]*"')
"""What was typed into a form, and its token."""


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """The cost of every scrypt that is made."""
    made: list[tuple[int, int, int]] = []
    scrypt = hashlib.scrypt

    def counted(password: bytes, **cost: Any) -> bytes:
        made.append((cost["n"], cost["r"], cost["p"]))
        return scrypt(password, **cost)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    return made


def test_v6_2_a_new_hash_is_scrypt_of_that_strength(mixture):
    browser = mixture.browser()
    assert register(browser, "newcomer", ANOTHER_PASSWORD).status_code == 302
    with mixture.session() as session:
        stored = session.scalars(select(User).filter_by(email="newcomer@example.test")).one()
        method, n, r, p = stored.password_hash.partition("$")[0].split(":")
    assert (method, int(n) >= 2**15, int(r) >= 8, int(p) >= 3) == ("scrypt", True, True, True)
    mixture.flip()
    assert browser.login("newcomer", ANOTHER_PASSWORD).status_code == 302


def register(browser: Any, name: str, password: str) -> Any:
    fields = {"display_name": name, "password": password, "accept_terms": "1"}
    return browser.submit("/auth/register", email=f"{name}@example.test", **fields)


def test_v6_2_a_weaker_hash_is_renewed_at_the_login(mixture):
    with mixture.session() as session:
        weak = generate_password_hash(SAMPLE_PASSWORD, "scrypt:16384:8:1")
        session.get_one(User, 2).password_hash = weak
        session.commit()
    assert mixture.browser().login("bob").status_code == 302
    with mixture.session() as session:
        assert session.get_one(User, 2).password_hash.startswith("scrypt:32768:8:3$")
    mixture.flip()
    assert mixture.browser().login("bob").status_code == 302


# Each way asks both applications; what is slow needs no more than these two.
mixed = pytest.mark.parametrize("mixture", [*WAYS][2:], indirect=True)
GOOD = ["8 chars!", "x" * 64, "y z" * 42, "pässwörd für Łódź 東京"]
BAD = ["", "7 chars", "password", "Password1", "12345678", "QWERTYUIOP", "z" * 129]


@mixed
@pytest.mark.parametrize("password", GOOD, ids=len)
def test_v6_2_passwords_of_8_to_128_characters_are_taken_as_they_are(mixture, password):
    assert register(mixture.browser(), "newcomer", password).status_code == 302
    mixture.flip()
    assert mixture.browser().login("newcomer", password).status_code == 302


@mixed
@pytest.mark.parametrize("password", BAD)
def test_v6_2_short_endless_and_common_passwords_are_refused(mixture, password):
    assert register(mixture.browser(), "newcomer", password).status_code in {400, 422}
    mixture.flip()
    changed = mixture.signed_in("bob").call("POST", "/auth/update-password", json=change(password))
    assert changed.status_code in {400, 422}
    assert mixture.browser().login("bob").status_code == 302
