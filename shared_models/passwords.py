"""What a stored password hash looks like, and which passwords everybody guesses first."""

from functools import cache
from pathlib import Path

HASH_METHOD = "scrypt:32768:8:3"
"""The method for `werkzeug.security`; a stored hash of another one is renewed at the login."""

COMMON_PASSWORDS = Path(__file__).with_name("common_passwords.txt")


def is_common(password: str) -> bool:
    """Whether the password is on the list of common ones, in any mixture of cases."""
    return password.casefold() in _common_passwords()


@cache
def _common_passwords() -> frozenset[str]:
    return frozenset(COMMON_PASSWORDS.read_text("utf-8").split())
