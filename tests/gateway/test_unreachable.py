"""Routes that can never match, and whom they are hidden by."""

import pytest

from gateway.table import Route
from gateway.unreachable import unreachable


def route(name: str, path: str, **fields) -> Route:
    kind = "prefix" if path.endswith("*") else "path"
    body = {kind: path.removesuffix("*"), "to": "legacy", **fields}
    return Route.model_validate(body).named(name)


def hidden(*routes) -> dict[str, tuple[str, ...]]:
    return {found.route: found.taken_by for found in unreachable(routes)}


@pytest.mark.parametrize(
    ("path", "rivals"),
    [
        ("/k/<any(a,b):x>", ["/k/a", "/k/b"]),
        ("/k/<any(a,b):x>/<int:n>", ["/k/a/<n>", "/k/b/<n>"]),
        ("/k/<any(a,b):x>*", ["/k/a*", "/k/b*"]),
        ("/<any(a):x>/<int:n>", ["/a*"]),
        ("/<x>", ["/<string(length=1):x>", "/<string(minlength=2):x>"]),
        ("/a*", ["/a", "/a/<path:rest>"]),
        ("/*", ["/", "/<x>", "/<x>/<path:rest>"]),
        ("/<path:p>", ["/<x>", "/<x>/<y>*"]),
        ("/<any('1','2'):n>/z", ["/<int:n>/z"]),
    ],
)
def test_a_route_is_hidden_by_more_specific_ones_together(path, rivals):
    named = [route(f"rival{n}", rival) for n, rival in enumerate(rivals)]

    assert hidden(*named, route("it", path)) == {"it": tuple(rival.name for rival in named)}
    assert hidden(route("it", path), *reversed(named)).keys() == {"it"}


@pytest.mark.parametrize(
    ("path", "rivals"),
    [
        ("/k/<any(a,b,c):x>", ["/k/a", "/k/b"]),
        ("/k/<any(a,b):x>", ["/k/a", "/l/b"]),
        ("/<int(fixed_digits=1):n>", [f"/{n}" for n in range(10)]),  # "٣" is a digit too
        ("/a*", ["/a", "/a/<x>", "/a/<x>/<y>", "/a/<x>/<y>/<z>"]),
        ("/a*", ["/a/<path:rest>"]),
        ("/<path:p>", ["/<x>", "/<x>/<string(length=1):y>*"]),
        ("/<x>", ["/x", "/~", "/<int:n>"]),
        ("/<int(min=5):n>", ["/1", "/2", "/5"]),
        ("/<int(min=5):n>", ["/<int:n>"]),  # which tie
        ("/<x>", ["/<string(minlength=2):x>"]),
    ],
)
def test_a_route_that_one_path_is_left_to_is_not_hidden(path, rivals):
    assert hidden(*(route(f"rival{n}", r) for n, r in enumerate(rivals)), route("it", path)) == {}


@pytest.mark.parametrize(
    ("fields", "rivals", "is_hidden"),
    [
        ({"methods": ["GET"]}, [{}, {}], True),
        ({"methods": ["GET"]}, [{"methods": ["GET"]}, {"methods": ["POST", "GET"]}], True),
        ({"methods": ["GET", "POST"]}, [{}, {"methods": ["GET"]}], False),
        ({}, [{}, {"methods": ["GET", "POST", "PUT", "PATCH", "DELETE"]}], False),
        ({"headers": {"X-Beta": "1"}}, [{}, {}], True),
        ({"headers": {"X-Beta": "1"}}, [{"headers": {"x-beta": "1"}}, {}], True),
        ({"headers": {"X-Beta": "1"}}, [{"headers": {"X-Beta": "2"}}, {}], False),
        ({}, [{}, {"headers": {"X-Beta": "1"}}], False),
        ({"query": {"v": "1"}}, [{"query": {"v": "1"}}, {}], True),
        ({"query": {"v": "1"}}, [{"query": {"v": "1", "w": "1"}}, {}], False),
        ({"host": "a.org"}, [{"host": "a.org"}, {"host": "a.org"}], True),
        ({"host": "*.a.org"}, [{"host": "x.a.org"}, {"host": "x.a.org"}], False),
        ({}, [{"host": "*.a.org"}, {"host": "*.a.org"}], False),
        ({"host": "a.org"}, [{}, {}], False),
    ],
)
def test_only_who_takes_every_such_request_hides_a_route(fields, rivals, is_hidden):
    named = [route(name, f"/k/{name}", **rival) for name, rival in zip("ab", rivals, strict=True)]

    found = hidden(*named, route("it", "/k/<any(a,b):x>", **fields))

    assert found == ({"it": ("a", "b")} if is_hidden else {})


def test_a_route_may_be_hidden_by_many():
    values = [f"v{n}" for n in range(150)]
    literals = [route(value, f"/k/{value}") for value in values]

    assert hidden(*literals, route("it", f"/k/<any({','.join(values)}):x>")).keys() == {"it"}


def test_of_a_route_with_too_many_rivals_nothing_is_said():
    values = [f"v{n}" for n in range(300)]
    literals = [route(value, f"/k/{value}") for value in values]

    assert hidden(*literals, route("it", f"/k/<any({','.join(values)}):x>")) == {}
