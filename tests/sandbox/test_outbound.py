"""What would leave by other ways than the database is stopped, or recorded and answered."""

from __future__ import annotations

import asyncio
import http.client
import io
import logging.handlers
import os
import smtplib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import requests
import sqlalchemy as sa

from gateway.sandbox import (
    EscapeError,
    HttpAnswer,
    OutboundEffect,
    Sandbox,
    create_engine,
    sandbox,
)
from gateway.sandbox.outbound.watch import Watch, active_watch
from gateway.sandbox.outbound.watching import watching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    made = create_engine(f"sqlite:///{tmp_path}/app.db")
    yield made
    made.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file in it."""
    (tmp_path / "there").write_text("before")
    return tmp_path


class Handler(BaseHTTPRequestHandler):
    """Answers, and lets the connection live on."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"real")

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def web_server() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def connect() -> None:
    with closing(socket.socket()) as client:
        client.connect(("127.0.0.1", 9))


# What is stopped

ATTEMPTS: dict[str, Callable[[Path], Any]] = {
    "files be changed": lambda folder: (folder / "new").write_text("x"),
    "files be changed: os.remove": lambda folder: (folder / "there").unlink(),
    "files be changed: os.mkdir": lambda folder: (folder / "new").mkdir(),
    "files be changed: os.rename": lambda folder: (folder / "there").rename(folder / "new"),
    "files be changed: open": lambda folder: os.open(folder / "new", os.O_WRONLY | os.O_CREAT),
    "process be started": lambda _: subprocess.run(["true"], check=True),
    "process be started or signalled: os.system": lambda _: os.system("true"),
    "process be started or signalled: os.fork": lambda _: os.fork(),
    "thread be started": lambda _: threading.Thread(target=print).start(),
    "mail be sent": lambda _: smtplib.SMTP("127.0.0.1", 9),
    "HTTP request be sent: urllib": lambda _: urllib.request.urlopen("http://127.0.0.1:9/"),
    "HTTP request be sent: http": lambda _: http.client.HTTPConnection("h").request("GET", "/"),
    "sent over the network": lambda _: connect(),
    "another database be opened": lambda folder: sqlite3.connect(folder / "other.db"),
}


@pytest.mark.parametrize("what", ATTEMPTS)
def test_attempt_is_stopped_and_told(engine: sa.Engine, folder: Path, what: str):
    before = sorted(folder.iterdir())

    with sandbox(engine) as box, pytest.raises(EscapeError, match=f"does not let .*{what}"):
        ATTEMPTS[what](folder)

    assert sorted(folder.iterdir()) == before
    assert what in box.stopped[0]
    assert box.effects == ()


def test_attempt_is_told_though_its_error_was_swallowed(engine: sa.Engine, folder: Path):
    with sandbox(engine) as box, suppress(Exception):  # as applications do around mail
        (folder / "new").touch()
    assert len(box.stopped) == 1


def test_connection_kept_alive_is_not_used(engine: sa.Engine):
    with web_server() as port, closing(http.client.HTTPConnection("127.0.0.1", port)) as kept:
        kept.request("GET", "/")
        kept.getresponse().read()
        with sandbox(engine), pytest.raises(EscapeError, match="HTTP request be sent"):
            kept.request("GET", "/")


def test_open_socket_is_not_used(engine: sa.Engine):
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as server,
        closing(socket.create_connection(server.getsockname())) as client,
    ):
        with sandbox(engine), pytest.raises(EscapeError, match="on an open connection"):
            client.sendall(b"x")
        client.sendall(b"y")


def test_pool_of_threads_that_run_already_gets_no_work(engine: sa.Engine):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        with sandbox(engine), pytest.raises(EscapeError, match="int is submitted to a pool"):
            pool.submit(int)


def test_thread_that_stays_in_the_context_stays_in_the_sandbox(engine: sa.Engine):
    def write() -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (a)")

    with sandbox(engine):
        asyncio.run(asyncio.to_thread(write))
        assert sa.inspect(engine).get_table_names() == ["t"]
    assert sa.inspect(engine).get_table_names() == []


