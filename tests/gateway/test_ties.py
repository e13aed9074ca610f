"""Routes of which neither is more specific."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.table import Route
from gateway.ties import Tie, ties


def route(name: str, **fields) -> Route:
    return Route.model_validate({"path": "/a", "to": "legacy", **fields}).named(name)


def test_a_route_is_named_with_the_first_that_it_ties_with():
    routes = [route("get", methods=["GET"]), route("post", methods=["POST"])]
    both = route("both", methods=["GET", "POST"])

    assert ties([*routes, both]) == [Tie("both", "get")]


def test_values_of_one_header_that_differ_do_not_tie():
    tenants = [route(f"t{n}", headers={"X-Tenant": f"{n}"}) for n in range(2_000)]
    again = route("again", headers={"X-Tenant": "77"})

    assert ties([*tenants, again]) == [Tie("again", "t77")]


def test_different_headers_tie_since_a_request_may_have_both():
    assert ties([route("a", headers={"A": "1"}), route("b", headers={"B": "1"})]) == [Tie("b", "a")]


few = st.dictionaries(st.sampled_from("AB"), st.sampled_from("12"), max_size=2)
routes = st.fixed_dictionaries(
    {"path": st.sampled_from(["/a", "/<x>", "/<y>", "/<int(min=1):x>", "/<int:x>"])},
    optional={
        "methods": st.lists(st.sampled_from(["GET", "HEAD", "PUT"]), min_size=1),
        "headers": few,
        "query": few,
        "host": st.sampled_from(["a.org", "*.org"]),
    },
)


@given(st.lists(routes, max_size=8))
def test_finds_each_route_that_ties_with_an_earlier_one(found):
    named = [route(str(n), **fields) for n, fields in enumerate(found)]

    expected: dict[str, str] = {}
    for n, later in enumerate(named):
        rivals = [earlier.name for earlier in named[:n] if tie(earlier, later)]
        expected |= {later.name: rivals[0]} if rivals else {}

    assert {found.route: found.other for found in ties(named)} == expected


def tie(one: Route, other: Route) -> bool:
    """The same, said for two routes alone."""
    same = [
        (route.host, _shape(route), len(route.headers), len(route.query), route.methods is None)
        for route in (one, other)
    ]
    together = [_both(one.headers, other.headers), _both(one.query, other.query)]
    return same[0] == same[1] and all(together) and _methods_meet(one, other)


def _shape(route: Route) -> str:
    return {"/<y>": "/<x>", "/<int(min=1):x>": "/<int:x>"}.get(str(route.path), str(route.path))


def _both(one: dict[str, str], other: dict[str, str]) -> bool:
    return one | other == other | one


def _methods_meet(one: Route, other: Route) -> bool:
    methods = [
        (route.methods or frozenset()) | ({"HEAD"} if "GET" in (route.methods or ()) else set())
        for route in (one, other)
    ]
    return one.methods is None or bool(methods[0] & methods[1])
