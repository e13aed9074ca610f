"""Which values are opaque: made by chance or signed, so that two of them rightly differ.

The rules are strict, since what passes for opaque is compared by its place only. Two
texts are taken apart into *pieces* (tokens and what lies between them). They are alike
when everything between tokens is equal and every pair of unequal tokens has the same
kind, the same alphabet, the same length and hardly a character in common.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter

Pair = tuple[str, str]

_PIECE = re.compile(r"[\w-]+", re.ASCII)
_DOTTED = re.compile(r"\.?[\w=-]+(?:\.[\w=-]+)+", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HEX = re.compile(r"(?=.*[0-9])(?=.*[a-f])[0-9a-f]{16,}|(?=.*[0-9])(?=.*[A-F])[0-9A-F]{16,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")

_SHORTEST = 16
_SHORTEST_SIGNATURE = 27  # SHA-1 in base64, as itsdangerous and Flask sign
_LONGEST_TIMESTAMP = 8


def pairs_between(control: str, candidate: str) -> list[Pair] | None:
    """Give the pairs of tokens that must stand for each other; None if the texts differ."""
    if control == candidate:
        return [(token, token) for token in _opaque_tokens(control)]
    ours, theirs = _pieces(control), _pieces(candidate)
    if len(ours) != len(theirs):
        return None
    pairs = []
    for one, other in zip(ours, theirs, strict=True):
        if one == other:
            pairs += [(one, one)] if is_opaque(one) else []
        elif alike(one, other):
            pairs.append((one, other))
        else:
            return None
    return pairs


def alike(control: str, candidate: str) -> bool:
    """Tell whether two unequal tokens may stand for each other."""
    if is_signed(control) and is_signed(candidate):
        return _signed_alike(control, candidate)
    kind = kind_of(control)
    return (
        kind is not None
        and kind == kind_of(candidate)
        and len(control) == len(candidate)
        and 3 * sum(map(str.__eq__, control, candidate)) <= len(control)
    )


def is_opaque(token: str) -> bool:
    """Tell whether a token looks made by chance, or signed."""
    return len(token) >= _SHORTEST and (is_signed(token) or kind_of(token) is not None)


def kind_of(token: str) -> str | None:
    """Name the kind of a token made by chance; None for anything a person may have written."""
    if len(token) < _SHORTEST:
        return None
    if _UUID.fullmatch(token):
        return "uuid"
    if _HEX.fullmatch(token):
        return "hex"
    return "token" if _is_scrambled(token) else None


def is_signed(token: str) -> bool:
    """Tell whether a token is a signed one: dotted parts, the last long enough to sign."""
    parts = token.strip(".").split(".")
    return (
        len(parts) > 1 and len(parts[-1]) >= _SHORTEST_SIGNATURE and kind_of(parts[-1]) == "token"
    )


def _signed_alike(control: str, candidate: str) -> bool:
    """Compare signed tokens part by part: only payload and signature may differ.

    A payload that itsdangerous compresses is led by a dot and varies in length.
    """
    ours, theirs = (token.lstrip(".").split(".") for token in (control, candidate))
    if len(ours) != len(theirs):
        return False
    payload = len(ours) - (3 if len(ours) > 2 and len(ours[-2]) <= _LONGEST_TIMESTAMP else 2)
    return all(
        one == other
        or (at == payload and _payloads_alike(one, other))
        or (at == len(ours) - 1 and alike(one, other))
        for at, (one, other) in enumerate(zip(ours, theirs, strict=True))
    )


def _payloads_alike(control: str, candidate: str) -> bool:
    shorter, longer = sorted((len(control), len(candidate)))
    return shorter >= _SHORTEST and longer - shorter <= max(8, shorter // 8)


def _is_scrambled(token: str) -> bool:
    """Tell random letters and digits from words, names, slugs, numbers and times.

    Chance mixes lower case, upper case and digits and changes between them all the time;
    people don't. The bounds fail about one token of 16 random base64 characters in 1,000,
    and none of 32.
    """
    classes = [_class_of(character) for character in token]
    counts = Counter(classes)
    letters_and_digits = {"lower", "upper", "digit"} & counts.keys()
    changes = sum(one != other for one, other in itertools.pairwise(classes))
    largest = 0.88 if "digit" in counts else 0.70
    return (
        len(letters_and_digits) > 1
        and max(counts.values()) <= largest * len(token)
        and counts["digit"] <= 0.60 * len(token)
        and changes >= 0.20 * (len(token) - 1)
    )


def _class_of(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isalpha():
        return "upper" if character.isupper() else "lower"
    return "other"


def _opaque_tokens(text: str) -> list[str]:
    if len(text) < _SHORTEST:
        return []
    return [piece for piece in _pieces(text) if is_opaque(piece)]


def _pieces(text: str) -> list[str]:
    """Take a text apart into signed tokens, words, and what is between; joined, they are it."""
    if _BASE64.fullmatch(text) and len(text) % 4 == 0:
        return [text]
    pieces: list[str] = []
    end = 0
    for dotted in _DOTTED.finditer(text):
        if is_signed(dotted.group()):
            pieces += [*_words(text[end : dotted.start()]), dotted.group()]
            end = dotted.end()
    return pieces + _words(text[end:])


def _words(text: str) -> list[str]:
    pieces: list[str] = []
    end = 0
    for word in _PIECE.finditer(text):
        pieces += [text[end : word.start()], word.group()]
        end = word.end()
    return [*pieces, text[end:]]
