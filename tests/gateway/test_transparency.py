"""Through the gateway and without it, the same application says the same, byte for byte.

Two of each server: one serves the application of odd but lawful answers (`outspoken`) itself, the
other one the gateway in front of it. What comes over the wire is compared, without the date and
what the gateway adds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import pytest

from tests.gateway.outspoken import ANSWERS, CHUNK, CLOSED, LARGE
from tests.gateway.servers import SERVERS, bare, behind_gateway, exchange, get
from tests.serving import Server, until

APPLICATION = "tests.gateway.outspoken:application"
TABLE = f"""\
backends: {{legacy: "{APPLICATION}"}}
default: legacy
routes: {{all: {{prefix: /, to: legacy}}}}
"""
OURS = re.compile(rb"\r\nX-Gateway-(Backend: legacy|Route: all)(?=\r\n)", re.IGNORECASE)
DATE = re.compile(rb"\r\nDate: [^\r]*", re.IGNORECASE)
STATUSES = [f"odd_status?{number}" for number in range(1, 5)]
PLACES = [*(ANSWERS.keys() - {"odd_status", "echo", "large", "memory"}), *STATUSES]
STREAMS = ["no_length", "sized", "fails_at_the_first_part", "fails_in_mid_stream"]
POST = b"POST /echo HTTP/1.1\r\nHost: local\r\nConnection: close\r\n"
SLACK = 20 * 1024
"""KiB by which two processes of the same server may differ."""


@dataclass
class Side:
    """One of the two servers, and the file in which its application notes each close()."""

    served: Server
    closed: Path

    def closes(self) -> list[str]:
        return self.closed.read_text().split() if self.closed.exists() else []


@pytest.fixture(scope="module", params=SERVERS)
def sides(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("transparency")
    table = folder / "table.yaml"
    table.write_text(TABLE)
    notes = [folder / "closed-bare", folder / "closed-gateway"]
    environments = [{CLOSED: str(note)} for note in notes]
    with (
        bare(request.param, APPLICATION, folder, environments[0]) as one,
        behind_gateway(request.param, table, environments[1]) as other,
    ):
        yield [Side(one, notes[0]), Side(other, notes[1])]


def plain(answer: bytes) -> bytes:
    """Return answers without what rightly differs."""
    return DATE.sub(b"", OURS.sub(b"", answer))


def told(sides, *request: bytes) -> list[bytes]:
    """Return what the two say to the same request."""
    return [exchange(side.served, *request) for side in sides]


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"POST"])
@pytest.mark.parametrize("place", sorted(PLACES))
def test_an_answer_is_the_same_with_and_without_the_gateway(sides, place, method):
    expected, answer = (get(side.served, f"/{place}".encode(), method) for side in sides)

    assert plain(answer) == plain(expected)


@pytest.mark.parametrize("place", sorted(PLACES))
def test_an_answer_to_http_1_0_is_the_same(sides, place):
    expected, answer = told(sides, f"GET /{place} HTTP/1.0\r\nHost: local\r\n\r\n".encode())

    assert plain(answer) == plain(expected)


def test_the_gateway_was_there(sides):
    expected, answer = (get(side.served, b"/plain") for side in sides)

    assert len(OURS.findall(expected)) == 0
    assert len(OURS.findall(answer)) == 2


@pytest.mark.parametrize("place", STREAMS)
def test_a_stream_is_closed_once(sides, place):
    for side in sides:
        before = len(side.closes())
        get(side.served, f"/{place}".encode())
        until(lambda: side.closes()[before:])  # noqa: B023 - called at once

        assert side.closes()[before:] == [f"/{place}"]


def test_the_environment_is_what_the_server_made_it(sides):
    sent = (b"X-Odd: caf\xe9", b"X-Odd: twice", b"Cookie: a=1", b"Cookie: b=2", b"X-Empty:")
    target = b"//environment%2F?a=%2F&b=%00"
    expected, answer = (get(side.served, target, b"GET", *sent) for side in sides)

    assert b"PATH_INFO" in answer
    assert plain(answer) == plain(expected)


CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
SENT = {
    "no body": (b"\r\n",),
    "an empty body": (b"Content-Length: 0\r\n\r\n",),
    "a body": (b"Content-Length: 5\r\n\r\nhello",),
    "a body in pieces": (b"Content-Length: 10\r\n\r\n", b"hello", b"world"),
    "a body in chunks": (CHUNKED, b"5\r\nhello\r\n", b"5\r\nworld\r\n0\r\n\r\n"),
    "an empty body in chunks": (CHUNKED, b"0\r\n\r\n"),
    "all bytes": (b"Content-Length: 256\r\n\r\n", bytes(range(256))),
    "a body that is announced": (b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", b"hello"),
}


@pytest.mark.parametrize("sent", SENT)
def test_a_request_body_arrives_as_it_does_without_the_gateway(sides, sent):
    first, *others = SENT[sent]
    expected, answer = told(sides, POST + first, *others)

    assert b" 200 OK\r\n" in answer
    assert plain(answer) == plain(expected)


def test_requests_on_one_connection_are_told_apart(sides):
    """Even though the first one's body is not read by the application."""
    request = b"POST /plain HTTP/1.1\r\nHost: local\r\nContent-Length: 5\r\n\r\nhello"
    then = b"GET /no_length HTTP/1.1\r\nHost: local\r\nConnection: close\r\n\r\n"
    expected, answer = told(sides, request, then)

    assert plain(answer) == plain(expected)


def test_a_refused_path_leaves_the_connection_in_order(sides):
    """A body in answer to HEAD would be taken for the beginning of the next answer."""
    request = b"HEAD /a%00 HTTP/1.1\r\nHost: local\r\n\r\n"
    then = b"GET /plain HTTP/1.1\r\nHost: local\r\nConnection: close\r\n\r\n"
    answer = exchange(sides[1].served, request, then)
    refused, _, rest = answer.partition(b"\r\n\r\n")

    assert b" 400 Bad Request\r\n" in refused
    # uWSGI closes the connection instead.
    assert rest.startswith(b"HTTP/1.1 200 OK\r\n") or rest == b""


def memory(sides) -> list[int]:
    """Return the most KiB that each of the two ever held."""
    return [int(body_of(get(side.served, b"/memory"))) for side in sides]


def grown(sides, before: list[int]) -> tuple[int, int]:
    expected, used = (after - then for after, then in zip(memory(sides), before, strict=True))
    return expected, used


def test_a_large_answer_takes_no_memory_of_the_gateways_own(sides):
    before = memory(sides)
    lengths = [len(body_of(get(side.served, b"/large"))) for side in sides]
    expected, used = grown(sides, before)

    assert lengths == [LARGE * CHUNK] * 2
    assert used < expected + SLACK


def test_a_large_request_takes_no_memory_of_the_gateways_own(sides):
    before = memory(sides)
    length, part = LARGE * CHUNK, b"x" * CHUNK
    answers = told(sides, POST + b"Content-Length: %d\r\n\r\n" % length, *[part] * LARGE)
    expected, used = grown(sides, before)

    digest = blake2b(part * LARGE, digest_size=8).hexdigest()
    assert [body_of(answer)[:26] for answer in answers] == [f"{length} {digest}".encode()] * 2
    assert used < expected + SLACK
