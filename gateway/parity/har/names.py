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
from itertools import pairwise

_ID_WORDS = {"id", "ids", "uuid", "guid", "pk", "oid"}
_SHORTEST_TELLING = 8
_TELLING_BITS = 40
_TOKEN = re.compile(r"[\w.~+/=:-]+", re.ASCII)
_WORD_RUN = re.compile(r"[a-z]{5,}|[A-Z]{5,}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d[./-]\d\d[./-]\d{4}|[\d.:]+")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.]*(?:Z|[+-]\d\d:?\d\d)?")
_ALPHABETS = (
    (10, re.compile(r"\d+")),
    (16, re.compile(r"[\da-f-]+|[\dA-F-]+")),
    (36, re.compile(r"[\da-z_-]+|[\dA-Z_-]+")),
)
_ID = re.compile(r"[\w~-]{1,64}", re.ASCII)
_VERSION = re.compile(r"v\d{1,2}$")
_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
_PAGING = frozenset({
    "page", "per_page", "p", "limit", "offset", "size", "page_size", "start", "count", "skip",
    "from", "to", "year", "month", "day", "week", "q", "query", "sort", "order", "v", "version",
})  # fmt: skip
_CSRF = re.compile(
    r"csrf|xsrf|authenticity_?token|^_token$|requestverificationtoken", re.IGNORECASE
)


def is_telling(value: str) -> bool:
    """Tell whether a value can stand in two places only for being the same one."""
    if len(value) < _SHORTEST_TELLING or not _TOKEN.fullmatch(value):
        return False
    if _INSTANT.fullmatch(value):
        return True
    if not any(map(str.isdigit, value)) or (_DATE.fullmatch(value) and not value.isdigit()):
        return len(value) >= 2 * _SHORTEST_TELLING and _is_scrambled(value)
    # What is left once the words are out, since `attachment-2026` is a name.
    rest = len(value) - sum(map(len, _WORD_RUN.findall(value)))
    return rest * math.log2(_alphabet(value)) >= _TELLING_BITS


def _alphabet(value: str) -> int:
    return next((size for size, pattern in _ALPHABETS if pattern.fullmatch(value)), 62)


def _is_scrambled(value: str) -> bool:
    """Tell letters made by chance from words: they change case again and again."""
    changes = sum(a.isupper() != b.isupper() for a, b in pairwise(value))
    return value.isascii() and value.isalpha() and changes >= len(value) / 4


def is_id(value: str) -> bool:
    """Tell whether a value may be an id, where its place says that it is one."""
    return bool(_ID.fullmatch(value)) and any(map(str.isdigit, value)) and not _VERSION.match(value)


def is_csrf(name: str) -> bool:
    """Tell whether a field, header, cookie or member carries a CSRF token."""
    return bool(_CSRF.search(name))


def is_paging(name: str) -> bool:
    """Tell whether a name in an address is of a page, a range or an order, and so of no thing."""
    return "_".join(words_of(name)) in _PAGING


def words_of(name: str) -> list[str]:
    """Take a name apart: camelCase, snake_case, kebab-case."""
    return [word for word in re.split(r"[\W_]+", _CAMEL.sub("_", name).lower()) if word]


def thing_of(name: str) -> str | None:
    """Name the thing that a field is an id of: `conversation` for `conversation_id`.

    The empty text means that it is an id of what is told elsewhere; None, that it is no id.
    """
    *words, last = words_of(name) or [""]
    return singular("_".join(words)) if last in _ID_WORDS else None


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
