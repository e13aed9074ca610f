import pytest

from modern import passwords
from modern.passwords import NOBODYS_HASH, hash_password, needs_rehash, verify
from shared_models.passwords import HASH_METHOD


@pytest.fixture(autouse=True)
def real_method(monkeypatch):
    # The other tests hash quickly; these are about the real method.
    monkeypatch.setattr(passwords, "HASH_METHOD", HASH_METHOD)


def test_only_the_password_itself_is_verified():
    stored = hash_password("pässword")

    assert verify(stored, "pässword")
    assert not verify(stored, "password")
    assert not needs_rehash(stored)


def test_the_method_is_slow_enough():
    assert HASH_METHOD == "scrypt:32768:8:3"


def test_for_nobody_the_same_work_is_done():
    assert NOBODYS_HASH.startswith(f"{HASH_METHOD}$")
    assert not verify(None, "a password that nobody has")
    assert verify(NOBODYS_HASH, "a password that nobody has")


@pytest.mark.parametrize("stored", ["pbkdf2:sha256:1000$salt$00", "scrypt:32768:8:1$salt$00", ""])
def test_another_method_is_out_of_date(stored):
    assert needs_rehash(stored)
