"""The cohort of a subject: which of 10,000 stable buckets a person falls into."""

from __future__ import annotations

from hashlib import blake2b

from gateway.table import COHORTS, Split


def bucket(salt: str, subject: str) -> int:
    """Return the cohort, 0 to 9999, of a subject under a salt: the same on every route."""
    # The length keeps ("a", "bc") and ("ab", "c") apart.
    text = f"{len(salt)}:{salt}{subject}".encode("utf-8", "surrogateescape")
    return int.from_bytes(blake2b(text, digest_size=8).digest()) % COHORTS


def choose(split: Split, last: str, cohort: int) -> str:
    """Return the backend that a split gives to a cohort; `last` takes the cohorts at the end.

    With the table's default last, raising another backend's weight moves people only away from
    the default, never back to it.
    """
    order = sorted(split.shares, key=lambda name: name == last)
    upper = 0
    for name in order:
        upper += split.shares[name]
        if cohort < upper:
            return name
    return order[-1]
