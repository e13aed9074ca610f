"""Which values are opaque: made by chance or signed, so that two of them rightly differ.

The rules are strict, since what passes for opaque is compared by its place only. Two unequal
tokens are alike if they are of the same kind and the same length and have hardly a character in
common. The length of a signed token's payload may vary, since it may be compressed, or is JSON,
which is compared by itself.
"""

from __future__ import annotations

import json
import re
import zlib
from base64 import urlsafe_b64decode
from functools import lru_cache
from typing import Any

_REMEMBERED = 1024
SHORTEST = 16
"""What is shorter is never opaque."""

_SHORTEST_SIGNATURE = 27  # SHA-1 in base64, as itsdangerous and Flask sign
_LONGEST_TIMESTAMP = 8

_PASSWORD_HASH = re.compile(r"[^\s$]*(?:\$[^\s$]+){2,5}")
_LONG_LOWER_RUN = re.compile(r"[a-z]{4,}")
_KINDS = {
    "uuid": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "UUID": re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}"),
    "hex": re.compile(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{16,}"),
    "HEX": re.compile(r"(?=.*\d)(?=.*[A-F])[0-9A-F]{16,}"),
    "base32": re.compile(r"(?=.*\d)[A-Z2-7]{16,}"),
    "lower": re.compile(r"(?=.*\d)[a-z0-9]{24,}"),  # longer than words, even long ones
}


@lru_cache(_REMEMBERED)
def is_opaque(token: str) -> bool:
    """Tell whether a token looks made by chance, or signed."""
    if len(token) < SHORTEST:
        return False
    return kind_of(token) is not None or is_signed(token) or is_password_hash(token)


def alike(control: str, candidate: str) -> bool:
    """Tell whether two unequal tokens may stand for each other."""
    for test, compare in ((is_signed, _signed_alike), (is_password_hash, _hashes_alike)):
        if test(control) and test(candidate):
            return compare(control, candidate)
    kind = kind_of(control)
    if kind is None or kind != kind_of(candidate) or len(control) != len(candidate):
        return False
    # Two hexadecimal digits agree by chance once in 16, two UUIDs made at once for long parts.
    share = {"uuid": 1.0, "hex": 1 / 2}.get(kind.lower(), 1 / 3)
    return sum(map(str.__eq__, control, candidate)) <= share * len(control)


def kind_of(token: str) -> str | None:
    """Name the kind of a token made by chance; None for anything a person may have written."""
    if len(token) < SHORTEST:
        return None
    for kind, pattern in _KINDS.items():
        if pattern.fullmatch(token):
            return kind
    return "mixed" if _is_scrambled(token) else None


def _is_scrambled(token: str) -> bool:
    """Tell random letters and digits from words, names, slugs and constants.

    Chance mixes upper and lower case and changes between classes at two of three steps;
    people write words, which are runs of lower case. Of 10,000 pairs of random base64 tokens,
    17 of 16 characters fail this, three of 22, and none of 43.
    """
    classes = list(map(_class_of, token))
    changes = sum(map(str.__ne__, classes, classes[1:]))
    in_words = sum(map(len, _LONG_LOWER_RUN.findall(token)))
    return (
        {"lower", "upper"} <= set(classes)
        and changes >= 0.20 * (len(token) - 1)
        and in_words <= 0.75 * len(token)
    )


@lru_cache(_REMEMBERED)
def _class_of(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isalpha():
        return "upper" if character.isupper() else "lower"
    return "other"


# Tokens with parts.


def is_signed(token: str) -> bool:
    """Tell whether a token is a signed one: dotted parts, the last long enough to sign.

    A part that carries JSON, as itsdangerous and JWT write it, is proof; else the last must
    look made by chance.
    """
    *carried, signature = token.lstrip(".").split(".")
    return (
        len(signature) >= _SHORTEST_SIGNATURE
        and bool(carried)
        and (any(map(_carries_json, carried)) or kind_of(signature) is not None)
    )


def _carries_json(part: str) -> bool:
    return len(part) >= SHORTEST and _read_json(part) is not None


def _read_json(part: str) -> Any:
    try:
        content = urlsafe_b64decode(part + "=" * (-len(part) % 4))
        return json.loads(zlib.decompress(content) if content[:1] == b"x" else content)
    except (ValueError, zlib.error):
        return None


def content_of(token: str) -> Any:
    """Give the JSON that a signed token carries; None for a token of another kind."""
    if not is_signed(token):
        return None
    parts = token.lstrip(".").split(".")
    return _read_json(parts[_payload_at(parts)])


def _payload_at(parts: list[str]) -> int:
    timed = len(parts) > 2 and len(parts[-2]) <= _LONGEST_TIMESTAMP
    return len(parts) - (3 if timed else 2)


def is_password_hash(token: str) -> bool:
    """Tell whether a token is a password hash: method, salt and digest between `$`."""
    if "$" not in token or not _PASSWORD_HASH.fullmatch(token):
        return False
    digest = token.rpartition("$")[2]
    return len(digest) >= _SHORTEST_SIGNATURE and kind_of(digest) is not None


def _signed_alike(control: str, candidate: str) -> bool:
    """Compare signed tokens part by part: only payload and signature may differ.

    itsdangerous leads a compressed payload with a dot.
    """
    ours, theirs = (token.lstrip(".").split(".") for token in (control, candidate))
    payload = _payload_at(ours)
    return (
        len(ours) == len(theirs)
        and ours[:payload] == theirs[:payload]
        and ours[payload + 1 : -1] == theirs[payload + 1 : -1]
        and _payloads_alike(ours[payload], theirs[payload])
        and len(ours[-1]) == len(theirs[-1])
    )


def _payloads_alike(control: str, candidate: str) -> bool:
    shorter, longer = sorted((len(control), len(candidate)))
    if None not in (_read_json(control), _read_json(candidate)):
        return True  # what they carry is compared by itself
    return control == candidate or (
        shorter >= SHORTEST and longer - shorter <= max(8, shorter // 8)
    )


def _hashes_alike(control: str, candidate: str) -> bool:
    """Compare password hashes part by part: only salt and digest may differ."""
    *method, salt, digest = control.split("$")
    *their_method, their_salt, their_digest = candidate.split("$")
    return (
        method == their_method
        and len(salt) == len(their_salt)
        and (digest == their_digest or alike(digest, their_digest))
    )
