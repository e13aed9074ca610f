"""Which values say what they are: tokens by their looks, ids by the thing they are ids of.

A value that a response gave and a later request sends may be the same one by chance: there
are many ones and twos in a session. So only two kinds of value are carried over.

- A **telling** value is long and mixed enough that it is nowhere by chance: a token, a UUID, a
  hash, a long number, an instant to the second. It is known wherever it stands.
- An **id** is known only where its name says what it is an id of, its *thing*: the member
  `conversation_id`, the member `id` of what `/conversations` answers, the segment after
  `/conversations/` in an address. A response must give, and a request send, an id of one thing.

Truth values, null, words, dates and sums of money are neither.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from gateway.parity.opaque import is_opaque, kind_of

_ID_WORDS = {"id", "ids", "uuid", "guid", "pk", "oid"}
_TELLING_BITS = 40
_TOKEN = re.compile(r"[\w.~+/=:-]{8,}", re.ASCII)
_PIECE = re.compile(r"[A-Za-z\d]+")
_WORD_RUN = re.compile(r"[A-Z]?[a-z]{4,}|[A-Z]{5,}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.]*(?:Z|[+-]\d\d:?\d\d)?")
_UUID = re.compile(r"[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}")
_ALPHABETS = (
    (10, re.compile(r"\d+")),
    (16, re.compile(r"[\da-f]+|[\dA-F]+")),
    (36, re.compile(r"[\da-z]+|[\dA-Z]+")),
)
_ID = re.compile(r"[\w~-]{1,64}", re.ASCII)
_VERSION = re.compile(r"v\d{1,2}$")
_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
_PAGING = frozenset({
    "page", "per_page", "p", "limit", "offset", "size", "page_size", "start", "count", "skip",
    "from", "to", "year", "month", "day", "week", "q", "query", "sort", "v", "version",
})  # fmt: skip
_CSRF = re.compile(
    r"csrf|xsrf|authenticity_?token|^_token$|requestverificationtoken", re.IGNORECASE
)


def is_telling(value: str) -> bool:
    """Tell whether a value can stand in two places only for being the same one."""
    if _INSTANT.fullmatch(value) or _UUID.fullmatch(value):
        return True
    if not _TOKEN.fullmatch(value):
        return False
    if is_opaque(value.rstrip("=")):
        return True
    pieces = _PIECE.findall(value)
    # The digits of a date or an address add up to nothing; those of one long number do.
    numbers = max((_bits(piece) for piece in pieces if piece.isdigit()), default=0)
    mixed = sum(_bits(piece) for piece in pieces if not piece.isdigit())
    return max(numbers, mixed) >= _TELLING_BITS


def _bits(piece: str) -> float:
    """Guess how many bits of chance are in a piece; none in a word."""
    if piece.isalpha() and kind_of(piece) is None:
        return 0
    # Words beside digits say nothing either: `visitors2026` is a name.
    left = len(piece) - sum(map(len, _WORD_RUN.findall(piece)))
    return left * math.log2(_alphabet(piece))


def _alphabet(value: str) -> int:
    return next((size for size, pattern in _ALPHABETS if pattern.fullmatch(value)), 62)


def is_id(value: str) -> bool:
    """Tell whether a value may be an id, where its place says that it is one."""
    return bool(_ID.fullmatch(value)) and any(map(str.isdigit, value)) and not _VERSION.match(value)


@lru_cache(maxsize=4096)
def is_csrf(name: str) -> bool:
    """Tell whether a field, header, cookie or member carries a CSRF token."""
    return bool(_CSRF.search(name))


def is_paging(name: str) -> bool:
    """Tell whether a name in an address is of a page, a range or an order, and so of no thing."""
    return "_".join(words_of(name)) in _PAGING


def words_of(name: str) -> list[str]:
    """Take a name apart: camelCase, snake_case, kebab-case."""
    return [word for word in re.split(r"[\W_]+", _CAMEL.sub("_", name).lower()) if word]


@lru_cache(maxsize=4096)
def thing_of(name: str) -> str | None:
    """Name the thing that a field is an id of: `conversation` for `conversation_id`.

    The empty text means that it is an id of what is told elsewhere; None, that it is no id.
    """
    *words, last = words_of(name) or [""]
    return singular("_".join(words)) if last in _ID_WORDS else None


@lru_cache(maxsize=4096)
def singular(word: str) -> str:
    """Give the singular of an English noun, well enough to compare with."""
    for end, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch")):
        if word.endswith(end) and len(word) > len(end) + 1:
            return word.removesuffix(end) + instead
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def things_of_path(path: str) -> tuple[str, ...]:
    """Name the things that a path speaks of, the last one first."""
    words = [part for part in path.split("/") if part and not is_id(part)]
    return tuple(singular("_".join(words_of(word))) for word in reversed(words))
