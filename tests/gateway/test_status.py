"""`gateway status` beside a real server."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import serving, until

ROOT = Path(__file__).parents[2]
HERE = "tests.gateway.applications"
TABLE = f"""\
backends: {{legacy: "{HERE}:legacy", modern: "{HERE}:modern"}}
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
def server(request, table):
    with serving(table, "--server", request.param, "--workers", "2", cwd=ROOT) as server:
        until(lambda: len(status(table)["workers"]) == 2)
        yield server


def gateway(*arguments) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return done.stdout


def status(table):
    return json.loads(gateway("status", "--table", table, "--json"))


def test_status_shows_workers_revisions_and_summed_counts(server, table):
    before = sum(count["requests"] for count in status(table)["counts"])
    for _ in range(20):
        server.get("/chat")

    until(lambda: sum(count["requests"] for count in status(table)["counts"]) >= before + 20)
    answer = status(table)
    assert {worker["revision"] for worker in answer["workers"]} == {answer["revision"]}
    chat = next(count for count in answer["counts"] if count["route"] == "chat")
    assert chat == {
        "route": "chat",
        "backend": "legacy",
        "reason": "route",
        "status": "2xx",
        "requests": 20,
    }
    assert "2 live workers." in gateway("status", "--table", table)


def test_a_broken_table_shows_as_a_fault_of_every_worker(server, table):
    table.write_text("backends: [")

    until(lambda: all(worker["fault"] for worker in status(table)["workers"]))
    assert "not the file as it is: " in gateway("status", "--table", table)


def test_a_worker_that_starts_while_the_table_is_broken_serves_the_last_good_one(server, table):
    good = status(table)["revision"]
    table.write_text("backends: [")
    until(lambda: all(worker["fault"] for worker in status(table)["workers"]))
    first = status(table)["workers"][0]["pid"]
    os.kill(first, signal.SIGKILL)

    def replaced():
        workers = status(table)["workers"]
        return len(workers) == 2 and first not in {worker["pid"] for worker in workers}

    until(replaced)
    assert {worker["revision"] for worker in status(table)["workers"]} == {good}
    table.write_text(TABLE.replace("/chat, to: legacy", "/chat, to: modern"))
    until(lambda: {server.get("/chat").text for _ in range(20)} == {"modern"})
