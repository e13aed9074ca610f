"""Which values of a recording may not stand in a file, and what stands there instead."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from gateway.parity.har.names import is_csrf, words_of
from gateway.parity.opaque import is_signed, kind_of

if TYPE_CHECKING:
    from gateway.parity.har.template import Slot

_NAMES = re.compile(
    r"pass(word|wd|phrase|code)?|pwd|secret|token|api_?key|access_?key|private_?key|credentials?"
    r"|otp|totp|pin|cvv|cvc|card_?number|iban|ssn|auth(orization)?|signature|jwt|bearer"
)
_UUID = re.compile(r"[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}")
_CHOICE = re.compile(r"[A-Za-z_-]{0,20}|\d{1,3}")
_AUTHORIZATION = {"authorization", "proxy-authorization", "x-api-key", "x-auth-token"}
# Made by the browser for this one call, so that it is no secret, though it looks like one.
_CLIENT_MADE = re.compile(r"client_?token|idempotency|nonce|request_?id|correlation|trace")


@dataclass
class Secrets:
    """The secrets met so far: value → name of the variable that stands for it."""

    names: dict[str, str] = field(default_factory=dict)

    def variable(self, name: str, value: str) -> str:
        """Give the variable for a secret; one value has one, whatever field it is in."""
        if value not in self.names:
            base = "_".join(words_of(name)) or "secret"
            base = base if base[0].isalpha() else f"secret_{base}"
            taken = set(self.names.values())
            options = (base, *(f"{base}_{number}" for number in range(2, len(taken) + 3)))
            self.names[value] = next(option for option in options if option not in taken)
        return self.names[value]


def environment_name(variable: str) -> str:
    """Give the environment variable that holds a secret."""
    return f"PARITY_{variable.upper()}"


def is_secret(slot: Slot) -> bool:
    """Tell whether a value of a request may not be written down."""
    value = str(slot.value)
    kind = slot.place[0]
    if not value or kind == "path":
        return _is_token(value)
    words = "_".join(words_of(slot.name))
    if kind == "header":
        return slot.name.lower() in _AUTHORIZATION or is_csrf(slot.name) or _is_token(value)
    if _CLIENT_MADE.search(words):
        return False
    named = any(_NAMES.fullmatch(part) for part in _parts(words))
    return named or is_csrf(slot.name) or _is_token(value)


def is_secret_cookie(name: str, value: str) -> bool:
    """Tell whether a cookie is more than a choice, such as `theme=dark`."""
    words = "_".join(words_of(name))
    named = any(map(_NAMES.fullmatch, _parts(words))) or is_csrf(name) or "sess" in name.lower()
    return named or not _CHOICE.fullmatch(value)


def _parts(words: str) -> list[str]:
    """Give the words of a name and the pairs of neighbours, so that `api_key` is found."""
    single = words.split("_")
    return single + [f"{a}_{b}" for a, b in pairwise(single)]


def _is_token(value: str) -> bool:
    if _UUID.fullmatch(value):
        return False
    return any(is_signed(word) or kind_of(word) == "mixed" for word in value.split())
