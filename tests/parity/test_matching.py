"""Items and names that stand for others belong together, and what is wrong with them is found."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from gateway.parity.accepted import AcceptedDifferences
from gateway.parity.canonical import Answer, Body
from gateway.parity.compare import Observation, compare
from gateway.parity.noise import Noise
from gateway.parity.renaming import Renaming
from gateway.parity.values import Values

IN_ANY_ORDER = Noise(unordered=frozenset([""]))


def token(side, number):
    """A token that stands for the one of this number on the other side."""
    return hashlib.md5(f"{side} {number}".encode()).hexdigest()


def renaming(*keys):
    """A renaming that knows pairs of keys of inserted rows."""
    made = Renaming()
    for ours, theirs in keys:
        made.learn_key("thing", (ours,), (theirs,))
    return made


def compared(control, candidate, known=None, noise=IN_ANY_ORDER):
    """Compare two bodies whose outermost list has no order."""
    ours, theirs = (
        Observation(Answer(200, {}, (), Body("json", tree))) for tree in (control, candidate)
    )
    return compare(ours, theirs, known or Renaming(), noise=noise)


def places(*arguments):
    """The places of the differences."""
    return [found.place for found in compared(*arguments).differences]


ITEMS = st.lists(
    st.fixed_dictionaries({
        "id": st.integers(0, 5), "parent": st.integers(0, 5), "title": st.sampled_from("ab")
    }),
    max_size=4,
)  # fmt: skip


def at_side(items, side):
    """The same items with the tokens of a side."""
    return [
        {**item, "id": token(side, item["id"]), "parent": token(side, item["parent"])}
        for item in items
    ]


@given(ITEMS, st.data())
def test_items_with_tokens_agree_in_any_order(items, data):
    shuffled = data.draw(st.permutations(items))
    assert places(at_side(items, "control"), at_side(shuffled, "candidate")) == []


@given(ITEMS.filter(bool), st.data())
def test_a_changed_item_is_found_in_any_order(items, data):
    shuffled = at_side(data.draw(st.permutations(items)), "candidate")
    shuffled[data.draw(st.integers(0, len(items) - 1))]["title"] = "c"
    assert places(at_side(items, "control"), shuffled) != []


def test_token_of_another_item_is_found_in_any_order():
    control = at_side([{"id": 1, "parent": 1}, {"id": 2, "parent": 2}], "control")
    candidate = at_side([{"id": 2, "parent": 2}, {"id": 1, "parent": 2}], "candidate")
    assert len(places(control, candidate)) == 1


def test_item_stands_for_the_one_whose_token_is_known():
    known = renaming()
    known.match(token("control", 1), token("candidate", 1))
    control, candidate = ([{"id": token(side, n)} for n in order] for side, order in
                          (("control", (1, 2)), ("candidate", (2, 1))))  # fmt: skip
    assert places(control, candidate, known) == []
    candidate[1] = {"id": token("candidate", 3)}
    assert places(control, candidate, known) == ["[0].id"]


def test_items_with_keys_of_inserted_rows_agree_in_any_order():
    known = renaming((3, 4), (4, 5))
    assert places([{"id": 3}, {"id": 4}], [{"id": 5}, {"id": 4}], known) == []
    assert places([{"id": 3}, {"id": 4}], [{"id": 5}, {"id": 6}], known) == ["[0].id"]


def test_search_for_what_can_not_be_matched_ends():
    control = at_side([{"id": n, "parent": n} for n in range(40)], "control")
    candidate = at_side([{"id": n, "parent": max(n, 1)} for n in range(39, -1, -1)], "candidate")
    assert places(control, candidate) == ["[39].parent"]


def test_long_list_is_matched_without_recursion():
    items = [{"id": n, "parent": 0} for n in range(1100)]
    assert places(at_side(items, "control"), at_side(items[::-1], "candidate")) == []


def test_reply_has_the_items_where_control_has_them():
    control, candidate = [{"n": 1}, {"n": 2}, {"n": 3}], [{"n": 3}, {"n": 1}]
    translated = compared(control, candidate).translated
    assert translated.body.value == [{"n": 1}, None, {"n": 3}]


def test_names_that_are_keys_of_inserted_rows_are_renamed():
    known = renaming((3, 4), (4, 5))
    assert places({"3": "a", "4": "b"}, {"4": "a", "5": "b"}, known) == []
    assert places({"4": 0, "3": 0}, {"4": 0, "5": 0}, known) == []
    assert places({"note-3": {"by": 3}}, {"note-4": {"by": 4}}, known) == []


def test_names_that_are_tokens_are_renamed():
    ours, theirs = ({token(side, n): n for n in (1, 2)} for side in ("control", "candidate"))
    assert places(ours, theirs) == []


@pytest.mark.parametrize(
    ("control", "candidate", "found"),
    [
        ({"3": "a", "4": "b"}, {"4": "a", "5": "x"}, ["4"]),
        ({"3": "a"}, {"5": "a"}, ["3", "5"]),
        ({"3": "a"}, {}, ["3"]),
        ({}, {"4": "a"}, ["4"]),
        ({"3": "a", "n": 1}, {"4": "a", "n": 2}, ["n"]),
        ({"30": "a"}, {"40": "a"}, ["30", "40"]),
    ],
)
def test_what_is_wrong_with_names_is_found(control, candidate, found):
    assert places(control, candidate, renaming((3, 4), (4, 5))) == found


def test_ordinary_names_with_known_numbers_are_compared_as_they_are():
    known = renaming((3, 4), (4, 5))
    assert places({"3": "a", "4": "b"}, {"3": "a", "4": "b"}, known) == []
    assert places({"3": "a", "4": "b"}, {"3": "a", "4": "x"}, known) == ["4"]


@pytest.mark.parametrize(("cart", "agrees"), [({"4": 1, "5": 2}, True), ({"4": 2, "5": 1}, False)])
def test_names_within_a_signed_token_are_renamed(cart, agrees):
    sign, known = URLSafeTimedSerializer("k" * 40).dumps, renaming((3, 4), (4, 5))
    control, candidate = sign({"cart": {"4": 2, "3": 1}}), sign({"cart": cart})
    assert (known.match(f"token={control}", f"token={candidate}") is None) == agrees


def test_one_name_stands_for_one_token_everywhere():
    ours, theirs = token("control", 1), token("candidate", 1)
    body = [{ours: 1}, {"id": ours}]
    assert compared(body, [{theirs: 1}, {"id": theirs}], noise=Noise()).differences == ()
    wrong = [{theirs: 1}, {"id": token("candidate", 2)}]
    assert places(body, wrong, None, Noise()) == ["[1].id"]
    assert places([{ours: 1}, ours], [{ours: 1}, theirs], None, Noise()) == ["[1]"]


def test_reply_has_the_members_under_controls_names():
    translated = compared({"3": "a"}, {"4": "b"}, renaming((3, 4))).translated
    assert translated.body.value == {"3": "b"}


def test_agreeing_binds_nothing_but_in_the_trial():
    known, values = Renaming(), Values(Renaming(), AcceptedDifferences())
    assert values.agree([token("control", 1)], [token("candidate", 1)], known)
    assert known.match(token("control", 1), token("candidate", 2)) is not None
    assert values.renaming.match(token("control", 1), token("candidate", 2)) is None
