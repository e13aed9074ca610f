"""Two texts → the pairs of opaque tokens in them that must stand for each other.

Texts are taken apart into tokens and what lies between them. They agree when all that lies between
is equal, and every two unequal tokens are alike. A signed token that carries JSON, as the cookies
of sessions do, is compared by that, value by value.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import repeat
from typing import TYPE_CHECKING, Any

from gateway.parity.opaque import (
    SHORTEST,
    alike,
    content_of,
    is_opaque,
    is_password_hash,
    is_signed,
    kind_of,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

Pair = tuple[str, str]

_REMEMBERED = 1024

_NUMBER = re.compile(r"([0-9]+)")
_WORD = re.compile(r"[\w-]+", re.ASCII)
# Only at the beginning of a word, else a long one without a dot would be tried from each letter.
_DOTTED = re.compile(r"(?<![\w-])\.?[\w-]+=*(?:\.[\w-]+=*)+", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")


def pairs_between(control: str, candidate: str, numbers: Container[Pair] = ()) -> list[Pair] | None:
    """Give the pairs of tokens that must stand for each other; None if the texts differ.

    `numbers` are pairs of numbers that are known to stand for each other.
    """
    if control == candidate:
        return [(token, token) for token in _opaque_tokens(control)]
    ours, theirs = pieces(control), pieces(candidate)
    if len(ours) != len(theirs):
        return None
    pairs = []
    for one, other in zip(ours, theirs, strict=True):
        if one == other:
            pairs += [(one, one)] if is_opaque(one) else []
        elif alike(one, other) and (carried := _pairs_carried(one, other, numbers)) is not None:
            pairs += [(one, other), *carried]
        elif numbers and _same_numbers(one, other, numbers):
            continue
        else:
            return None
    return pairs


def _same_numbers(control: str, candidate: str, numbers: Container[Pair]) -> bool:
    ours, theirs = (_NUMBER.split(token) for token in (control, candidate))
    return len(ours) == len(theirs) and all(
        pair[0] == pair[1] or pair in numbers for pair in zip(ours, theirs, strict=True)
    )


def _pairs_carried(control: str, candidate: str, numbers: Container[Pair]) -> list[Pair] | None:
    """Give the pairs inside what two unequal tokens carry; None if that differs."""
    ours, theirs = content_of(control), content_of(candidate)
    return [] if ours is theirs is None else _pairs_of_trees(ours, theirs, numbers)


def _pairs_of_trees(control: Any, candidate: Any, numbers: Container[Pair]) -> list[Pair] | None:
    """Give the pairs in two pieces of JSON; None if they differ."""
    if type(control) is not type(candidate):
        return None
    if isinstance(control, str):
        return pairs_between(control, candidate, numbers)
    if isinstance(control, dict) and len(control) == len(candidate):
        names = _names_between(control, candidate, numbers)
        return _joined(
            _pairs_of_trees([ours, control[ours]], [theirs, candidate[theirs]], numbers)
            for ours, theirs in names
        )
    if isinstance(control, list) and len(control) == len(candidate):
        return _joined(map(_pairs_of_trees, control, candidate, repeat(numbers)))
    return [] if control == candidate or (str(control), str(candidate)) in numbers else None


def _names_between(
    control: dict[str, Any], candidate: dict[str, Any], numbers: Container[Pair]
) -> Iterable[Pair]:
    """Pair the names of members; those first that must stand for another one."""
    left = list(candidate)
    for name in sorted(control, key=lambda name: name in candidate):
        alike_ones = (n for n in left if pairs_between(name, n, numbers) is not None)
        theirs = name if name in left else next(alike_ones, left[0])
        left.remove(theirs)
        yield name, theirs


def _joined(found: Iterable[list[Pair] | None]) -> list[Pair] | None:
    pairs: list[Pair] = []
    for each in found:
        if each is None:
            return None
        pairs += each
    return pairs


# Most texts of a response, such as its headers, come again with the next one.
@lru_cache(_REMEMBERED)
def _opaque_tokens(text: str) -> tuple[str, ...]:
    if len(text) < SHORTEST:
        return ()
    return tuple(piece for piece in pieces(text) if is_opaque(piece))


@lru_cache(_REMEMBERED)
def pieces(text: str) -> Sequence[str]:
    """Take a text apart into tokens and what is between; joined again, they are the text."""
    if is_password_hash(text) or _is_base64(text):
        return ["", text, ""]
    found: list[str] = []
    end = 0
    for dotted in _DOTTED.finditer(text):
        if is_signed(dotted.group()):
            found += [*_words(text[end : dotted.start()]), dotted.group()]
            end = dotted.end()
    return found + _words(text[end:])


def _is_base64(text: str) -> bool:
    # A path may be spelled like base64: /conversations/8.
    return len(text) % 4 == 0 and bool(_BASE64.fullmatch(text)) and kind_of(text) is not None


def _words(text: str) -> list[str]:
    found: list[str] = []
    end = 0
    for word in _WORD.finditer(text):
        found += [text[end : word.start()], word.group()]
        end = word.end()
    return [*found, text[end:]]
