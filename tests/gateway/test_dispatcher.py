"""The gateway as a WSGI callable: whom it calls, and that it changes nothing else."""

from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from werkzeug.test import run_wsgi_app

from gateway import create_gateway
from gateway.access import access_log
from gateway.backends import BackendError, load_backend
from gateway.decision import Decider, Deciding
from gateway.dispatcher import make_gateway
from gateway.loader import parse_table
from gateway.snapshot import Holder, Snapshot, make_snapshot
from tests.gateway.visitor import Visitor

HERE = "tests.gateway.applications"
TABLE = f"""\
backends: {{legacy: "{HERE}:legacy", modern: "{HERE}:make_modern()"}}
default: legacy
routes:
  chat: {{path: /chat, to: modern}}
  beta: {{path: /beta, to: {{legacy: 50, modern: 50}}}}
"""


def gateway_of(table: str = TABLE, *, routes: str = "", count=None, validated=True, **applications):
    """Make a gateway whose backends are held to the letter of PEP 3333, and hold it to it."""
    parsed = parse_table((table + routes).encode(), "table.yaml")
    given = {name: load_backend(name, backend) for name, backend in parsed.backends.items()}
    given |= applications
    if validated:
        given = {name: validator(application) for name, application in given.items()}
    decider = Decider(parsed, Deciding(given, "revision"))
    snapshot = Snapshot(b"", "revision", parsed, decider, given)
    return make_gateway(Holder(snapshot), count)


def environ_of(path: str) -> dict[str, Any]:
    environ = {"PATH_INFO": path, "QUERY_STRING": "", "SCRIPT_NAME": ""}
    setup_testing_defaults(environ)
    return environ


def test_sends_each_request_to_the_backend_of_its_route():
    client = Visitor(gateway_of())

    assert client.get("/chat").text == "modern"
    assert client.get("/").text == "legacy"


def test_response_says_who_answered_and_by_which_route():
    headers = Visitor(gateway_of()).get("/chat").headers

    assert (headers["X-Gateway-Backend"], headers["X-Gateway-Route"]) == ("modern", "chat")


def test_keeps_a_visitor_of_a_split_where_they_are():
    for _ in range(10):
        client = Visitor(gateway_of())
        answers = {client.get("/beta").text for _ in range(5)}
        assert len(answers) == 1


@pytest.mark.parametrize("path", ["/a\\b", "/\xff", "/a\nb", "/./chat", "/x/../chat", "/chat/."])
def test_a_path_with_two_readings_is_400(path):
    body, status, headers = run_wsgi_app(gateway_of(), environ_of(path), buffered=True)

    assert status == "400 Bad Request"
    assert headers["Content-Length"] == str(len(b"".join(body)))


def test_no_spelling_of_a_path_reaches_another_backend():
    for path in ("//chat", "///chat", "/chat/", "/chat//"):
        body, _, _ = run_wsgi_app(gateway_of(), environ_of(path), buffered=True)
        assert b"".join(body) == b"modern"


def test_follows_wsgi_to_the_letter():
    application = validator(gateway_of())
    environ = environ_of("/")

    body, status, _ = run_wsgi_app(application, environ, buffered=True)

    assert (status, b"".join(body)) == ("200 OK", b"legacy")


def test_environment_reaches_the_backend_as_the_server_made_it():
    seen: dict[str, Any] = {}

    def application(environ, start_response):
        seen.update(environ)
        start_response("204 No Content", [])
        return []

    environ = environ_of("//x/../y")
    before = dict(environ)
    run_wsgi_app(gateway_of(legacy=application, validated=False), environ)

    assert {k: v for k, v in seen.items() if k != "gateway.decision"} == before


def test_a_complete_body_is_the_backends_own_object():
    body = [b"x"]

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return body

    environ = environ_of("/")

    gateway = gateway_of(legacy=application, validated=False)
    assert gateway(environ, lambda *args: None) is body


def test_exc_info_and_write_pass_through():
    passed = []

    def application(environ, start_response):
        write = start_response("500 Odd", [("A", "1"), ("A", "2")], ("type", "value", None))
        write(b"written")
        return []

    def start_response(status, headers, exc_info=None):
        passed.append((status, headers[:2], exc_info))
        return passed.append

    environ = environ_of("/")
    gateway_of(legacy=application, validated=False)(environ, start_response)

    assert passed == [("500 Odd", [("A", "1"), ("A", "2")], ("type", "value", None)), b"written"]


def test_access_log_names_route_backend_and_reason(caplog):
    caplog.set_level("INFO", "gateway.access")
    client = Visitor(access_log(gateway_of(), iter([1.0, 1.25]).__next__))

    client.get("/chat?a=1", headers={"Host": "h"})

    assert caplog.messages[0].startswith(
        '- "GET /chat?a=1 HTTP/1.1" 200 route=chat backend=modern reason=route revision='
    )
    assert caplog.messages[0].endswith(" 250.0ms")


def test_access_log_line_can_not_be_forged(caplog):
    caplog.set_level("INFO", "gateway.access")
    environ = environ_of('/a" 200 \nroute=x')

    run_wsgi_app(access_log(gateway_of()), environ, buffered=True)

    assert (
        '"GET /a%22%20200%20\\nroute=x HTTP/1.0" 400 route=- backend=- reason=unreadable'
        in (caplog.messages[0])
    )


def test_access_log_tells_of_a_backend_that_raises(caplog):
    caplog.set_level("INFO", "gateway.access")

    def application(environ, start_response):
        raise LookupError

    with pytest.raises(LookupError):
        Visitor(access_log(gateway_of(legacy=application))).get("/")

    assert " 500 route=- backend=legacy " in caplog.messages[0]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("no_such_module:app", "there is no module 'no_such_module' to import"),
        (f"{HERE}.nothing:app", "there is no module"),
        (f"{HERE}:nothing", "has no 'nothing'"),
        (f"{HERE}:not_callable", "is a str, which can't be called"),
        (f"{HERE}:not_callable()", "calls a str, which can't be called"),
        (
            f"{HERE}:broken_factory()",
            "failed at .*applications.py:.* with LookupError: no settings",
        ),
        ("tests.gateway.unimportable:app", "failed at .*unimportable.py:3 with ZeroDivisionError"),
    ],
)
def test_backend_that_can_not_be_loaded_is_named(target, said):
    table = f'backends: {{legacy: "{target}"}}\ndefault: legacy\n'

    with pytest.raises(BackendError, match=said) as caught:
        make_snapshot(table.encode(), "table.yaml")

    assert str(caught.value).startswith("Backend 'legacy': ")


def test_create_gateway_finds_its_table_by_environment(tmp_path, monkeypatch):
    (tmp_path / "table.yaml").write_text(TABLE)
    monkeypatch.setenv("GATEWAY_TABLE", str(tmp_path / "table.yaml"))

    assert Visitor(create_gateway()).get("/chat").text == "modern"
