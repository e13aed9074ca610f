"""What leaves the two sides beside their answers is taken by stand-ins, and compared."""

from __future__ import annotations

import os
import secrets
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import requests
from flask import Flask

from gateway.parity.accepted_file import parse_accepted
from gateway.parity.harness import Parity, Side
from gateway.sandbox import HttpAnswer, OutboundEffect

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(tempfile.gettempdir())


def app_that(does: Callable[[], Any]) -> Flask:
    app = Flask("app")
    app.testing = True

    @app.post("/")
    def answer() -> str:
        said = does()
        return said if isinstance(said, str) else "done"

    return app


def compared(control, candidate, accepted="", mode="record", answer=None, calls=1):
    """The differences between two applications that do something when they are asked."""
    sides = (
        Side("a", app_that(control), outbound=mode),
        Side("b", app_that(candidate), outbound=mode),
    )
    with Parity(*sides, accepted=parse_accepted(accepted.encode(), "accepted.yaml")) as parity:
        if answer:
            parity.answer_http(answer)
        for _ in range(calls):
            parity.post("/")
    return [difference for call in parity.calls for difference in call.differences]


def found(*sides, **options):
    return {(d.kind, d.place) for d in compared(*sides, **options)}


def mail(to="bob@example.org", subject="Plans", text="Hello.", html="", encoding="7bit"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ada@example.org", to, subject
    message["Message-ID"] = f"<{secrets.token_hex(4)}@example.org>"
    message.set_content(text, cte=encoding)
    if html:
        message.add_alternative(html, subtype="html")
    with smtplib.SMTP("mail.example.org") as server:
        server.send_message(message)


@pytest.mark.parametrize("other", ["a\r\nb\r\n", "a\nb"])
def test_file_is_compared_to_the_letter(other):
    path = FOLDER / "report.txt"
    [difference] = compared(
        lambda: path.write_bytes(b"a\nb\n"), lambda: path.write_bytes(other.encode())
    )
    assert difference.place == f"file write {path}, content"


def test_equal_mail_in_another_spelling_is_silent():
    html = "<p>Hello <b>there</b>.</p>"
    assert not found(
        lambda: mail(html=html),
        lambda: mail(encoding="base64", html=f"<div class=x>{html}</div>"),
    )


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        ({"subject": "Plan"}, "mail bob@example.org, subject"),
        ({"text": "Hallo."}, "mail bob@example.org, parts[0].content"),
        ({"html": "<p>x</p>"}, "mail bob@example.org, parts[1]"),
        ({"to": "zoe@example.org"}, "mail bob@example.org"),
    ],
)
def test_fault_in_a_mail_is_found(fault, place):
    assert ("outbound", place) in found(mail, lambda: mail(**fault))


def test_mail_that_is_not_sent_and_mail_that_is_sent_twice_are_found():
    assert found(mail, lambda: None) == {("outbound", "mail bob@example.org")}
    assert found(mail, lambda: [mail(), mail()]) == {("outbound", "mail bob@example.org")}


URL = "https://api.example.org/things?a=1&b=2"


def by_urllib(url=URL, body=b'{"x": 1, "y": 2}', **headers):
    sent = {"Content-Type": "application/json", **headers}
    with urllib.request.urlopen(urllib.request.Request(url, body, sent)) as response:
        return response.read().decode()


def by_requests(url=URL, **headers):
    return requests.post(url, json={"y": 2, "x": 1}, headers=headers, timeout=5).text


def by_httpx(url=URL, **headers):
    return httpx.post(url, json={"y": 2, "x": 1}, headers=headers).text


@pytest.mark.parametrize("send", [by_requests, by_httpx])
def test_equal_request_by_another_library_is_silent(send):
    assert not found(by_urllib, lambda: send(URL.replace("a=1&b=2", "b=2&a=1")))


@pytest.mark.parametrize(
    ("fault", "member"),
    [
        ({"url": "https://api.example.org/things?a=1&b=3"}, ", query.b[0]"),
        ({"url": "https://api.example.org/thing?a=1&b=2"}, ""),
        ({"body": b'{"x": 1, "y": "2"}'}, ", body.y"),
        ({"Authorization": "Bearer x"}, ", headers.authorization"),
        ({"Content-Type": "text/plain"}, ", type"),
    ],
)
def test_fault_in_a_request_is_found(fault, member):
    place = f"http POST https://api.example.org/things{member}"
    assert ("outbound", place) in found(by_urllib, lambda: by_urllib(**fault))


def test_both_sides_get_the_answer_that_a_test_gives():
    seen = []

    def answer(effect: OutboundEffect) -> HttpAnswer:
        seen.append(effect.destination)
        return HttpAnswer(201, b"made", (("Content-Type", "text/plain"),))

    def expects():
        assert by_urllib() == by_httpx() == "made"

    assert not compared(expects, expects, answer=answer)
    assert seen == [f"POST {URL}"] * 4


