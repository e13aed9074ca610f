"""The compiled matcher against a slow one that is obviously right, host, headers and query too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from urllib.parse import parse_qsl, urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.matcher import Matcher
from gateway.table import Route
from gateway.ties import ties
from gateway.unreachable import unreachable

KINDS = {
    "<int:{}>": (r"\d+", 1),
    "<any(a,b):{}>": ("(a|b)", 2),
    "<string(length=1):{}>": (r"[^/]", 2),
    "<{}>": (r"[^/]+", 3),
    "<path:{}>": (r"[^/].*", 4),
}
PREFIX = 5
HOSTS = [None, "a.org", "*.a.org", "*.b.a.org"]


def segments(route: Route) -> list[str]:
    return [part for part in (route.path or route.prefix or "").split("/") if part]


@cache
def kind(part: str) -> tuple[str, int]:
    for template, found in KINDS.items():
        if re.fullmatch(re.escape(template).replace(r"\{\}", r"\w+"), part):
            return found
    return re.escape(part), 0


def matches(route: Route, method: str, path: str, environ: dict[str, str]) -> bool:
    pattern = "".join("/" + kind(part)[0] for part in segments(route))
    below = "(/.*)?" if route.prefix else "/?"
    methods = set(route.methods or {method}) | (
        {"HEAD"} if "GET" in (route.methods or ()) else set()
    )
    query = dict(reversed(parse_qsl(environ["QUERY_STRING"])))
    host, wildcard = environ["HTTP_HOST"], route.host or ""
    return (
        re.fullmatch(pattern + below, path) is not None
        and method in methods
        and (route.host in {None, host} or (wildcard[:1] == "*" and host.endswith(wildcard[1:])))
        and all(environ.get(f"HTTP_{name}") == value for name, value in route.headers.items())
        and all(query.get(name) == value for name, value in route.query.items())
    )


def precedence(route: Route) -> tuple[object, ...]:
    """The order of DESIGN.md, word by word: the smallest wins."""
    host = route.host or ""
    return (
        (0 if host and host[0] != "*" else 1 if host else 2, -len(host)),
        [kind(part)[1] for part in segments(route)] + ([PREFIX] if route.prefix else []),
        route.methods is None,
        -len(route.headers),
        -len(route.query),
    )


def reference(routes: list[Route], method: str, path: str, environ: dict[str, str]) -> str | None:
    found = [route for route in routes if matches(route, method, path, environ)]
    return min(found, key=precedence).name if found else None


parts = st.sampled_from(["a", "b", *KINDS])


@st.composite
def route_bodies(draw):
    chosen = draw(st.lists(parts, max_size=3))
    ends = [i for i, part in enumerate(chosen) if part.startswith("<path")]
    chosen = chosen[: ends[0] + 1] if ends else chosen
    text = "/" + "/".join(part.format(f"v{i}") for i, part in enumerate(chosen))
    body = {
        ("path" if ends or draw(st.booleans()) else "prefix"): text,
        "methods": draw(st.sampled_from([None, ["GET"], ["POST"], ["GET", "PUT"]])),
        "host": draw(st.sampled_from(HOSTS)),
        "headers": draw(st.dictionaries(st.sampled_from("AB"), st.sampled_from("12"), max_size=2)),
        "query": draw(st.dictionaries(st.sampled_from("xy"), st.sampled_from("12"), max_size=2)),
    }
    return {key: value for key, value in body.items() if value}


requests = st.tuples(
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE"]),
    st.lists(st.sampled_from(["a", "b", "1", "c"]), max_size=4).map(lambda s: "/" + "/".join(s)),
    st.fixed_dictionaries(
        {
            "HTTP_HOST": st.sampled_from(["a.org", "x.a.org", "x.b.a.org", "z.org"]),
            "QUERY_STRING": st.sampled_from(["", "x=1", "x=1&y=2", "x=2&x=1"]),
        },
        optional={"HTTP_A": st.sampled_from("12"), "HTTP_B": st.sampled_from("12")},
    ),
)


def kept_of(bodies) -> list[Route]:
    """Make routes, without those that tie with an earlier one."""
    routes = [
        Route.model_validate({**body, "to": "x"}).named(f"r{i}") for i, body in enumerate(bodies)
    ]
    tied = {tie.route for tie in ties(routes)}
    return [route for route in routes if route.name not in tied]


@given(st.lists(route_bodies(), min_size=1, max_size=10), st.lists(requests, max_size=10))
def test_agrees_with_the_reference(bodies, asked):
    kept = kept_of(bodies)
    matcher = Matcher(kept)

    for method, path, environ in asked:
        route = matcher.match(method, path, environ)
        assert (route.name if route else None) == reference(kept, method, path, environ)


crowded_parts = st.sampled_from(
    ["a", "b", "<any(a,b):{}>", "<string(length=1):{}>", "<int:{}>", "<{}>"]
)


@st.composite
def crowded_bodies(draw):
    """Routes that stand in each other's way: few paths, and hardly a condition."""
    parts = draw(st.lists(crowded_parts, max_size=2)) + draw(st.sampled_from([[], ["<path:{}>"]]))
    text = "/" + "/".join(part.format(f"v{i}") for i, part in enumerate(parts))
    body = {
        ("path" if "<path" in text or draw(st.booleans()) else "prefix"): text,
        "methods": draw(st.sampled_from([None, None, None, ["GET"], ["GET", "POST"]])),
        "headers": draw(st.sampled_from([{}, {}, {}, {"A": "1"}])),
    }
    return {key: value for key, value in body.items() if value}


SEGMENTS = ["c", "cc", "1", "11", "a", "b"]
EVERYWHERE = ["/" + "/".join(s) for n in range(4) for s in product(SEGMENTS, repeat=n)]


@settings(deadline=None)
@given(st.lists(crowded_bodies(), min_size=4, max_size=14))
def test_a_route_is_found_unreachable_if_and_only_if_it_wins_nowhere(bodies):
    routes = kept_of(bodies)
    found = {hidden.route: hidden.taken_by for hidden in unreachable(routes)}

    for route in routes:
        winners = (reference(routes, *request) for request in requests_for(route))

        if route.name in found:
            assert set(winners) <= {*found[route.name]}
        else:
            assert route.name in winners


def requests_for(route: Route) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield requests for a route, which have nothing that it does not ask for."""
    environ = {"HTTP_HOST": "z.org", "QUERY_STRING": urlencode(route.query)}
    environ |= {f"HTTP_{name}": value for name, value in route.headers.items()}
    for method in route.methods or ["DELETE"]:
        for path in EVERYWHERE:
            if matches(route, method, path, environ):
                yield method, path, environ


@given(st.lists(crowded_bodies(), min_size=4, max_size=14), st.lists(requests, max_size=30))
def test_an_unreachable_route_never_wins(bodies, asked):
    routes = kept_of(bodies)
    found = {hidden.route for hidden in unreachable(routes)}

    assert found.isdisjoint(reference(routes, *request) for request in asked)
