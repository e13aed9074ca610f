"""What an application's code does to passwords: which hashes it checks, and which it makes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from gateway.doctor.application import Application
from gateway.doctor.callables import callables_of
from gateway.doctor.reach import reach

# Kinds of hashes, by how they begin. Those in lower case are named as passlib names them.
_BEGINNINGS = {
    "Werkzeug's scrypt": r"scrypt:",
    "Werkzeug's pbkdf2": r"pbkdf2:",
    "bcrypt": r"\$2[abxy]?\$",
    "argon2": r"\$argon2(id|i|d)\$",
    "bcrypt_sha256": r"\$bcrypt-sha256\$",
    "scrypt": r"\$scrypt\$",
    "pbkdf2_sha1": r"\$pbkdf2\$",
    "pbkdf2_sha256": r"\$pbkdf2-sha256\$",
    "pbkdf2_sha512": r"\$pbkdf2-sha512\$",
    "md5_crypt": r"\$1\$",
    "sha256_crypt": r"\$5\$",
    "sha512_crypt": r"\$6\$",
    "django_pbkdf2_sha256": r"pbkdf2_sha256\$",
}
_BY_LIBRARY = {
    "werkzeug": frozenset({"Werkzeug's scrypt", "Werkzeug's pbkdf2"}),
    "bcrypt": frozenset({"bcrypt"}),
    "flask_bcrypt": frozenset({"bcrypt"}),
    "argon2": frozenset({"argon2"}),
}
_CHECKS = {"check_password_hash", "checkpw", "verify", "verify_and_update", "verify_password"}
_MAKES = {"generate_password_hash", "hashpw", "hash", "hash_password"}
_NONE: frozenset[str] = frozenset()
_FUNCTIONS = {FunctionType, BuiltinFunctionType}


def kind_of(stored: str) -> str | None:
    """Return what kind of hash a text is; None for one that is not known here."""
    return next((kind for kind, start in _BEGINNINGS.items() if re.match(start, stored)), None)


@dataclass(frozen=True, slots=True)
class Ability:
    """Kinds of hashes that a line of code checks or makes."""

    checks: frozenset[str]
    makes: frozenset[str]
    place: str


def abilities_of(application: Application) -> Iterator[Ability]:
    """Yield what the code behind an application's views does to passwords."""
    for use in reach(callables_of(application.flask)):
        # A function may have been given another name where it is used.
        own = use.value.__name__ if type(use.value) in _FUNCTIONS else use.name.rpartition(".")[2]
        names = {own, *use.trail}
        checks = _checked(use.value) if names & _CHECKS else _NONE
        makes = _made(use.value) if names & _MAKES else _NONE
        if checks or makes:
            yield Ability(checks, makes, str(use))


def _checked(value: Any) -> frozenset[str]:
    if _library(value) != "passlib":
        return _BY_LIBRARY.get(_library(value), _NONE)
    return frozenset(value.schemes() if hasattr(value, "schemes") else {value.name})


def _made(value: Any) -> frozenset[str]:
    if _library(value) != "passlib":
        return _BY_LIBRARY.get(_library(value), _NONE)
    return frozenset({value.default_scheme() if hasattr(value, "schemes") else value.name})


def _library(value: Any) -> str:
    """Return the library that a module, a function, a class or an object is from."""
    kind = type(value)
    if kind is ModuleType:
        return str(value.__name__).partition(".")[0]
    # Only of these: a proxy outside of its context answers every question with an error.
    named = kind in _FUNCTIONS or issubclass(kind, type)
    return str((value if named else kind).__module__).partition(".")[0]