def test_pool_of_another_engine_lends_nothing(engine: sa.Engine, folder: Path):
    foreign = sa.create_engine(f"sqlite:///{folder}/other.db")
    foreign.connect().close()
    with sandbox(engine), pytest.raises(EscapeError, match="taken from a QueuePool"):
        foreign.connect()
    foreign.connect().close()
    foreign.dispose()


# What is not


@pytest.mark.parametrize("outbound", ["stop", "record"])
def test_what_leaves_nothing_is_allowed(engine: sa.Engine, folder: Path, outbound):
    with sandbox(engine, outbound=outbound) as box:
        assert (folder / "there").read_text() == "before"
        with tempfile.TemporaryFile() as unnamed:
            unnamed.write(b"x")
        with open(os.devnull, "w") as null:  # noqa: PTH123 - as code under test does
            null.write("x")
        sqlite3.connect(":memory:").close()
    assert box.stopped == ()


def test_functions_are_known_for_what_they_can_do(engine: sa.Engine):
    with sandbox(engine, outbound="record"):
        assert {os.open, os.stat, os.unlink, os.rmdir} <= os.supports_dir_fd
        assert os.chmod in os.supports_fd


def test_log_file_is_written_and_rolls_over(engine: sa.Engine, folder: Path):
    path = folder / "log"
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=20, backupCount=1, delay=True)
    with sandbox(engine) as box, closing(handler):
        for _ in range(3):
            handler.handle(logging.makeLogRecord({"msg": "a line of the log"}))
    assert box.stopped == ()
    assert sorted(p.name for p in folder.glob("log*")) == ["log", "log.1"]


def test_module_is_imported_and_compiled(engine: sa.Engine, folder: Path, monkeypatch):
    (folder / "fresh_module.py").write_text("answer = 42")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    with sandbox(engine):
        import fresh_module  # type: ignore[import-not-found]  # noqa: PLC0415

    assert fresh_module.answer == 42
    assert list((folder / "__pycache__").iterdir())


def test_nothing_is_stopped_outside_or_where_it_is_allowed(engine: sa.Engine, folder: Path):
    with sandbox(engine, outbound="allow"):
        (folder / "one").touch()
    with sandbox(engine):
        pass
    (folder / "two").touch()
    assert (folder / "one").exists()


# What is recorded


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["To"], mail["From"], mail["Subject"] = "bob@example.org", "ada@example.org", "Plans"
    mail.set_content("Hello.\n.\nBye.\n")
    return mail


def send_mail(client: smtplib.SMTP) -> None:
    client.starttls()
    client.login("ada", "secret")
    assert client.send_message(message(), to_addrs=["zoe@example.org", "bob@example.org"]) == {}
    assert client.noop()[0] == 250
    client.quit()


@pytest.mark.parametrize("kind", [smtplib.SMTP, smtplib.SMTP_SSL])
def test_mail_is_recorded_with_its_envelope(engine: sa.Engine, kind: type[smtplib.SMTP]):
    with sandbox(engine, outbound="record") as box:
        send_mail(kind("mail.example.org", 9))

    (effect,) = box.effects
    assert (effect.kind, effect.destination) == ("mail", "bob@example.org, zoe@example.org")
    assert b"Subject: Plans" in effect.content
    assert b"Hello." in effect.content


def test_two_mails_on_one_connection_are_two_effects(engine: sa.Engine):
    with sandbox(engine, outbound="record") as box:
        client = smtplib.SMTP("mail.example.org")
        for to in ("one@example.org", "two@example.org"):
            client.sendmail("ada@example.org", to, "Hi")
    assert [effect.destination for effect in box.effects] == ["one@example.org", "two@example.org"]


