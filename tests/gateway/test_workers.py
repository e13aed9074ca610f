"""What workers say of themselves, and what others make of it."""

import os
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from gateway.decision import Decision
from gateway.publisher import Publisher, Tally, last_good
from gateway.snapshot import Snapshot, make_snapshot
from gateway.workers import (
    Count,
    WorkerStatus,
    folder_of,
    live_workers,
    process_identity,
    summed,
    wait_for,
    write_status,
)
from tests.serving import until

HERE = "tests.gateway.applications"
TABLE = f'backends: {{legacy: "{HERE}:legacy"}}\ndefault: legacy\n'.encode()
MINE = WorkerStatus(os.getpid(), str(process_identity(os.getpid())), "a" * 12, None, ())


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWAY_RUN_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("GATEWAY_SESSION", "session")
    table = str(tmp_path / "table.yaml")
    folder_of(table).mkdir(parents=True)
    return table


def test_a_worker_that_lives_is_seen(table):
    counted = replace(MINE, counts=(Count("chat", "modern", "route", "2xx", 3),))
    write_status(folder_of(table), counted)

    assert live_workers(table) == [counted]


def test_a_worker_that_is_gone_is_forgotten(table):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    write_status(folder_of(table), replace(MINE, pid=gone.pid))

    assert live_workers(table) == []
    assert list(folder_of(table).iterdir()) == []


def test_another_process_with_the_same_pid_is_not_the_worker(table):
    write_status(folder_of(table), replace(MINE, started="earlier"))

    assert live_workers(table) == []


def test_a_process_that_was_killed_and_not_yet_reaped_is_gone():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert process_identity(child.pid) is not None
    child.kill()

    until(lambda: process_identity(child.pid) is None)
    child.communicate()


def test_a_torn_file_is_no_worker(table):
    (folder_of(table) / "worker-1.json").write_text('{"pid": 1')

    assert live_workers(table) == []


def test_tables_do_not_share_workers(table, tmp_path):
    write_status(folder_of(table), MINE)

    assert live_workers(str(tmp_path / "other.yaml")) == []


def test_counts_are_summed_with_the_most_requests_first():
    few, many = Count("a", "modern", "route", "2xx", 1), Count(None, "legacy", "default", "4xx", 5)
    workers = [replace(MINE, counts=(few, many)), replace(MINE, counts=(many,))]

    assert summed(workers) == (replace(many, requests=10), few)


def test_waiting_ends_when_every_worker_serves_the_revision(table):
    write_status(folder_of(table), MINE)
    new = replace(MINE, revision="b" * 12)
    threading.Timer(0.1, write_status, (folder_of(table), new)).start()

    assert wait_for(table, "b" * 12, seconds=10) == []


def test_waiting_names_who_does_not_serve_the_revision_in_time(table):
    stuck = replace(MINE, fault="The file is broken.")
    write_status(folder_of(table), stuck)

    assert wait_for(table, "b" * 12, seconds=0.05) == [stuck]


def test_tally_counts_by_route_backend_reason_and_status_class():
    tally = Tally()
    chat = Decision("modern", "chat", "route")
    for status in ("200 OK", "204 No Content", "404 Not Found"):
        tally.add((chat, status))

    assert set(tally.counts()) == {
        Count("chat", "modern", "route", "2xx", 2),
        Count("chat", "modern", "route", "4xx", 1),
    }
    assert sum(count.requests for count in tally.counts()) == 3


def test_tally_loses_nothing_between_threads():
    tally, decision = Tally(), Decision("modern", "chat", "route")

    def add() -> None:
        for _ in range(5000):
            tally.add((decision, "200 OK"))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        tally.counts()

    assert [count.requests for count in tally.counts()] == [20_000]


def test_publisher_tells_of_a_change_at_once_and_keeps_the_table(table):
    state: list[tuple[Snapshot, str | None]] = [(make_snapshot(TABLE, table), None)]
    publisher = Publisher(folder_of(table), Tally(), lambda: state[-1])
    publisher.start()
    until(lambda: live_workers(table))
    state.append((make_snapshot(TABLE + b"# new\n", table), "The file is broken."))
    publisher.publish_soon()

    until(lambda: live_workers(table)[0].fault == "The file is broken.", seconds=0.8)
    assert last_good(folder_of(table)) == TABLE + b"# new\n"


def test_a_folder_that_can_not_be_written_is_a_warning(table, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    snapshot = make_snapshot(TABLE, table)
    Publisher(tmp_path / "file" / "folder", Tally(), lambda: (snapshot, None)).start()

    until(lambda: "The status of this worker can't be written" in caplog.text)
