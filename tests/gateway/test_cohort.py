"""Splits: stable, fair, and never moving anybody back."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.cohort import bucket, choose
from gateway.table import COHORTS, Split


def split(**percent: float) -> Split:
    return Split(shares={name: round(share * 100) for name, share in percent.items()})


def test_cohorts_are_evenly_filled():
    counts = [0] * 10
    for subject in range(20_000):
        counts[bucket("salt", str(subject)) // 1000] += 1

    # Chi-squared with nine degrees of freedom: above 27.9 once in a thousand fair hashes.
    assert sum((count - 2000) ** 2 / 2000 for count in counts) < 27.9


@given(st.text(), st.text())
def test_cohort_is_stable_and_in_range(salt, subject):
    assert 0 <= bucket(salt, subject) == bucket(salt, subject) < COHORTS


def test_salt_reshuffles():
    assert [bucket("a", str(n)) for n in range(9)] != [bucket("b", str(n)) for n in range(9)]


@given(st.integers(0, COHORTS - 1), st.integers(0, 100), st.integers(0, 100))
def test_raising_a_weight_moves_nobody_back(cohort, one, other):
    low, high = sorted((one, other))
    before = choose(split(legacy=100 - low, modern=low), "legacy", cohort)
    after = choose(split(legacy=100 - high, modern=high), "legacy", cohort)

    assert (before, after) != ("modern", "legacy")


@given(st.integers(0, COHORTS - 1))
def test_zero_moves_everybody(cohort):
    assert choose(split(modern=0, legacy=100), "legacy", cohort) == "legacy"
    assert choose(split(modern=100, legacy=0), "legacy", cohort) == "modern"


def test_shares_are_what_was_asked_for():
    chosen = [choose(split(legacy=70, modern=12.5, next=17.5), "legacy", c) for c in range(COHORTS)]

    assert [chosen.count(name) for name in ("legacy", "modern", "next")] == [7000, 1250, 1750]
