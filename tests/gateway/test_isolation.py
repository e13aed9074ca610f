"""Streams of two applications in one thread: neither sees what belongs to the other."""

import contextvars
from contextlib import closing
from wsgiref.util import FileWrapper

import pytest
from flask import Flask, Response, current_app, g, stream_with_context
from werkzeug.test import EnvironBuilder

from gateway.isolation import is_complete
from tests.gateway.test_dispatcher import gateway_of

TABLE = """\
backends: {legacy: "tests.gateway.applications:legacy", modern: "tests.gateway.applications:modern"}
default: legacy
routes: {modern: {prefix: /modern, to: modern}}
"""


def streaming(name: str) -> Flask:
    """An application that streams its own name, from inside its context."""
    application = Flask(name)

    def parts():
        for number in range(3):
            yield f"{current_app.name}{number}{g.get('mark', '')} "

    def within():
        g.mark = name
        return Response(stream_with_context(parts()))

    def pushing():
        def pushed():
            with application.app_context():
                yield from parts()

        return Response(pushed())

    for prefix in ("", "/modern"):
        application.add_url_rule(f"{prefix}/within", f"{prefix}1", within)
        application.add_url_rule(f"{prefix}/pushing", f"{prefix}2", pushing)
        application.add_url_rule(f"{prefix}/plain", f"{prefix}3", lambda: str(g.get("mark")))
    return application


# Behind a validator every body is a stream; without one, Werkzeug's are looked into.
@pytest.fixture(params=[True, False], ids=["validated", "bare"])
def gateway(request):
    return gateway_of(
        TABLE, validated=request.param, legacy=streaming("legacy"), modern=streaming("modern")
    )


def call(gateway, path: str):
    return gateway(EnvironBuilder(path=path).get_environ(), lambda *_: None)


def whole(body) -> bytes:
    with closing(body):
        return b"".join(body)


@pytest.mark.parametrize("way", ["within", "pushing"])
@pytest.mark.parametrize("first_closed", [0, 1])
def test_two_streams_interleave_without_seeing_each_other(gateway, way, first_closed):
    bodies = [call(gateway, f"/{way}"), call(gateway, f"/modern/{way}")]
    steps = [iter(body) for body in bodies]
    parts = [(next(steps[0]), next(steps[1])) for _ in range(3)]
    bodies[first_closed].close()
    bodies[1 - first_closed].close()

    assert [one[:7] for one, _ in parts] == [b"legacy0", b"legacy1", b"legacy2"]
    assert [other[:7] for _, other in parts] == [b"modern0", b"modern1", b"modern2"]


def test_a_request_amid_a_stream_of_the_same_application_has_a_context_of_its_own(gateway):
    body = call(gateway, "/within")
    next(iter(body))

    assert whole(call(gateway, "/plain")) == b"None"
    body.close()


def test_nothing_of_a_stream_shows_outside(gateway):
    before = contextvars.copy_context()
    body = call(gateway, "/within")
    next(iter(body))

    assert list(contextvars.copy_context().items()) == list(before.items())
    body.close()


def test_variables_set_outside_are_seen_inside(gateway):
    variable = contextvars.ContextVar("variable", default="unset")
    variable.set("set")

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield variable.get().encode()

    assert whole(call(gateway_of(TABLE, legacy=application), "/")) == b"set"


def test_what_is_called_on_close_sees_the_variables_of_its_request():
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    application, seen = Flask(__name__), []

    @application.get("/")
    def view():
        variable.set("of the request")
        response = Response("text")
        response.call_on_close(lambda: seen.append(variable.get(None)))
        return response

    call(gateway_of(TABLE, validated=False, legacy=application), "/").close()

    assert seen == ["of the request"]


def test_complete_responses_are_recognised():
    application = Flask(__name__)

    def body_of(response):
        with application.test_request_context():
            return response(EnvironBuilder().get_environ(), lambda *_: None)

    assert is_complete([b"x"])
    assert is_complete(body_of(Response("text")))
    assert not is_complete(body_of(Response(iter([b"x"]))))
    assert not is_complete(iter([b"x"]))


def test_a_file_of_the_servers_own_kind_stays_one(tmp_path):
    (tmp_path / "file").write_bytes(b"content")

    def application(environ, start_response):
        start_response("200 OK", [])
        return environ["wsgi.file_wrapper"]((tmp_path / "file").open("rb"))

    environ = EnvironBuilder().get_environ() | {"wsgi.file_wrapper": FileWrapper}
    gateway = gateway_of(TABLE, legacy=application, validated=False)
    body = gateway(environ, lambda *_: None)

    assert type(body) is FileWrapper
    assert b"".join(body) == b"content"
    body.close()


def body_through_gateway(body):
    def application(environ, start_response):
        start_response("200 OK", [])
        return body

    return call(gateway_of(TABLE, legacy=application, validated=False), "/")


def test_a_stream_that_knows_how_many_parts_it_has_still_does():
    """A server may tell the length of a response that has one part."""

    class OnePart:
        def __iter__(self):
            yield b"part"

        def __len__(self):
            return 1

    assert len(body_through_gateway(OnePart())) == 1
    assert not hasattr(body_through_gateway(iter([b"part"])), "__len__")


def test_an_opened_file_stays_itself(tmp_path):
    """A server may send it without reading it, as uWSGI does with what its file_wrapper returns."""
    (tmp_path / "file").write_bytes(b"content")

    with (tmp_path / "file").open("rb") as file:
        assert body_through_gateway(file) is file