def post(url: str) -> bytes:
    request = urllib.request.Request(url, b'{"a": 1}', {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        assert response.status == 201
        return bytes(response.read())


def post_by_requests(url: str) -> bytes:
    response = requests.post(url, json={"a": 1}, timeout=5)
    assert response.status_code == 201
    return response.content


def post_by_httpx(url: str) -> bytes:
    response = httpx.post(url, json={"a": 1})
    assert response.status_code == 201
    return response.content


def post_by_async_httpx(url: str) -> bytes:
    async def send() -> bytes:
        async with httpx.AsyncClient() as client:
            return (await client.post(url, json={"a": 1})).content

    return asyncio.run(send())


@pytest.mark.parametrize("send", [post, post_by_requests, post_by_httpx, post_by_async_httpx])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_request_is_recorded_and_answered(engine: sa.Engine, send, scheme: str):
    seen: list[OutboundEffect] = []

    def answer(effect: OutboundEffect) -> HttpAnswer:
        seen.append(effect)
        return HttpAnswer(201, b'{"id": 7}', (("Content-Type", "application/json"),))

    with sandbox(engine, outbound="record", answer=answer) as box:
        body = send(f"{scheme}://api.example.org:8080/things?x=1")

    assert body == b'{"id": 7}'
    (effect,) = seen
    assert box.effects == (effect,)
    assert effect.kind == "http"
    assert effect.destination == f"POST {scheme}://api.example.org:8080/things?x=1"
    assert effect.content.replace(b" ", b"") == b'{"a":1}'
    assert ("content-type", "application/json") in {(n.lower(), v) for n, v in effect.headers}


def test_body_in_chunks_is_put_together(engine: sa.Engine):
    with sandbox(engine, outbound="record") as box:
        response = requests.put("http://api.example.org/", data=iter([b"one", b"two"]), timeout=5)
    assert response.status_code == 200
    assert box.effects[0].content == b"onetwo"


def test_connection_kept_alive_is_let_go_and_opened_again(engine: sa.Engine):
    with web_server() as port, requests.Session() as session:
        url = f"http://127.0.0.1:{port}/"
        assert session.get(url, timeout=5).content == b"real"
        with sandbox(engine, outbound="record") as box:
            assert session.get(url, timeout=5).content == b""
        assert session.get(url, timeout=5).content == b"real"
    assert [effect.destination for effect in box.effects] == [f"GET {url}"]


def test_written_file_can_be_read_inside_and_is_not_there_outside(engine: sa.Engine, folder: Path):
    path = folder / "new" / "report.txt"
    with sandbox(engine, outbound="record") as box:
        path.parent.mkdir()
        path.write_text("first\n")
        with path.open("a") as file:
            file.write("second\n")
        assert path.read_text() == "first\nsecond\n"
        path.unlink()
        with pytest.raises(FileNotFoundError):
            path.read_text()

    assert not path.parent.exists()
    assert [effect.destination for effect in box.effects] == [
        f"mkdir {path.parent}",
        f"write {path}",
        f"write {path}",
        f"unlink {path}",
    ]
    assert box.effects[2].content == b"first\nsecond\n"


def test_existing_file_is_changed_in_memory_only(engine: sa.Engine, folder: Path):
    with sandbox(engine, outbound="record"):
        with (folder / "there").open("r+b") as file:
            file.seek(0, io.SEEK_END)
            file.write(b" and after")
        assert (folder / "there").read_bytes() == b"before and after"
        with pytest.raises(FileExistsError):
            (folder / "there").open("x")
        (folder / "there").replace(folder / "moved")
        assert (folder / "moved").read_bytes() == b"before and after"
    assert (folder / "there").read_text() == "before"


def test_file_that_is_not_closed_is_recorded_at_the_end(engine: sa.Engine, folder: Path):
    with sandbox(engine, outbound="record") as box:
        kept = (folder / "new").open("w")
        kept.write("x")
    assert box.effects == (OutboundEffect("file", f"write {folder}/new", b"x"),)


def test_recorded_file_has_a_size_and_an_age(engine: sa.Engine, folder: Path):
    with sandbox(engine, outbound="record"):
        (folder / "new").mkdir()
        (folder / "new" / "file").write_text("four")
        assert (folder / "new").is_dir()
        assert (folder / "new" / "file").stat().st_size == 4
        assert time.time() - (folder / "new" / "file").stat().st_mtime < 60
        (folder / "there").unlink()
        assert not (folder / "there").exists()


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        (lambda folder: (folder / "there").mkdir(), FileExistsError),
        (lambda folder: (folder / "none" / "new").mkdir(), FileNotFoundError),
        (lambda folder: (folder / "none" / "new").write_text("x"), FileNotFoundError),
        (lambda folder: (folder / "none").unlink(), FileNotFoundError),
        (lambda folder: (folder / "none").rename(folder / "new"), FileNotFoundError),
    ],
)
def test_recorded_files_fail_as_real_ones_do(engine: sa.Engine, folder: Path, attempt, error):
    with sandbox(engine, outbound="record") as box, pytest.raises(error):
        attempt(folder)
    assert box.effects == ()


