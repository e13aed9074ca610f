"""One token of control stands for one of candidate, everywhere."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from gateway.effects import Effect
from gateway.parity.canonical import Answer, Body
from gateway.parity.compare import Observation, compare
from gateway.parity.renaming import DIFFERENT, Renaming

A, B, C, D = (hashlib.md5(bytes([n])).hexdigest() for n in range(4))


def test_pair_is_kept():
    renaming = Renaming()
    assert renaming.match(A, B) is None
    assert renaming.match(f"again {A}", f"again {B}") is None


def test_one_token_can_not_stand_for_two():
    renaming = Renaming()
    renaming.match(A, B)
    assert renaming.match(A, C) == f"control's {A} stood for {B} before"


def test_two_tokens_can_not_stand_for_one():
    renaming = Renaming()
    renaming.match(A, B)
    assert renaming.match(C, B) == f"candidate's {B} stood for {A} before"


def test_equal_token_stands_for_itself():
    renaming = Renaming()
    assert renaming.match(A, A) is None
    assert renaming.match(A, B) == f"control's {A} stood for {A} before"


def test_conflict_within_one_text_is_found():
    assert Renaming().match(f"{A} {A}", f"{B} {C}") == f"control's {A} stood for {B} before"


def test_conflict_binds_nothing():
    renaming = Renaming()
    renaming.match(A, B)
    renaming.match(f"{C} {A}", f"{D} {D}")
    assert renaming.match(C, C) is None


def test_texts_that_differ_are_told_from_conflicts():
    assert Renaming().match("yes", "no") == DIFFERENT


def test_asking_binds_nothing():
    renaming = Renaming()
    assert renaming.would_match(A, B)
    assert renaming.match(A, C) is None


def observation(body, header, row):
    """Something that shows tokens in a body, a header and a row."""
    answer = Answer(200, {"etag": f'"{header}"'}, (), Body("json", body))
    return Observation(answer, (Effect("note", (1,), "inserted", {"token": row}),))


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=8),
    st.integers(0, 5),
    st.integers(0, 5),
    st.permutations(range(6)),
)
def test_any_injective_renaming_is_silent(body, header, row, order):
    ours = [hashlib.sha256(f"control {n}".encode()).hexdigest() for n in range(6)]
    theirs = [hashlib.sha256(f"candidate {n}".encode()).hexdigest() for n in order]

    control = observation([ours[n] for n in body], ours[header], ours[row])
    candidate = observation([theirs[n] for n in body], theirs[header], theirs[row])

    assert compare(control, candidate, Renaming()).differences == ()


@given(st.lists(st.integers(0, 5), min_size=2, max_size=8, unique=True), st.data())
def test_any_renaming_that_is_not_injective_is_found(body, data):
    ours = [hashlib.sha256(f"control {n}".encode()).hexdigest() for n in range(6)]
    theirs = [hashlib.sha256(f"candidate {n}".encode()).hexdigest() for n in range(6)]
    one, other = data.draw(st.permutations(body))[:2]
    theirs[other] = theirs[one]

    control = observation([ours[n] for n in body], ours[0], ours[0])
    candidate = observation([theirs[n] for n in body], theirs[0], theirs[0])

    assert len(compare(control, candidate, Renaming()).differences) >= 1


def test_row_key_made_by_chance_is_paired():
    effects = [(Effect("t", (key,), "inserted", {"id": key, "n": 1}),) for key in (A, B)]
    answer = Answer(200, {}, (), Body("none"))
    ours, theirs = (Observation(answer, effect) for effect in effects)
    assert compare(ours, theirs, Renaming()).differences == ()
