"""`gateway flip --wait` beside a real server."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.workers import live_workers
from tests.serving import serving, until

ROOT = Path(__file__).parents[2]
HERE = "tests.gateway.applications"
TABLE = f"""\
backends:
  legacy: {HERE}:legacy
  modern: {HERE}:modern
  broken: tests.gateway.unimportable:app
default: legacy
routes:
  chat: {{path: /chat, to: legacy}}
"""


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "table.yaml"
    file.write_text(TABLE.replace("  broken: tests.gateway.unimportable:app\n", ""))
    return file


@pytest.fixture
def server(table):
    with serving(table, "--workers", "2", cwd=ROOT) as server:
        until(lambda: len(live_workers(str(table))) == 2)
        yield server


def flip(table, *arguments) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway", "flip", *arguments, "--table", str(table)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_wait_returns_when_every_worker_serves_the_flip(server, table):
    done = flip(table, "chat", "modern", "--wait", "10", "--json")
    answered = {server.get("/chat").text for _ in range(40)}

    answer = json.loads(done.stdout)
    assert (done.returncode, answer["acknowledged"], answer["waiting"]) == (0, True, [])
    assert {w.revision for w in live_workers(str(table))} == {answer["revision"]}
    assert answered == {"modern"}


def test_wait_names_the_worker_that_does_not_follow(server, table):
    stopped = live_workers(str(table))[0]
    os.kill(stopped.pid, signal.SIGSTOP)
    try:
        done = flip(table, "chat", "modern", "--wait", "1")
        again = flip(table, "chat", "modern", "--wait", "0", "--json")
    finally:
        os.kill(stopped.pid, signal.SIGCONT)

    assert done.returncode == again.returncode == 1
    assert f"worker {stopped.pid} serves revision {stopped.revision}." in done.stderr
    assert json.loads(again.stdout)["acknowledged"] is False
    assert json.loads(again.stdout)["waiting"] == [
        {"pid": stopped.pid, "revision": stopped.revision, "fault": None}
    ]


def test_wait_tells_why_workers_can_not_serve_the_flip(server, table):
    table.write_text(TABLE)
    done = flip(table, "chat", "broken", "--force", "--wait", "2")

    assert done.returncode == 1
    assert done.stderr.count("Backend 'broken': importing 'tests.gateway.unimportable' failed") == 2


def test_without_workers_nobody_acknowledges_and_the_person_is_told(table):
    done = flip(table, "chat", "modern", "--wait", "0", "--json")

    assert (done.returncode, json.loads(done.stdout)["acknowledged"]) == (1, None)
    assert "No live worker of" in done.stderr
    assert "to: modern" in table.read_text()