def test_file_of_the_disk_is_moved_in_memory_only(engine: sa.Engine, folder: Path):
    with sandbox(engine, outbound="record"):
        (folder / "there").rename(folder / "moved")
        assert (folder / "moved").read_text() == "before"
    assert (folder / "there").exists()


def test_process_is_recorded_and_succeeds(engine: sa.Engine):
    with sandbox(engine, outbound="record") as box:
        done = subprocess.run(["/bin/convert", "a b"], input=b"x", capture_output=True, check=True)
        assert subprocess.Popen("ls -l", shell=True).wait() == 0
        assert os.system("reboot") == 0
    assert (done.stdout, done.returncode) == (b"", 0)
    assert box.effects == (
        OutboundEffect("process", "convert", b"/bin/convert\na b\0x"),
        OutboundEffect("process", "ls", b"ls -l"),
        OutboundEffect("process", "reboot", b"reboot"),
    )


def work(*arguments: object) -> None:
    raise AssertionError(arguments)


def test_thread_is_recorded_and_not_run(engine: sa.Engine):
    with ThreadPoolExecutor(1) as pool, sandbox(engine, outbound="record") as box:
        thread = threading.Thread(target=work, args=[1])
        thread.start()
        thread.join()
        assert pool.submit(work, 2).result() is None
    name = "tests.sandbox.test_outbound.work"
    assert box.effects == (
        OutboundEffect("thread", name, b"1"),
        OutboundEffect("thread", name, b"2"),
    )


def test_watch_that_waits_has_threads_run_inside():
    ran: list[object] = []

    def look() -> None:
        time.sleep(0.01)
        ran.append(active_watch())

    watch = Watch("record", waits=True)
    with ThreadPoolExecutor(1) as pool, watching(watch):
        threading.Thread(target=look).start()
        pool.submit(look)
    assert ran == [watch, watch]
    assert watch.effects == []


def test_watch_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr("gateway.sandbox.outbound.watch.LONGEST_WAIT", 0.01)
    end = threading.Event()
    watch = Watch("record", waits=True)
    with watching(watch):
        threading.Thread(target=end.wait).start()
    end.set()
    assert "still runs in a thread" in watch.stopped[0]


def test_what_has_no_stand_in_is_stopped_while_recording(engine: sa.Engine):
    with sandbox(engine, outbound="record") as box, pytest.raises(EscapeError, match="network"):
        connect()
    assert "record" not in box.stopped[0]


def test_equal_effects_are_equal(engine: sa.Engine):
    def effects() -> tuple[OutboundEffect, ...]:
        with sandbox(engine, outbound="record") as box:
            post_anything(box)
        return box.effects

    assert effects() == effects()


def post_anything(_box: Sandbox) -> None:
    requests.post("http://api.example.org/", data={"a": 1}, timeout=5)
    smtplib.SMTP("mail.example.org").send_message(message())
