"""Methods of one URL that are split between applications, as they go over the wire."""

import pytest

from tests.gateway.servers import SERVERS, behind_gateway, exchange, get
from tests.gateway.split_methods import TABLE

ALL = {b"GET", b"HEAD", b"POST", b"DELETE", b"OPTIONS"}


@pytest.fixture(scope="module", params=SERVERS)
def server(request, tmp_path_factory):
    file = tmp_path_factory.mktemp("methods") / "table.yaml"
    file.write_text(TABLE)
    with behind_gateway(request.param, file) as served:
        yield served


def fields(answer: bytes) -> dict[bytes, bytes]:
    head = answer.partition(b"\r\n\r\n")[0]
    pairs = [line.partition(b": ")[::2] for line in head.split(b"\r\n")[1:]]
    return {name.lower(): value for name, value in pairs}


def allowed(answer: bytes) -> set[bytes]:
    return set(fields(answer)[b"allow"].split(b", "))


def test_options_and_405_tell_of_both(server):
    options, refused = get(server, b"/things", b"OPTIONS"), get(server, b"/things", b"PUT")

    assert (b" 200 OK\r\n" in options, b" 405 " in refused) == (True, True)
    assert allowed(options) == allowed(refused) == ALL


def test_head_is_answered_by_whom_get_is_and_without_a_body(server):
    head, whole = get(server, b"/things", b"HEAD"), get(server, b"/things")

    assert fields(head)[b"x-gateway-backend"] == fields(whole)[b"x-gateway-backend"] == b"modern"
    assert head.endswith(b"\r\n\r\n")
    assert whole.endswith(b"\r\n\r\nmodern")


@pytest.mark.parametrize(
    ("sent", "read"), [(b"\r\n", b"1"), (b"Content-Length: 5\r\n\r\nhello", b"hello")]
)
def test_a_views_own_options_gets_the_body_and_the_connection_stays_in_order(server, sent, read):
    request = b"OPTIONS /own HTTP/1.1\r\nHost: local\r\n" + sent
    then = b"GET /things HTTP/1.1\r\nHost: local\r\nConnection: close\r\n\r\n"
    own, _, rest = exchange(server, request, then).partition(b"ask me anything")

    assert fields(own)[b"x-own"] == read
    # uWSGI closes the connection after each answer.
    assert rest == b"" or rest.endswith(b"\r\n\r\nmodern")


def test_a_preflight_goes_where_its_request_would(server):
    origin = b"Origin: http://o"
    for method, backend in ((b"GET", b"modern"), (b"POST", b"legacy"), (b"BREW", b"legacy")):
        asked = b"Access-Control-Request-Method: " + method
        answer = get(server, b"/things", b"OPTIONS", origin, asked)

        assert fields(answer)[b"x-gateway-backend"] == backend