def test_random_values_stand_for_each_other_in_what_is_sent():
    def sound():
        token = secrets.token_hex(16)
        mail(text=f"https://app.example.org/confirm/{token}")
        return token

    def faulty():
        sound()
        return secrets.token_hex(16)

    assert not found(sound, sound)
    assert found(sound, faulty) == {("outbound", "mail bob@example.org, parts[0].content")}


# Files


def write(text="x", name="report.txt"):
    (FOLDER / name).write_text(text)


def by_a_second_file():
    write(name="report.tmp")
    (FOLDER / "report.tmp").replace(FOLDER / "report.txt")


def and_away_again():
    write()
    (FOLDER / "report.txt").unlink()


def test_file_is_told_by_what_it_holds_in_the_end():
    assert not found(write, by_a_second_file)
    assert not found(lambda: None, and_away_again)
    assert not (FOLDER / "report.txt").exists()


def test_fault_in_a_file_is_found():
    place = f"file write {FOLDER}/report.txt"
    assert found(write, lambda: write("y")) == {("outbound", f"{place}, content")}
    assert found(write, lambda: None) == {("outbound", place)}


def test_file_of_a_random_name_is_one_file():
    assert not found(*[lambda: write(name=secrets.token_hex(16))] * 2)


def test_file_stays_for_the_next_call_of_its_side():
    def count():
        path = FOLDER / "count"
        text = path.read_text() if path.is_file() else ""
        path.write_text(text + "x")
        return f"{len(text)} {path.stat().st_size} {path.stat().st_mtime}"

    assert not compared(count, count, calls=3)


def test_file_that_is_written_as_it_was_is_no_effect(tmp_path):
    (tmp_path / "there").write_text("same")
    assert not found(lambda: None, lambda: (tmp_path / "there").write_text("same"))
    removed = found(lambda: None, (tmp_path / "there").unlink)
    assert removed == {("outbound", f"file remove {tmp_path}/there")}


def at_once(content=b"x", mode=0o644):
    """Write as those do who never want half a file to be seen."""
    descriptor, name = tempfile.mkstemp(dir=FOLDER)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    os.chmod(name, mode)  # noqa: PTH101
    os.replace(name, FOLDER / "report.txt")  # noqa: PTH105
    return (FOLDER / "report.txt").read_text()


def test_file_written_at_once_is_told_by_what_it_holds():
    place = f"file write {FOLDER}/report.txt, content"
    assert not found(at_once, at_once)
    assert found(at_once, lambda: at_once(b"y")) == {("body", "text, piece 1"), ("outbound", place)}
    [told] = compared(at_once, lambda: at_once(mode=0o600))
    assert [told.control[:9], told.candidate[:9]] == ["chmod 644", "chmod 600"]
    assert not (FOLDER / "report.txt").exists()


def named(text="x", suffix=""):
    with tempfile.NamedTemporaryFile("w", suffix=suffix, delete=False) as file:
        file.write(text)
    return Path(file.name).read_text()


def test_temporary_file_that_stays_is_told_and_has_one_name_on_both_sides():
    assert not compared(named, named, calls=2)
    assert not (FOLDER / "tmp00000001").exists()
    assert ("outbound", f"file write {FOLDER}/tmp00000001, content") in found(
        named, lambda: named("y")
    )


def test_temporary_files_that_go_are_no_effect():
    def do():
        with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile("w") as file:
            Path(folder, "inside").write_text("x")
            file.write("x")
            file.flush()
            return str(Path(file.name).stat().st_size) + Path(folder, "inside").read_text()

    assert not found(do, lambda: "1x")


def by_descriptor(flags=os.O_WRONLY | os.O_CREAT | os.O_TRUNC, content=b"x"):
    descriptor = os.open(FOLDER / "report.txt", flags)
    os.write(descriptor, content)
    os.close(descriptor)


def test_file_opened_as_a_descriptor_is_told():
    assert not found(write, by_descriptor)
    place = f"file write {FOLDER}/report.txt, content"
    assert found(write, lambda: by_descriptor(content=b"y")) == {("outbound", place)}


@pytest.mark.parametrize(
    ("flags", "held"),
    [
        (os.O_WRONLY, "xbc"),
        (os.O_WRONLY | os.O_APPEND, "abcx"),
        (os.O_RDWR | os.O_TRUNC, "x"),
        (os.O_WRONLY | os.O_CREAT, "xbc"),
        (os.O_WRONLY | os.O_CREAT | os.O_EXCL, "FileExistsError"),
        (os.O_RDONLY, "OSError"),
    ],
)
def test_descriptor_does_as_a_real_one(tmp_path, flags, held):
    path = tmp_path / "there"

    def do():
        path.write_text("abc")
        try:
            descriptor = os.open(path, flags)
            with os.fdopen(descriptor, "rb+" if flags & os.O_RDWR else "rb", closefd=False):
                os.write(descriptor, b"x")
        except OSError as error:
            return type(error).__name__
        return path.read_text()

    real = do()
    path.unlink()
    assert real == held
    assert not found(do, lambda: [path.write_text(real if real[0] in "xa" else "abc"), real][1])


def converted(text="x", **options):
    subprocess.run(["convert", "-"], input=text.encode(), check=True, **options)


