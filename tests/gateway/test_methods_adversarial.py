"""OPTIONS, HEAD and 405 at URLs of several backends, with applications that make it hard."""

from __future__ import annotations

import io
from contextlib import closing
from dataclasses import dataclass

import pytest
from flask import Flask

from tests.gateway.test_dispatcher import gateway_of
from tests.gateway.visitor import Visitor

BACKENDS = """\
backends: {legacy: "tests.gateway.applications:legacy", modern: "tests.gateway.applications:modern"}
default: legacy
routes:
"""
SHARED = """\
  get: {path: /x, methods: [GET], to: modern}
  post: {path: /x, methods: [POST], to: legacy}
"""
TEXT = ("Content-Type", "text/plain")
OPTIONS_OF = {"legacy": "POST, DELETE, OPTIONS", "modern": "GET, HEAD, OPTIONS"}


def saying(name: str, **answers):
    """Make an application that answers a method as it is told, and any other one with its name.

    An answer is a status and headers; OPTIONS is answered with what the backend allows.
    """
    answers = {"OPTIONS": ("200 OK", [("Allow", OPTIONS_OF[name])]), **answers}

    def application(environ, start_response):
        answer = answers.get(environ["REQUEST_METHOD"])
        if isinstance(answer, Exception):
            raise answer
        status, headers = answer or ("200 OK", [])
        start_response(status, [TEXT, *headers])
        return [b"" if answer or environ["REQUEST_METHOD"] == "HEAD" else name.encode()]

    return application


def visit(routes: str = SHARED, **applications) -> Visitor:
    both = {"legacy": saying("legacy"), "modern": saying("modern"), **applications}
    return Visitor(gateway_of(BACKENDS, routes=routes, **both))


def allowed(response) -> list[str]:
    assert len(response.headers.getlist("Allow")) == 1
    return response.headers["Allow"].split(", ")


def refusing(*headers: tuple[str, str]):
    return saying("legacy", PUT=("405 Method Not Allowed", list(headers)))


@pytest.mark.parametrize(
    "headers",
    [
        [("Allow", "POST, DELETE")],
        [("allow", "POST,DELETE")],
        [("Allow", "POST"), ("ALLOW", " DELETE ,"), ("Allow", "POST")],
        [("Allow", "DELETE, POST, GET, PATCH , ")],  # PATCH is nobody's, GET is the other one's
    ],
)
def test_a_405_may_tell_its_methods_as_it_likes(headers):
    extra = ["PATCH"] if "PATCH" in headers[0][1] else []
    response = visit(legacy=refusing(*headers)).put("/x")

    assert allowed(response) == sorted(["DELETE", "GET", "HEAD", "OPTIONS", "POST", *extra])


def test_a_405_that_allows_nothing_gets_the_others_methods():
    assert allowed(visit(legacy=refusing(("Allow", ""))).put("/x")) == ["GET", "HEAD", "OPTIONS"]


def test_a_405_tells_of_no_method_that_goes_to_a_backend_which_does_not_serve_it():
    without_get = saying("modern", OPTIONS=("200 OK", [("Allow", "OPTIONS")]))
    response = visit(legacy=refusing(("Allow", "GET, POST")), modern=without_get).put("/x")

    assert allowed(response) == ["OPTIONS", "POST"]


def test_a_405_that_tells_of_no_methods_is_left_alone():
    """What its backend allows is not known, and half the truth would be worse than none."""
    response = visit(legacy=refusing(("X-Own", "1"))).put("/x")

    assert (response.status_code, "Allow" in response.headers) == (405, False)


@pytest.mark.parametrize("status", ["200 OK 405", "499 405", "500 No 405"])
def test_only_a_405_is_one(status):
    response = visit(legacy=saying("legacy", PUT=(status, [("Allow", "PUT")]))).put("/x")

    assert (response.status, response.headers["Allow"]) == (status, "PUT")


def test_a_405_is_answered_though_another_backend_fails(caplog):
    failing = saying("modern", OPTIONS=LookupError("no"))
    response = visit(legacy=refusing(("Allow", "POST, OPTIONS")), modern=failing).put("/x")

    assert (response.status_code, allowed(response)) == (405, ["OPTIONS", "POST"])
    assert caplog.messages == ["Backend 'modern' failed to answer OPTIONS /x."]


