"""The client of the load tests tells a failure from a connection that may rightly end."""

import socket
import threading
from contextlib import closing

import pytest

from tests.reliability.applications import LINES, digest
from tests.reliability.load import Client

BODY = b"legacy abc 7 1\n" * LINES


def answered(identity, **changes):
    body = changes.get("body") or BODY.replace(b" 1\n", f" {identity}\n".encode())
    head = (
        f"HTTP/1.1 {changes.get('status', '200 OK')}\r\nContent-Length: {len(body)}\r\n"
        f"X-Digest: {changes.get('digest') or digest(body)}\r\n"
        f"X-Gateway-Backend: {changes.get('name', 'legacy')}\r\n\r\n"
    )
    return head.encode() + body


@pytest.fixture
def serve():
    """Serve connections by a script: for each, a function of identity for each request."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def start(*connections):
            thread = threading.Thread(target=_serve, args=(listener, connections), daemon=True)
            thread.start()
            return listener.getsockname()

        yield start


def _serve(listener, connections):
    for replies in connections:
        try:
            connection, _ = listener.accept()
        except OSError:  # the test is over, and asked for less
            return
        with connection:
            for reply in replies:
                asked = connection.recv(65536)
                connection.sendall(reply(asked.split()[1].partition(b"?")[2].decode()))


def test_accepts_a_whole_answer(serve):
    with Client(serve([answered])) as client:
        answer = client.ask("alpha")

    assert (answer.failure, answer.backend, answer.revision) == ("", "legacy", "abc")
    assert (answer.worker, answer.before) == (7, 0)


def test_asks_again_when_a_kept_connection_was_closed_between_requests(serve):
    with Client(serve([answered], [answered])) as client:
        assert [client.ask("alpha").failure for _ in range(2)] == ["", ""]


def test_a_new_connection_that_ends_without_an_answer_is_a_failure(serve):
    with Client(serve([])) as client:
        assert "UnansweredError" in client.ask("alpha").failure


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (lambda identity: answered(identity)[:-1], "IncompleteRead"),
        (lambda identity: answered(identity)[:10], "BadStatusLine"),
        (lambda identity: answered(identity, status="500 Oops"), "status 500"),
        (lambda identity: answered(identity, digest="0"), "not what the application said"),
        (lambda identity: answered(identity, body=BODY[:-15]), "not what the application said"),
        (lambda identity: answered("other"), "the answer to request other"),
        (lambda identity: answered(identity, name="modern"), "legacy by another name"),
    ],
    ids=["truncated", "only a beginning", "500", "digest", "short", "mixed up", "two names"],
)
def test_anything_but_the_whole_right_answer_is_a_failure(serve, reply, said):
    with Client(serve([answered, reply], [answered])) as client:
        client.ask("alpha")
        assert said in client.ask("alpha").failure
