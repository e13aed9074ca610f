"""Splits: stable, fair, and never moving anybody back."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cohort import bucket, choose, choose_for_nobody
from gateway.table import COHORTS, Split

SUBJECTS = 100_000
KINDS: dict[str, Callable[[int], str]] = {
    "numbers": str,
    "addresses": lambda n: f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}",
    "mails": lambda n: f"user{n}@example.org",
    "tokens": lambda n: f"{n * 2654435761 % 2**64:016x}",
}
cohorts = st.integers(0, COHORTS - 1)
shares = st.integers(0, COHORTS)


def split(**percent: float) -> Split:
    return Split(shares={name: round(share * 100) for name, share in percent.items()})


@cache
def buckets(kind: str) -> list[int]:
    return [bucket("salt", KINDS[kind](n)) for n in range(SUBJECTS)]


# Above `most` once in a thousand fair hashes: chi-squared with a degree of freedom less than bins.
@pytest.mark.parametrize(("bins", "most"), [(10, 27.9), (100, 148.3), (COHORTS, 10_440)])
@pytest.mark.parametrize("kind", KINDS)
def test_cohorts_are_evenly_filled(kind, bins, most):
    counts = Counter(cohort * bins // COHORTS for cohort in buckets(kind))
    fair = SUBJECTS / bins

    assert sum((counts[number] - fair) ** 2 / fair for number in range(bins)) < most


@given(st.text(), st.text())
def test_cohort_is_stable_and_in_range(salt, subject):
    assert 0 <= bucket(salt, subject) == bucket(salt, subject) < COHORTS


def test_cohort_is_the_same_in_every_process_and_release():
    program = "from gateway.cohort import bucket; print(bucket('', 'ada'), bucket('2026-11', 'é'))"
    told = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]

    assert {done.stdout for done in told} == {"9266 2050\n"}


def test_salt_reshuffles():
    pairs = [(bucket("a", str(n)), bucket("b", str(n))) for n in range(10_000)]

    # As many are in the same half as chance would have it, within four deviations.
    same = sum((one < COHORTS / 2) == (other < COHORTS / 2) for one, other in pairs)
    assert abs(same - 5_000) < 200


def test_salt_and_subject_are_told_apart():
    assert bucket("a", "bc") != bucket("ab", "c")


@given(cohorts, shares, shares, shares)
def test_raising_a_weight_moves_nobody_back(cohort, one, other, third):
    """Two decimals, and a third backend that keeps what it has."""
    kept = min(third, COHORTS - max(one, other))
    low, high = (
        Split(shares={"modern": share, "next": kept, "legacy": COHORTS - kept - share})
        for share in sorted((one, other))
    )
    before, after = choose(low, cohort), choose(high, cohort)

    assert after != "legacy" or before == "legacy"


@given(cohorts, shares, shares)
def test_what_one_route_gives_to_modern_another_with_more_weight_gives_too(cohort, one, other):
    low, high = (
        Split(shares={"modern": share, "legacy": COHORTS - share}) for share in sorted((one, other))
    )

    assert choose(low, cohort) == "legacy" or choose(high, cohort) == "modern"


@given(cohorts)
def test_the_order_in_the_file_moves_nobody(cohort):
    weights = [("legacy", 7000), ("modern", 1000), ("next", 2000)]
    splits = [Split(shares=dict(order)) for order in permutations(weights)]

    assert len({choose(split, cohort) for split in splits}) == 1


@given(cohorts)
def test_zero_moves_everybody(cohort):
    assert choose(split(modern=0, legacy=100), cohort) == "legacy"
    assert choose(split(modern=100, legacy=0), cohort) == "modern"


def test_shares_are_what_was_asked_for():
    chosen = [choose(split(legacy=70, modern=12.5, next=17.5), c) for c in range(COHORTS)]

    assert [chosen.count(name) for name in ("legacy", "modern", "next")] == [7000, 1250, 1750]


def test_a_tenth_of_the_subjects_is_a_tenth():
    chosen = Counter(choose(split(legacy=90, modern=10), c) for c in buckets("numbers"))

    assert abs(chosen["modern"] - SUBJECTS / 10) < 4 * (SUBJECTS * 0.1 * 0.9) ** 0.5


def test_who_can_not_be_told_apart_gets_the_default_or_else_the_largest_share():
    assert choose_for_nobody(split(legacy=1, modern=99), "legacy") == "legacy"
    assert choose_for_nobody(split(modern=40, next=60), "legacy") == "next"
    assert choose_for_nobody(split(legacy=0, modern=50, next=50), "legacy") == "modern"