def test_a_405_may_come_with_the_first_part_of_a_stream():
    def streaming(environ, start_response):
        start_response("405 Method Not Allowed", [TEXT, ("Allow", "POST")])
        yield b"not"
        yield b" allowed"

    response = visit(legacy=streaming).put("/x")

    assert (response.text, allowed(response)) == ("not allowed", ["GET", "HEAD", "OPTIONS", "POST"])


def test_a_405_may_be_written():
    def writing(environ, start_response):
        start_response("405 Method Not Allowed", [TEXT, ("Allow", "POST")])(b"not ")
        return [b"allowed"]

    # Werkzeug's client loses what is written where it is to close the body.
    response = visit(legacy=writing).put("/x", buffered=False)
    with closing(response):
        assert response.text == "not allowed"
    assert allowed(response) == ["GET", "HEAD", "OPTIONS", "POST"]


def test_options_is_answered_though_one_backend_fails(caplog):
    response = visit(legacy=saying("legacy", OPTIONS=LookupError("no"))).options("/x")

    assert (response.status_code, allowed(response)) == (200, ["GET", "HEAD", "OPTIONS"])
    assert "Backend 'legacy' failed to answer OPTIONS /x." in caplog.messages


def test_options_is_answered_though_the_default_does_not_know_the_place():
    response = visit(legacy=saying("legacy", OPTIONS=("404 Not Found", []))).options("/x")

    assert (response.status_code, allowed(response)) == (200, ["GET", "HEAD", "OPTIONS"])


def test_options_that_everybody_refuses_is_refused_as_the_first_one_does():
    lost = {name: saying(name, OPTIONS=("404 Not Found", [("X-Of", name)])) for name in OPTIONS_OF}
    response = visit(**lost).options("/x")

    assert (response.status_code, response.headers["X-Of"]) == (404, "legacy")
    assert "Allow" not in response.headers


def test_applications_without_options_are_not_said_to_have_it():
    lost = {
        name: saying(name, OPTIONS=("405 Method Not Allowed", [("Allow", methods[:9])]))
        for name, methods in OPTIONS_OF.items()
    }
    response = visit(**lost).options("/x")

    assert (response.status_code, allowed(response)) == (405, ["GET", "HEAD", "POST"])


def test_options_may_be_written_before_and_amid_the_parts():
    def writing(environ, start_response):
        write = start_response("200 OK", [TEXT])
        write(b"one ")

        def parts():
            yield b"two "
            write(b"three ")
            yield b"four"

        return parts()

    assert visit(modern=writing).options("/x").text == "one two three four"


def reading(environ, start_response):
    """Answer OPTIONS with what it was sent."""
    length = environ.get("CONTENT_LENGTH")
    body = environ["wsgi.input"].read(int(length) if length else -1)
    chunked = environ.get("HTTP_TRANSFER_ENCODING", "-")
    start_response("200 OK", [TEXT])
    return [f"{length} {chunked} {body.decode()}".encode()]


def test_a_views_own_options_gets_the_body():
    assert visit(modern=reading).options("/x", data=b"hello").text == "5 - hello"


def test_a_views_own_options_gets_a_body_in_chunks():
    environ = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    response = visit(modern=reading).options(
        "/x", input_stream=io.BytesIO(b"hello"), environ_overrides=environ
    )

    assert response.text == "5 - hello"


@pytest.mark.parametrize("terminated", [False, True])
def test_options_with_a_body_too_long_for_two_is_refused(terminated):
    body = io.BytesIO(b"x" * (64 * 1024 + 1))
    environ = {"wsgi.input_terminated": terminated}
    if not terminated:
        environ["CONTENT_LENGTH"] = str(64 * 1024 + 1)
    response = visit().options("/x", input_stream=body, environ_overrides=environ)

    assert response.status == "413 Content Too Large"


def preflight(visitor, path: str, method: str):
    headers = {"Origin": "http://o", "Access-Control-Request-Method": method}
    return visitor.options(path, headers=headers).headers["X-Gateway-Backend"]


@pytest.mark.parametrize(
    ("method", "backend"),
    [
        ("GET", "modern"),
        ("HEAD", "modern"),
        ("POST", "legacy"),
        ("BREW", "legacy"),
        ("get", "legacy"),
    ],
)
def test_a_preflight_goes_where_its_method_goes_even_if_no_route_names_it(method, backend):
    assert preflight(visit(), "/x", method) == backend


