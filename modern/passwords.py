"""Passwords: stored as slow hashes, and checked in the same time whoever asks."""

from werkzeug.security import check_password_hash, generate_password_hash

from shared_models.passwords import HASH_METHOD

# Verified when an e-mail is unknown, so that the answer takes as long as for a known one.
NOBODYS_HASH = (
    f"{HASH_METHOD}$28HfXDbHBHVkEOYY$"
    "5b6e53b4ffd40e34432d1fe73f1c380dabb21f38ded8f9050561fa9224c3d278"
    "6b7ca102260d0f543cc4fab6a5a13cd9ee0df30fc75545e9e6d2b6a3928a0099"
)


def hash_password(password: str) -> str:
    """The hash to store for a password."""
    return generate_password_hash(password, method=HASH_METHOD)


def verify(stored: str | None, password: str) -> bool:
    """Whether the password is the one behind the stored hash; False, as slowly, for None."""
    matches = check_password_hash(stored or NOBODYS_HASH, password)
    return matches and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made by another method than the present one."""
    return stored.partition("$")[0] != HASH_METHOD