def by_pipe(text="x"):
    with subprocess.Popen(["convert", "-"], stdin=subprocess.PIPE, text=True) as process:
        process.stdin.write(text)  # type: ignore[union-attr]
    return "done"


def from_a_file(text="x"):
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        subprocess.run(["convert", "-"], stdin=file, check=True)


@pytest.mark.parametrize("convert", [converted, by_pipe, from_a_file])
def test_what_a_process_is_given_to_read_is_told(convert):
    assert not found(converted, convert)
    place = "process convert, input"
    assert found(convert, lambda: convert("y")) == {("outbound", place)}
    assert found(converted, lambda: convert("")) == {("outbound", place)}


def test_what_a_process_is_given_to_read_may_be_more_than_a_pipe_holds():
    long = "x" * 300_000
    assert not found(lambda: converted(long, capture_output=True), lambda: by_pipe(long))


def pay(subject="Plans"):
    subprocess.run(["pay"], check=True)
    mail(subject=subject)


def pay_later():
    mail()
    subprocess.run(["pay"], check=True)


ORDER = """
- id: AD-7
  where: [POST /]
  control: {outbound: {order: [process pay, mail bob@example.org]}}
  candidate: {outbound: {order: [mail bob@example.org, process pay]}}
  reason: It is so.
  owner: us
  expires: 2099-01-01
"""


def test_order_in_which_a_thread_sends_is_compared():
    [difference] = compared(pay, pay_later)
    assert (difference.kind, difference.place) == ("outbound", "order")
    assert difference.control == ["process pay", "mail bob@example.org"]
    assert not found(pay, pay_later, accepted=ORDER)
    assert not found(pay, pay)


def test_order_is_that_of_what_both_sides_send():
    assert found(pay, lambda: pay("Other")) == {("outbound", "mail bob@example.org, subject")}
    assert found(pay, mail) == {("outbound", "process pay")}
    assert found(lambda: [mail(), mail()], mail) == {("outbound", "mail bob@example.org")}


def test_order_between_threads_is_not_compared():
    def beside():
        sending = threading.Thread(target=mail)
        sending.start()
        sending.join()
        subprocess.run(["pay"], check=True)

    assert not found(pay, beside)


def test_order_of_files_is_not_compared():
    assert not found(lambda: [write(), pay()], lambda: [pay(), write()])


def test_folder_is_told(tmp_path):
    new = tmp_path / "a" / "b"
    assert found(lambda: None, lambda: new.mkdir(parents=True)) == {
        ("outbound", f"file mkdir {tmp_path}/a"),
        ("outbound", f"file mkdir {new}"),
    }


# Processes, threads, and what has no stand-in


def test_fault_in_a_process_is_found():
    def run(*arguments):
        return subprocess.run(["convert", *arguments], check=True, capture_output=True).stdout

    assert not found(lambda: run("a"), lambda: run("a"))
    assert found(lambda: run("a"), lambda: run("b")) == {
        ("outbound", "process convert, arguments[0]")
    }


def test_what_a_thread_sends_is_told():
    def send():
        threading.Thread(target=mail).start()

    assert not found(mail, send)
    assert found(send, lambda: None) == {("outbound", "mail bob@example.org")}


def test_what_has_no_stand_in_fails_though_both_sides_do_it():
    def fork():
        with suppress(RuntimeError):
            os.fork()

    (difference,) = compared(fork, fork)
    assert (difference.kind, difference.place) == ("outbound", "no stand-in")
    assert "parity_outbound = allow" in difference.note
    assert not compared(fork, fork, mode="stop")


def test_without_a_state_databases_and_sockets_are_let_through():
    def connect():
        with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
            client.connect(server.getsockname())
            client.sendall(b"x")

    assert not compared(connect, connect)


def test_all_may_happen_where_it_is_allowed(tmp_path):
    assert not found(lambda: None, lambda: (tmp_path / "new").write_text("x"), mode="allow")
    assert (tmp_path / "new").read_text() == "x"


ACCEPTED = """
- id: AD-1
  where: [POST /]
  control: {outbound: {%s}}
  candidate: {outbound: {%s}}
  reason: On purpose.
  owner: tests
  expires: 2099-01-01
"""


def test_difference_in_what_is_sent_can_be_accepted():
    member = ACCEPTED % ("mail.subject: Plans", "mail.subject: Plan")
    assert not found(mail, lambda: mail(subject="Plan"), accepted=member)
    assert found(mail, lambda: mail(subject="Play"), accepted=member)
    whole = ACCEPTED % ("mail: null", "mail: bob@example.org")
    assert not found(lambda: None, mail, accepted=whole)
    assert found(lambda: None, lambda: mail(to="zoe@example.org"), accepted=whole)


def test_applications_without_sqlalchemy_can_be_compared():
    program = """
import sys
sys.modules["sqlalchemy"] = None
from gateway.parity.harness import Parity, Side
def answers(environ, start_response):
    start_response("200 OK", [])
    return [b"x"]
def also(*arguments):
    return answers(*arguments)
with Parity(Side("a", answers), Side("b", also)) as parity:
    parity.get("/")
assert parity.differences == 0
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