def test_a_preflight_that_announces_nothing_is_none():
    assert preflight(visit(), "/x", "") == "legacy"
    headers = {"Origin": "http://o", "Access-Control-Request-Method": ""}
    assert len(allowed(visit().options("/x", headers=headers))) == 5


PREFIXED = """\
  all: {prefix: /x, methods: [GET], to: modern}
  one: {path: /x/y, methods: [POST], to: legacy}
"""


def test_prefix_and_path_share_a_url():
    visitor = visit(PREFIXED)

    assert visitor.get("/x/y").text == visitor.get("/x/z").text == "modern"
    assert visitor.post("/x/y").text == "legacy"
    assert allowed(visitor.options("/x/y")) == ["DELETE", "GET", "HEAD", "OPTIONS", "POST"]
    assert preflight(visitor, "/x/y", "GET") == "modern"


CATCH_ALL = """\
  every: {path: "/<path:place>", methods: [OPTIONS], to: modern}
  get: {path: /x, methods: [GET], to: legacy}
  put: {path: /x, methods: [PUT], headers: {X-Tenant: a}, to: modern}
"""


def test_options_belongs_to_the_place_before_a_catch_all():
    """As under Flask, where every rule has OPTIONS of its own."""
    assert visit(CATCH_ALL).options("/x").headers["X-Gateway-Backend"] == "legacy"
    assert visit(CATCH_ALL).options("/y").headers["X-Gateway-Route"] == "every"


CLAIMED = (
    SHARED
    + """\
  own: {path: /x, methods: [OPTIONS], headers: {X-Tenant: a}, to: modern}
"""
)


def test_a_route_that_names_options_but_refuses_the_request_leaves_it_to_all():
    visitor = visit(CLAIMED)

    assert visitor.options("/x", headers={"X-Tenant": "a"}).headers["X-Gateway-Route"] == "own"
    assert len(allowed(visitor.options("/x"))) == 5


CONDITIONS = """\
  new: {path: /x, methods: [GET], query: {v: "2"}, to: modern}
  tenant: {path: /x, methods: [GET], headers: {X-Tenant: a}, to: modern}
  old: {path: /x, methods: [GET], to: legacy}
"""


@pytest.mark.parametrize("query", ["", "v=1", "v=2"])
@pytest.mark.parametrize("tenant", ["", "a", "b"])
def test_head_follows_get_through_headers_and_query(query, tenant):
    visitor = visit(CONDITIONS)
    asked = {"query_string": query, "headers": {"X-Tenant": tenant}}
    by_head, by_get = visitor.head("/x", **asked), visitor.get("/x", **asked)

    assert by_head.headers["X-Gateway-Route"] == by_get.headers["X-Gateway-Route"]
    assert by_head.data == b""


@pytest.mark.parametrize("method", ["OPTIONS", "PUT"])
def test_a_new_visitor_is_one_and_the_same_to_all_methods(method):
    """So one backend has the whole URL for them, and its answer is left alone."""
    own = [("Allow", "GET, HEAD, POST")]
    answers = {"OPTIONS": ("200 OK", own), "PUT": ("405 Method Not Allowed", own)}
    both = {name: saying(name, **answers) for name in OPTIONS_OF}
    visitor = visit("  all: {path: /x, to: {legacy: 50, modern: 50}}\n", **both)

    for _ in range(20):
        visitor.delete_cookie("gateway_cohort")
        assert allowed(visitor.open("/x", method=method)) == ["GET", "HEAD", "POST"]


def test_a_405_at_a_path_that_other_methods_read_in_two_ways_is_answered():
    application = Flask("files")
    application.add_url_rule("/files/<path:name>", "file", str, methods=["GET"])
    routes = (
        '  file: {path: "/files/<path:name>", methods: [GET], to: legacy}\n'
        "  readme: {path: /files/read/me, methods: [GET], to: modern}\n"
    )
    response = visit(routes, legacy=application).post("/files/read//me")

    assert response.status_code == 405


def test_an_application_need_not_be_hashable():
    @dataclass
    class Application:
        name: str

        def __call__(self, environ, start_response):
            return saying(self.name)(environ, start_response)

    both = {name: Application(name) for name in OPTIONS_OF}
    visitor = Visitor(gateway_of(BACKENDS, routes=SHARED, validated=False, **both))

    assert allowed(visitor.options("/x")) == ["DELETE", "GET", "HEAD", "OPTIONS", "POST"]
