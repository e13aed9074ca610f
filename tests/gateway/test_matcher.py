"""Which route wins, and that the order of the file never matters."""

import gc
import weakref
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect, Rule

from gateway import Route, compile_table
from gateway.decision import Decider
from gateway.matcher import Matcher
from gateway.table import RoutingTable
from gateway.ties import ties


def table_of(routes: dict[str, Any]) -> RoutingTable:
    return RoutingTable.model_validate(
        {
            "backends": {"legacy": "a:a"},
            "default": "legacy",
            "routes": {name: {"to": "legacy", **route} for name, route in routes.items()},
        }
    )


def winner(routes: dict[str, Any], path: str, method: str = "GET", environ=None) -> str | None:
    names = set()
    for order in (routes, dict(reversed(routes.items()))):
        route = compile_table(table_of(order)).match(method, path, environ)
        names.add(route.name if route else None)
    (name,) = names
    return name


ROUTES = {
    "root": {"path": "/"},
    "me": {"path": "/users/me"},
    "id": {"path": "/users/<int:id>"},
    "name": {"path": "/users/<name>"},
    "posts": {"path": "/users/<int:id>/posts"},
    "rest": {"path": "/users/<path:rest>"},
    "below": {"prefix": "/users"},
    "pdf": {"path": "/files/<name>.pdf"},
    "file": {"path": "/files/<name>"},
    "edit": {"path": "/wiki/<path:page>/edit"},
    "page": {"path": "/wiki/<path:page>"},
    "uuid": {"path": "/things/<uuid:id>"},
    "kind": {"path": "/things/<any(big,small):kind>"},
    "code": {"path": "/things/<string(length=3):code>"},
    "thing": {"path": "/things/<thing>"},
    "price": {"path": "/price/<float:amount>"},
    "signed": {"path": "/price/<int(signed=True):amount>"},
    "issues": {"path": "/repos/<int:id>/issues"},
    "pulls": {"path": "/repos/<int:id>/pulls"},
    "tab": {"path": "/repos/<int:id>/<tab>"},
}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "root"),
        ("/users", "below"),
        ("/users/", "below"),
        ("/users/me", "me"),
        ("/users/me/", "me"),
        ("/users/7", "id"),
        ("/users/seven", "name"),
        ("/users/7/posts", "posts"),
        ("/users/7/likes", "rest"),
        ("/repos/7/issues", "issues"),
        ("/repos/7/pulls", "pulls"),
        ("/repos/7/wiki", "tab"),
        ("/usersx", None),
        ("/files/a.pdf", "pdf"),
        ("/files/a.txt", "file"),
        ("/files/a/b", None),
        ("/wiki/a/b/edit", "edit"),
        ("/wiki/a/b", "page"),
        ("/wiki", None),
        ("/things/12345678-1234-1234-1234-123456789abc", "uuid"),
        ("/things/big", "kind"),
        ("/things/abc", "code"),
        ("/things/other", "thing"),
        ("/price/1.5", "price"),
        ("/price/-3", "signed"),
        ("/price/x", None),
    ],
)
def test_most_specific_route_wins(path, name):
    assert winner(ROUTES, path) == name


def test_limits_of_a_number_count_behind_a_path_too():
    routes = {"page": {"path": "/<path:folder>/<int(fixed_digits=2):page>"}}

    assert [winner(routes, p) for p in ("/a/01", "/a/b/01", "/a/1")] == ["page", "page", None]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/free/{}", "free"),  # whose backend finds nothing, or raises: that depends on Werkzeug
        ("/least/{}", None),
        ("/signed/-{}", None),
        ("/signed/x{}", "rest"),
        ("/float/{}.0", "float"),
    ],
)
def test_a_number_that_python_does_not_read_is_no_error(path, name):
    routes = {
        "free": {"path": "/free/<int:n>"},
        "least": {"path": "/least/<int(min=1):n>"},
        "signed": {"path": "/signed/<int(signed=True,max=5):n>"},
        "float": {"path": "/float/<float(min=1):n>"},
        "rest": {"path": "/<any(free,least,signed,float):kind>/<rest>"},
    }
    decider, path = Decider(table_of(routes)), path.format("1" * 5_000)

    assert winner(routes, path) == name
    assert decider.decide({"REQUEST_METHOD": "GET", "PATH_INFO": path}).route == name


