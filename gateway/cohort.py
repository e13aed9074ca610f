"""The cohort of a subject: which of 10,000 stable buckets a person falls into."""

from __future__ import annotations

from hashlib import blake2b

from gateway.table import COHORTS, Split


def bucket(salt: str, subject: str) -> int:
    """Return the cohort, 0 to 9999, of a subject under a salt: the same on every route."""
    # The length keeps ("a", "bc") and ("ab", "c") apart.
    text = f"{len(salt)}:{salt}{subject}".encode("utf-8", "surrogateescape")
    return int.from_bytes(blake2b(text, digest_size=8).digest()) % COHORTS


def choose(split: Split, cohort: int) -> str:
    """Return the backend that a split gives to a cohort.

    Backends take their cohorts in the order of their names, whatever their order in the file and
    whichever is the default. Raising one weight at another one's cost takes nobody to that one.
    """
    upper = 0
    for name in sorted(split.shares):
        upper += split.shares[name]
        if cohort < upper:
            return name
    raise ValueError(f"There is no cohort {cohort} in {split}.")


def choose_for_nobody(split: Split, default: str) -> str:
    """Return the backend for requests that can't be told apart: the default, if it has a share."""
    shares = split.shares
    return default if shares.get(default) else max(sorted(shares), key=lambda name: shares[name])
