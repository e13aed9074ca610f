"""JSON is compared by meaning, rows by their net effects."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from gateway.effects import Effect
from gateway.parity.canonical import Answer, Body, canonical, parse_json
from gateway.parity.compare import Observation, compare
from gateway.parity.cookies import SetCookie, parse_set_cookie
from gateway.parity.exchange import Exchange, Request, Response
from gateway.parity.renaming import Renaming

SIGN = URLSafeTimedSerializer("k" * 40)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.text(max_size=12)
)
KEYS = st.text(max_size=6)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def differences(control, candidate):
    """Compare two JSON bodies."""
    ours, theirs = (
        Observation(Answer(200, {}, (), Body("json", tree))) for tree in (control, candidate)
    )
    return compare(ours, theirs, Renaming()).differences


def shuffled(tree, draw):
    """The same tree with its keys in another order."""
    if isinstance(tree, dict):
        keys = draw(st.permutations(list(tree)))
        return {key: shuffled(tree[key], draw) for key in keys}
    return [shuffled(item, draw) for item in tree] if isinstance(tree, list) else tree


def leaves(tree, path=()):
    """The paths of all leaves."""
    if isinstance(tree, dict):
        return [leaf for key, value in tree.items() for leaf in leaves(value, (*path, key))]
    if isinstance(tree, list):
        return [leaf for at, value in enumerate(tree) for leaf in leaves(value, (*path, at))]
    return [path]


def replaced(tree, path, value):
    """The tree with another value at a path."""
    if not path:
        return value
    step, *rest = path
    changed = tree.copy()
    changed[step] = replaced(tree[step], rest, value)
    return changed


def reached(tree, path):
    """The value at a path."""
    for step in path:
        tree = tree[step]
    return tree


@given(TREES, st.data())
def test_order_of_keys_does_not_count(tree, data):
    assert differences(tree, shuffled(tree, data.draw)) == ()


@given(TREES.filter(leaves), st.data())
def test_any_single_changed_leaf_is_found(tree, data):
    path = data.draw(st.sampled_from(leaves(tree)))
    candidate = replaced(tree, path, {"another": "value"})

    assert differences(tree, candidate) != ()


@given(TREES.filter(leaves), LEAVES, st.data())
def test_one_leaf_for_another_is_found_where_it_is(tree, leaf, data):
    path = data.draw(st.sampled_from(leaves(tree)))
    candidate = replaced(tree, path, leaf)

    same = reached(tree, path) == leaf and isinstance(reached(tree, path), bool) == (
        isinstance(leaf, bool)
    )
    assert len(differences(tree, candidate)) == (0 if same else 1)


@given(st.lists(st.integers(), unique=True, min_size=2), st.data())
def test_order_of_arrays_counts(items, data):
    other = data.draw(st.permutations(items).filter(lambda order: order != items))
    assert differences(items, other) != ()


@pytest.mark.parametrize(
    ("control", "candidate"),
    [
        ("1", "true"),
        ("0", "false"),
        ("null", "0"),
        ("null", "false"),
        ('""', "null"),
        ("{}", "[]"),
        ("[]", "null"),
        ("[null]", "[]"),
        ('{"a": null}', "{}"),
        ("0.1", "0.10000000000000001"),
        ("10000000000000000", "10000000000000001"),
        ("1e400", "1e401"),
        ('"1"', "1"),
    ],
)
def test_values_that_look_alike_are_told_apart(control, candidate):
    assert differences(parse_json(control.encode()), parse_json(candidate.encode())) != ()


@pytest.mark.parametrize(
    ("control", "candidate"),
    [("1", "1.0"), ("0.10", "0.1"), ("1e2", "100"), ('"\\u00e9"', '"é"'), ("-0", "0")],
)
def test_spellings_of_one_value_are_equal(control, candidate):
    assert differences(parse_json(control.encode()), parse_json(candidate.encode())) == ()


@pytest.mark.parametrize("text", ["NaN", "Infinity", '{"a": 1, "a": 2}', "", "{", "\xff"])
def test_what_is_not_json_is_refused(text):
    with pytest.raises(ValueError):
        parse_json(text.encode("latin-1"))


def test_floats_are_exact():
    assert parse_json(b"0.1") == Decimal("0.1")
    assert json.loads("0.1") != parse_json(b"0.1000000000000000055")


def effects(*items):
    """An observation with effects only."""
    return Observation(Answer(200, {}, (), Body("none")), tuple(items))


def test_deleted_is_not_changed():
    ours = effects(Effect("note", (1,), "deleted", {}))
    theirs = effects(Effect("note", (1,), "changed", {"hidden": 1}))

    (found,) = compare(ours, theirs, Renaming()).differences

    assert (found.place, found.control, found.candidate) == (
        "note[1]",
        "deleted",
        "changed hidden=1",
    )


def test_column_that_only_one_side_changed_is_named():
    ours = effects(Effect("note", (1,), "changed", {"title": "x", "seen": 1}))
    theirs = effects(Effect("note", (1,), "changed", {"title": "x"}))

    (found,) = compare(ours, theirs, Renaming()).differences

    assert (found.place, found.candidate) == ("note[1].seen", "(not changed)")


def test_integer_in_a_row_is_not_a_boolean_nor_a_text():
    for theirs in (True, "1", 1.5, None, b"1"):
        one, other = (effects(Effect("t", (1,), "inserted", {"n": value})) for value in (1, theirs))
        assert compare(one, other, Renaming()).differences


def test_session_tells_where_it_differs():
    ours, theirs = (
        Observation(
            Answer(200, {}, (SetCookie("session", SIGN.dumps(content), "/"),), Body("none"))
        )
        for content in ({"_fresh": True, "x": 1}, {"_fresh": False, "x": 1})
    )
    [found] = compare(ours, theirs, Renaming()).differences
    assert (found.place, found.control, found.candidate) == ("session._fresh", True, False)


def test_difference_of_another_channel_is_not_reported():
    ours, theirs = (Observation(Answer(status, {}, (), Body("none"))) for status in (200, 500))
    assert not compare(ours, theirs, Renaming(), channels=["body"]).differences
    assert compare(ours, theirs, Renaming(), channels=["status"]).differences


def test_bytes_tell_where_they_begin_to_differ():
    request = Request("GET", "/")
    ours, theirs = (
        Observation(canonical(Exchange(request, Response(200, body=content)), (), "http://x"))
        for content in (b"\0abc", b"\0abd")
    )
    notes = {found.note for found in compare(ours, theirs, Renaming()).differences}
    assert notes == {"the first byte that differs is number 3"}


def cookies(*headers):
    """An observation with cookies."""
    read = [parse_set_cookie(header, request_path="/", now=0) for header in headers]
    return Observation(Answer(200, {}, tuple(read), Body("none")))


ROOT, INNER, DOMAIN = "a=1; Path=/", "a=2; Path=/in", "a=3; Path=/; Domain=x.test"


@pytest.mark.parametrize(
    ("control", "candidate", "places"),
    [
        ([ROOT, INNER, DOMAIN], [DOMAIN, INNER, ROOT], []),
        ([ROOT, INNER], [ROOT, "a=4; Path=/in"], ["a (/in)"]),
        ([ROOT, INNER], ["a=4; Path=/", INNER], ["a (/)"]),
        ([ROOT, DOMAIN], [ROOT], ["a (x.test/)"]),
        ([ROOT], [ROOT, INNER], ["a (/in)"]),
        ([ROOT, INNER], [ROOT, "a=2; Path=/out"], ["a (/in); path"]),
        ([ROOT], ["a=1; Path=/in"], ["a; path"]),
        ([ROOT, "a=5; Path=/"], ["a=5; Path=/"], []),
    ],
)
def test_cookies_of_one_name_are_compared_by_domain_and_path(control, candidate, places):
    found = compare(cookies(*control), cookies(*candidate), Renaming()).differences
    assert [difference.place for difference in found] == places