def test_an_old_table_is_freed_without_the_collector():
    table = table_of(ROUTES)
    route = weakref.ref(table.routes["id"])
    matcher = compile_table(table)
    gc.disable()
    try:
        del table, matcher
        assert route() is None
    finally:
        gc.enable()


def test_longest_prefix_wins():
    routes = {"all": {"prefix": "/"}, "a": {"prefix": "/a"}, "ab": {"prefix": "/a/b"}}

    assert [winner(routes, p) for p in ("/", "/x/y", "/a/x", "/a/b/c")] == ["all", "all", "a", "ab"]


def test_prefix_may_hold_variables():
    routes = {"tenant": {"prefix": "/t/<int:id>/admin"}, "t": {"prefix": "/t"}}

    assert [winner(routes, p) for p in ("/t/4/admin/x", "/t/x/admin/x")] == ["tenant", "t"]


def test_route_whose_methods_exclude_the_request_is_passed_over():
    routes = {
        "post": {"path": "/a", "methods": ["POST"]},
        "get": {"path": "/a", "methods": ["GET"]},
        "any": {"path": "/<x>"},
    }

    assert [winner(routes, "/a", m) for m in ("POST", "GET", "PUT")] == ["post", "get", "any"]


def test_head_follows_get():
    routes = {"get": {"path": "/a", "methods": ["GET"]}, "rest": {"prefix": "/"}}

    assert winner(routes, "/a", "HEAD") == "get"


def test_naming_the_method_is_more_specific_than_not():
    routes = {"any": {"path": "/a"}, "get": {"path": "/a", "methods": ["GET"]}}

    assert [winner(routes, "/a", m) for m in ("GET", "PUT")] == ["get", "any"]


def test_headers_and_query_narrow_a_route():
    routes = {
        "plain": {"path": "/a"},
        "header": {"path": "/a", "headers": {"X-Beta": "1"}},
        "query": {"path": "/a", "query": {"v": "2"}},
    }

    assert winner(routes, "/a", environ={"HTTP_X_BETA": "1", "QUERY_STRING": "v=2"}) == "header"
    assert winner(routes, "/a", environ={"HTTP_X_BETA": "0", "QUERY_STRING": "x&v=2"}) == "query"
    assert winner(routes, "/a", environ={}) == "plain"


@pytest.mark.parametrize(("query", "name"), [("v=1&v=2", "one"), ("v=2&v=1", "two")])
def test_of_a_query_parameter_that_stands_twice_the_first_counts(query, name):
    routes = {n: {"path": "/a", "query": {"v": v}} for n, v in (("one", "1"), ("two", "2"))}

    assert ties(table_of(routes).routes.values()) == []
    assert winner(routes, "/a", environ={"QUERY_STRING": query}) == name


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("www.example.org", "exact"),
        ("WWW.example.org:8080", "exact"),
        ("api.v1.example.org", "longer"),
        ("x.example.org", "wildcard"),
        ("example.org", "none"),
        ("", "none"),
    ],
)
def test_exact_host_beats_wildcard_beats_none(host, name):
    routes = {
        "none": {"path": "/a/b"},
        "wildcard": {"prefix": "/a", "host": "*.example.org"},
        "longer": {"prefix": "/", "host": "*.v1.example.org"},
        "exact": {"prefix": "/", "host": "www.example.org"},
    }

    assert winner(routes, "/a/b", environ={"HTTP_HOST": host}) == name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"path": "/a"}, {"path": "/a/"}),
        ({"path": "/a/<int:x>"}, {"path": "/a/<int:y>"}),
        ({"path": "/a", "methods": ["GET", "POST"]}, {"path": "/a", "methods": ["POST"]}),
        ({"path": "/a", "methods": ["GET"]}, {"path": "/a", "methods": ["HEAD"]}),
        ({"prefix": "/a"}, {"prefix": "/a/"}),
        ({"path": "/a", "headers": {"A": "1"}}, {"path": "/a", "headers": {"B": "1"}}),
    ],
)
def test_routes_that_match_the_same_tie(one, other):
    (tie,) = ties(table_of({"one": one, "other": other}).routes.values())

    assert (tie.route, tie.other) == ("other", "one")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"path": "/a"}, {"prefix": "/a"}),
        ({"path": "/a/<int:x>"}, {"path": "/a/<x>"}),
        ({"path": "/a", "methods": ["GET"]}, {"path": "/a", "methods": ["POST"]}),
        ({"path": "/a", "methods": ["GET"]}, {"path": "/a"}),
        ({"path": "/a", "host": "x.org"}, {"path": "/a"}),
        ({"path": "/a", "headers": {"A": "1"}}, {"path": "/a", "headers": {"A": "2"}}),
        ({"path": "/a", "headers": {"A": "1"}}, {"path": "/a"}),
    ],
)
def test_routes_of_which_one_is_more_specific_do_not_tie(one, other):
    assert ties(table_of({"one": one, "other": other}).routes.values()) == []


