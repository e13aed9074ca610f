"""`gateway serve` as an operator meets it, under both servers."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
import requests

from tests.serving import free_port, serving, until

ROOT = Path(__file__).parents[2]
HERE = "tests.gateway.applications"
TABLE = f"""\
backends: {{legacy: "{HERE}:slow", modern: "{HERE}:modern"}}
default: legacy
routes:
  chat: {{path: /chat, to: legacy}}
"""


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "table.yaml"
    file.write_text(TABLE)
    return file


@pytest.fixture(params=["granian", "gunicorn"])
def server(request, table, tmp_path):
    environment = {"CLOSED_FILE": str(tmp_path / "closed"), "BEGUN_FILE": str(tmp_path / "begun")}
    options = ("--server", request.param, "--workers", "2", "--threads", "4")
    with serving(table, *options, cwd=ROOT, environment=environment) as server:
        yield server


def pids(server) -> set[str]:
    return {server.get("/pid").text for _ in range(40)}


def test_a_flip_in_the_file_is_followed_by_every_worker(server, table):
    until(lambda: len(pids(server)) == 2)
    table.write_text(TABLE.replace("/chat, to: legacy", "/chat, to: modern"))

    until(lambda: {server.get("/chat").text for _ in range(20)} == {"modern"}, seconds=5)


def test_a_bad_edit_is_logged_and_the_old_table_serves_on(server, table):
    table.write_text("backends: [")

    until(lambda: "This is not YAML" in server.stderr.read_text())
    assert server.get("/chat").headers["X-Gateway-Route"] == "chat"


def test_access_log_goes_to_stdout_with_the_decision(server):
    server.get("/chat?x=1")

    until(
        lambda: (
            '"GET /chat?x=1 HTTP/1.1" 200 route=chat backend=legacy' in server.stdout.read_text()
        )
    )


def test_a_stream_arrives_while_it_is_made(server, tmp_path):
    parts = server.get("/endless", stream=True).iter_content(5)

    assert next(parts) == b"part\n"
    assert not (tmp_path / "closed").exists()


def test_a_client_that_goes_away_closes_the_stream(server, tmp_path):
    response = server.get("/endless", stream=True)
    next(response.iter_content(5))
    response.close()

    until((tmp_path / "closed").exists, seconds=10)


def test_sigterm_finishes_running_requests(server, tmp_path):
    answers: list[requests.Response] = []
    slow = threading.Thread(target=lambda: answers.append(server.get("/slow")))
    slow.start()
    until((tmp_path / "begun").exists)
    parts = server.get("/stream", stream=True).iter_content(5)
    first = next(parts)

    assert server.stop() == 0
    slow.join()
    assert answers[0].status_code == 200
    assert [first, *parts] == [b"part\n"] * 10
    with pytest.raises(requests.ConnectionError):
        server.get("/pid")


def test_a_killed_worker_is_replaced_and_starts_on_the_newest_table(server, table):
    before = pids(server)
    table.write_text(TABLE.replace("/chat, to: legacy", "/chat, to: modern"))
    os.kill(int(min(before)), signal.SIGKILL)

    until(lambda: _replaced(server, min(before)))
    assert {server.get("/chat").text for _ in range(20)} == {"modern"}


def _answered(server) -> bool:
    try:
        return server.get("/pid").ok
    except requests.ConnectionError:
        return False


def _replaced(server, killed) -> bool:
    try:
        return len(pids(server) - {killed}) == 2
    except requests.ConnectionError:  # one that the killed worker had in its queue
        return False


@pytest.mark.parametrize("name", ["granian", "gunicorn"])
def test_sighup_with_code_that_can_not_be_loaded_is_refused_and_told(name, tmp_path):
    code, table = tmp_path / "slow_app.py", tmp_path / "table.yaml"
    good = f"from {HERE} import slow as app\n"
    code.write_text(good)
    table.write_text("backends: {legacy: slow_app:app}\ndefault: legacy\n")
    with serving(table, "--server", name, environment={"PYTHONPATH": str(ROOT)}) as server:
        until(lambda: len(pids(server)) == 2)
        before = pids(server)
        code.write_text("raise RuntimeError('half deployed')\n")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "The workers are not replaced" in server.stderr.read_text())

        assert "half deployed" in server.stderr.read_text()
        assert pids(server) == before

        code.write_text(good)
        server.process.send_signal(signal.SIGHUP)
        until(lambda: _answered(server) and not pids(server) & before, seconds=30)


def serve(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway", "serve", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def one_message(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    return done.stderr


def test_a_port_in_use_is_one_clear_message(table):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        said = one_message(serve("--table", str(table), "--bind", f"127.0.0.1:{port}"))

    assert said == (
        f"Port {port} on 127.0.0.1 is in use. Stop what listens there, or choose another one with"
        " --bind.\n"
    )


def test_an_address_of_another_machine_is_one_clear_message(table):
    said = one_message(serve("--table", str(table), "--bind", "192.0.2.1:8000"))

    assert "can't listen on 192.0.2.1:8000" in said


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (f"{HERE}:modern", "nowhere:app", "Backend 'modern': there is no module 'nowhere'"),
        (f"{HERE}:modern", f"{HERE}:not_callable", "is a str, which can't be called"),
        ("default: legacy", "default: nobody", "table.yaml:2:1: There is no backend 'nobody'"),
    ],
)
def test_a_table_that_can_not_be_served_is_one_clear_message(table, before, after, message):
    table.write_text(TABLE.replace(before, after))

    assert message in one_message(
        serve("--table", str(table), "--bind", f"127.0.0.1:{free_port()}")
    )


def test_a_database_that_can_not_be_opened_is_one_clear_message(tmp_path):
    said = one_message(
        serve(
            "--bind",
            f"127.0.0.1:{free_port()}",
            DATABASE_URL=f"sqlite:///{tmp_path}/no/such/folder/app.db",
        )
    )

    assert "no/such/folder/app.db can't be opened: unable to open database file." in said


def test_a_database_that_is_no_database_is_one_clear_message(tmp_path):
    file = tmp_path / "app.db"
    file.write_text("this is no database, but it is longer than one hundred bytes, " * 3)
    with pytest.raises(sqlite3.DatabaseError), closing(sqlite3.connect(file)) as connection:
        connection.execute("select * from sqlite_master")

    said = one_message(
        serve("--bind", f"127.0.0.1:{free_port()}", DATABASE_URL=f"sqlite:///{file}")
    )

    assert "can't be opened: file is not a database." in said
