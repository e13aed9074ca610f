"""The gateway in process, between two `wsgiref.validate`: all is said as the backend says it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from wsgiref.util import FileWrapper, setup_testing_defaults
from wsgiref.validate import validator

import pytest

from tests.gateway.outspoken import ANSWERS, application
from tests.gateway.test_dispatcher import gateway_of

OURS = [("X-Gateway-Backend", "legacy"), ("X-Gateway-Route", "all")]
ALL = "  all: {prefix: /, to: legacy}\n"
STREAMS = ["no_length", "sized", "fails_at_the_first_part", "fails_in_mid_stream", "starts_again"]
PLACES = [f"/{name}" for name in ANSWERS if name not in {"environment", "memory"}] + [
    "/odd_status?4"
]


@pytest.fixture(params=[None, print], ids=["uncounted", "counted"])
def gateway(request):
    """A gateway before a validated backend, which is validated itself."""
    return validator(gateway_of(count=request.param, routes=ALL, legacy=application))


def environ_of(place: str, method: str = "GET") -> dict[str, Any]:
    path, _, query = place.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query or "1",
        "SCRIPT_NAME": "",
        "CONTENT_LENGTH": "5",
        "wsgi.input": BytesIO(b"hello"),
        "wsgi.file_wrapper": FileWrapper,
        "test.closed": [],
    }
    setup_testing_defaults(environ)
    return environ


class Server:
    """As lawful as PEP 3333 asks for; keeps what an application says to it, in order."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def serve(self, application, environ) -> list[Any]:
        try:
            body = application(environ, self.start_response)
            try:
                self.said.extend(part for part in self._parts(body) if part)
            finally:
                getattr(body, "close", lambda: None)()
        except LookupError as error:
            self.said.append(f"{type(error).__name__}: {error}")
        return self.said

    @staticmethod
    def _parts(body) -> Iterator[bytes]:
        yield from body

    def start_response(self, status, headers, exc_info=None):
        if exc_info and any(isinstance(said, bytes) for said in self.said):
            raise exc_info[1]
        self.said.append((status, [header for header in headers if header not in OURS]))
        return self.said.append


@pytest.mark.parametrize("place", PLACES)
def test_what_a_backend_says_is_passed_on_as_it_is(gateway, place):
    expected = Server().serve(validator(application), environ_of(place))

    assert Server().serve(gateway, environ_of(place)) == expected


@pytest.mark.parametrize("name", STREAMS)
def test_a_body_is_closed_once(gateway, name):
    environ = environ_of(f"/{name}")
    Server().serve(gateway, environ)

    assert environ["test.closed"] == [f"/{name}"]


def test_a_body_that_is_left_early_is_closed(gateway):
    environ = environ_of("/no_length")
    body = gateway(environ, Server().start_response)
    next(iter(body))
    body.close()

    assert environ["test.closed"] == ["/no_length"]


@pytest.mark.parametrize("place", PLACES)
def test_the_environment_holds_what_it_held_and_the_decision(place):
    backend: list[dict[str, Any]] = []

    def looking(environ, start_response):
        backend.append(dict(environ))
        return application(environ, start_response)

    environ = environ_of(place)
    before = dict(environ)
    Server().serve(gateway_of(routes=ALL, legacy=looking, validated=False), environ)

    assert backend == [before | {"gateway.decision": environ["gateway.decision"]}]
    assert environ == backend[0]


def test_the_gateways_own_refusal_is_lawful(gateway):
    environ = environ_of("/a\x00b")

    assert Server().serve(gateway, environ)[0][0] == "400 Bad Request"


@pytest.mark.parametrize("path", ["/a\x00b", "/a\\b", "/caf\xe9"])
def test_a_refusal_of_head_has_no_body(gateway, path):
    said = Server().serve(gateway, environ_of(path, "HEAD"))

    assert [status for status, _ in said] == ["400 Bad Request"]