parts = st.sampled_from(
    [
        "a",
        "b",
        "<int:{}>",
        "<int(max=1):{}>",
        "<int(fixed_digits=2):{}>",
        "<int(signed=True):{}>",
        "<float:{}>",
        "<float(signed=True,min=0):{}>",
        "<any(a,b):{}>",
        "<any(b,'c.y'):{}>",
        "<string(length=1):{}>",
        "<string(minlength=2,maxlength=3):{}>",
        "<uuid:{}>",
        "<{}>",
        "x<{}>",
        "<{}>.y",
        "<int:{}>-<{}b>",
        "<path:{}>",
    ]
)
UUID = "00000000-0000-0000-0000-00000000000A"


@st.composite
def rules(draw):
    chosen = draw(st.lists(parts, min_size=1, max_size=4))
    return "/" + "/".join(part.replace("{}", f"v{i}") for i, part in enumerate(chosen))


texts = ["a", "b", "1", "-1", "12", "2.5", "-2.5", "c", "xa", "a.y", "c.y", "1-a", "x1.y", UUID]
paths = st.lists(st.sampled_from(texts), min_size=1, max_size=5).map(
    lambda segments: "/" + "/".join(segments)
)


@given(st.lists(rules(), min_size=1, max_size=8, unique=True), st.lists(paths, max_size=8))
def test_agrees_with_werkzeugs_own_router(found, asked):
    table = table_of({f"r{i}": {"path": rule} for i, rule in enumerate(found)})
    tied = {tie.route for tie in ties(table.routes.values())}
    kept = [route for route in table.routes.values() if route.name not in tied]
    forth, back = url_map(kept), url_map(kept[::-1])
    matcher = Matcher(kept)

    for path in asked:
        route = matcher.match("GET", path)
        name = route.name if route else None
        theirs = werkzeugs(forth, path), werkzeugs(back, path)
        if theirs[0] == theirs[1]:
            assert name == theirs[0], path
        else:  # the order of registration decides there, and here a later segment
            first = url_map([*filter(None, [route]), *kept])
            assert name == werkzeugs(first, path), path


@given(st.lists(rules(), min_size=2, max_size=8, unique=True), paths)
def test_where_werkzeug_goes_by_the_order_of_registration_there_is_a_tie(found, path):
    table = table_of({f"r{i}": {"path": rule} for i, rule in enumerate(found)})
    routes = list(table.routes.values())
    names = {werkzeugs(url_map(order), path) for order in (routes, routes[::-1])}
    winners = [route for route in routes if route.name in names]

    if len(winners) == 2 and winners[0].rule.outline.rank == winners[1].rule.outline.rank:
        assert len(ties(winners)) == 1


def url_map(routes):
    rules = [Rule(str(route.path), endpoint=route.name) for route in routes]
    return Map(rules).bind("localhost")


def werkzeugs(url_map, path) -> str | None:
    try:
        return url_map.match(path)[0]
    except RequestRedirect as redirect:
        return werkzeugs(url_map, "/" + redirect.new_url.split("/", 3)[3])
    except HTTPException:
        return None


def test_a_route_knows_its_name():
    assert isinstance(compile_table(table_of(ROUTES)).match("GET", "/"), Route)
