"""Routes of which neither is more specific."""

import re
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.table import Route
from gateway.ties import ties


def route(name: str, **fields) -> Route:
    return Route.model_validate({"path": "/a", "to": "legacy", **fields}).named(name)


def pairs(routes) -> list[tuple[str, str]]:
    return [(tie.route, tie.other) for tie in ties(routes)]


def test_a_route_is_named_with_the_first_that_it_ties_with():
    routes = [route("get", methods=["GET"]), route("post", methods=["POST"])]
    both = route("both", methods=["GET", "POST"])

    assert pairs([*routes, both]) == [("both", "get")]


def test_values_of_one_header_that_differ_do_not_tie():
    tenants = [route(f"t{n}", headers={"X-Tenant": f"{n}"}) for n in range(2_000)]
    again = route("again", headers={"X-Tenant": "77"})

    assert pairs([*tenants, again]) == [("again", "t77")]


def test_a_header_is_the_same_however_it_is_spelled():
    one, other = route("one", headers={"X-Tenant": "1"}), route("other", headers={"x-tenant": "2"})

    assert pairs([one, other]) == []


def test_different_headers_tie_since_a_request_may_have_both():
    assert pairs([route("a", headers={"A": "1"}), route("b", headers={"B": "1"})]) == [("b", "a")]


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        ("/k/<any(a,b):x>", "/k/<any(b,c):y>", "/k/b"),
        ("/<string(length=2):x>", "/<string(minlength=2):x>", "/xx"),
        ("/<string(maxlength=3):x>", "/<string(minlength=3):x>", "/xxx"),
        ("/<string(length=1):x>", "/<any(a,bc):x>", "/a"),
        ("/<int:x>/z", "/<int(signed=True):y>/z", "/1/z"),
        ("/<uuid:x>", "/<string(length=36):x>", "/11111111-1111-1111-1111-111111111111"),
        ("/<a>b<c>", "/<a>d<c>", "/xbdx"),
        ("/<path:x>/<any(a,b):y>", "/<path:x>/<any(b,c):y>", "/x/b"),
        ("/<int(max=5):x>", "/<int(min=6):x>", "/1"),
    ],
)
def test_paths_of_one_rank_that_overlap_tie_whatever_else_they_ask_for(one, other, path):
    routes = [route("one", path=one, headers={"A": "1"}), route("other", path=other)]

    (tie,) = ties(routes)

    assert tie.reason.startswith(f"both match {path} and neither path is more specific.")
    assert ("a number out of its range finds nothing" in tie.reason) == ("max=5" in one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/k/<any(a,b):x>", "/k/<any(c,d):y>"),
        ("/k/<any(a,b):x>", "/l/<any(a,b):y>"),
        ("/<string(maxlength=2):x>", "/<string(minlength=3):x>"),
        ("/<string(length=2):x>", "/<uuid:x>"),
        ("/<int:x>", "/<float:x>"),
        ("/<any(a,b):x>/<any(c,d):y>", "/<any(a,b):x>/<any(e,f):y>"),
        ("/p<x>", "/q<x>"),
        ("/<x>.pdf", "/<x>.txt"),
        ("/<any(a,b):x>", "/<x>"),
        ("/<any(a,b):x>", "/<any(b,c):y>/<z>"),
    ],
)
def test_paths_that_are_apart_or_of_another_rank_do_not_tie(one, other):
    assert ties([route("one", path=one), route("other", path=other)]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"methods": ["GET"]}, {"methods": ["POST"]}),
        ({"headers": {"A": "1"}}, {"headers": {"a": "2", "B": "1"}}),
        ({"host": "a.org"}, {"host": "b.org"}),
    ],
)
def test_paths_that_overlap_do_not_tie_where_no_request_meets_both(one, other):
    routes = [
        route("one", path="/<any(a,b):x>", **one),
        route("other", path="/<any(b,c):x>", **other),
    ]

    assert ties(routes) == []


def test_hundreds_of_patterns_at_one_place_are_compared_in_time():
    routes = [route(f"r{n}", path=f"/<any(a{n},b{n}):x>") for n in range(400)]
    again = route("again", path="/<any(x,b277):x>")

    assert pairs([*routes, again]) == [("again", "r277")]


PATHS = [
    "/a", "/<x>", "/<y>", "/<int(min=1):x>", "/<int:x>", "/<int(signed=True):x>",
    "/<any(a,b):x>", "/<any(b,c):x>", "/<string(length=2):x>", "/<string(minlength=2):x>",
    "/p<x>", "/<x>p", "/q<x>", "/<x>-<y>", "/<x>b<y>",
]  # fmt: skip
TEXTS = ["".join(text) for n in (1, 2, 3, 4) for text in product("abcpq1-", repeat=n)]
few = st.dictionaries(st.sampled_from("AB"), st.sampled_from("12"), max_size=2)
routes = st.fixed_dictionaries(
    {"path": st.sampled_from(PATHS)},
    optional={
        "methods": st.lists(st.sampled_from(["GET", "HEAD", "PUT"]), min_size=1),
        "headers": few,
        "query": few,
        "host": st.sampled_from(["a.org", "*.org"]),
    },
)


@given(st.lists(routes, max_size=8))
@example(
    [
        {"path": "/a", "headers": {"A": "1"}},
        {"path": "/a", "headers": {"B": "1"}, "methods": ["PUT"]},
        {"path": "/a", "headers": {"A": "2"}, "methods": ["GET"]},
        {"path": "/a", "headers": {"A": "2"}, "methods": ["PUT", "GET"]},
    ]
)
def test_finds_each_route_that_ties_with_an_earlier_one(found):
    named = [route(str(n), **fields) for n, fields in enumerate(found)]

    expected: dict[str, str] = {}
    for n, later in enumerate(named):
        rivals = [earlier.name for earlier in named[:n] if tie(earlier, later)]
        expected |= {later.name: rivals[0]} if rivals else {}

    assert dict(pairs(named)) == expected


def tie(one: Route, other: Route) -> bool:
    """The same, said for two routes alone."""
    together = [_both(one.headers, other.headers), _both(one.query, other.query)]
    if one.host != other.host or not all(together):
        return False
    if _shape(one) == _shape(other):
        asked = [(len(r.headers), len(r.query), r.methods is None) for r in (one, other)]
        return asked[0] == asked[1] and _methods_meet(one, other)
    return _overlap(one, other) and _methods_meet(one, other)


def _shape(route: Route) -> str:
    return str(route.path).replace("<y>", "<x>", 1)


def _overlap(one: Route, other: Route) -> bool:
    """Try every short text."""
    patterns = [re.compile(segment.pattern) for r in (one, other) for segment in r.rule.segments]
    ranks = [r.rule.outline.rank for r in (one, other)]
    return ranks[0] == ranks[1] and any(all(p.fullmatch(t) for p in patterns) for t in TEXTS)


def _both(one: dict[str, str], other: dict[str, str]) -> bool:
    return one | other == other | one


def _methods_meet(one: Route, other: Route) -> bool:
    methods = [
        (route.methods or frozenset()) | ({"HEAD"} if "GET" in (route.methods or ()) else set())
        for route in (one, other)
    ]
    return None in {one.methods, other.methods} or bool(methods[0] & methods[1])
