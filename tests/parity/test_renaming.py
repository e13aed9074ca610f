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


def inserted(table, key, **values):
    return Effect(table, (key,), "inserted", {"id": key, **values})


def compared(ours, theirs, body=(None, None), renaming=None):
    """Compare two answers with what they inserted."""
    control, candidate = (
        Observation(Answer(200, {}, (), Body("json", tree)), tuple(effects))
        for tree, effects in zip(body, (ours, theirs), strict=True)
    )
    return compare(control, candidate, renaming or Renaming()).differences


def test_keys_that_were_counted_otherwise_stand_for_each_other():
    ours = [inserted("note", 7, title="x"), inserted("tag", 3, note_id=7)]
    theirs = [inserted("note", 1007, title="x"), inserted("tag", 30, note_id=1007)]
    bodies = [
        {"id": n, "url": f"/conversations/{n}", "etag": f"{n}-1"}  # 16 characters, as base64 has
        for n in (7, 1007)
    ]
    assert not compared(ours, theirs, bodies)


def test_row_that_was_counted_otherwise_is_found_again_when_it_changes():
    renaming = Renaming()
    compared([inserted("note", 7)], [inserted("note", 1007)], renaming=renaming)
    ours, theirs = (Effect("note", (key,), "deleted", {}) for key in (7, 1007))
    assert not compared([ours], [theirs], renaming=renaming)
    assert compared([ours], [Effect("note", (7,), "deleted", {})], renaming=renaming)


def test_key_that_stands_for_another_row_is_a_difference():
    ours = [inserted("note", 7, title="x"), inserted("note", 8, title="y")]
    theirs = [inserted("note", 1008, title="y"), inserted("note", 1007, title="x")]
    assert not compared(ours, theirs, [{"id": 7}, {"id": 1007}])
    assert compared(ours, theirs, [{"id": 7}, {"id": 1008}])


def test_number_that_is_no_key_is_a_difference():
    assert compared([inserted("note", 7, seen=1)], [inserted("note", 7, seen=2)])
    assert compared([inserted("note", 7)], [inserted("note", 1007)], [{"n": 6}, {"n": 1006}])


def test_column_of_a_row_that_was_counted_otherwise_is_compared():
    [found] = compared([inserted("note", 7, title="x")], [inserted("note", 1007, title="z")])
    assert (found.place, found.candidate) == ("note[7].title", "z")


def test_row_that_is_missing_is_told_of_among_counted_ones():
    ours = [inserted("note", 7, title="x"), inserted("note", 8, title="y")]
    [found] = compared(ours, [inserted("note", 7, title="y")])
    assert (found.place, found.candidate) == ("note[7]", "(nothing)")
