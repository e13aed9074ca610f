"""Edits of the table while it serves: what is noticed, and what keeps serving."""

import os
import tempfile
import time
from pathlib import Path

import pytest
from werkzeug.test import Client

from gateway.dispatcher import make_gateway
from gateway.snapshot import Holder, make_snapshot
from gateway.watcher import Watcher
from tests.gateway.unprivileged import as_nobody
from tests.serving import until

HERE = "tests.gateway.applications"
TABLE = f"""\
backends: {{legacy: "{HERE}:legacy", modern: "{HERE}:modern"}}
default: legacy
routes:
  chat: {{path: /chat, to: legacy}}
"""
FLIPPED = TABLE.replace("to: legacy}", "to: modern}")


class Served:
    """A gateway over a file, and its watcher, which looks when the test says so."""

    def __init__(self, file) -> None:
        content = file.read_bytes()
        self.holder = Holder(make_snapshot(content, str(file)))
        self.watcher = Watcher(str(file), self.holder)
        self.client = Client(make_gateway(self.holder))

    def look(self, times: int = 3) -> str:
        for _ in range(times):
            self.watcher.poll()
        return self.client.get("/chat").text


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "table.yaml"
    file.write_text(TABLE)
    return file


@pytest.fixture
def served(file):
    return Served(file)


def rewrite(file, text):
    file.write_text(text)


def replace(file, text):
    (file.parent / "new").write_text(text)
    (file.parent / "new").replace(file)


def swap_link(file, text):
    other = file.parent / "other.yaml"
    other.write_text(text)
    link = file.parent / "link"
    link.symlink_to(other)
    link.replace(file)


@pytest.mark.parametrize("edit", [rewrite, replace, swap_link])
def test_an_edit_is_served_however_it_is_made(served, file, edit):
    edit(file, FLIPPED)

    assert served.look() == "modern"


def test_an_edit_is_served_as_kubernetes_makes_it(tmp_path):
    """A ConfigMap is a folder behind a link that is swapped; the file's own link stays."""
    mount(tmp_path, "..2026_11_23", TABLE)
    file = tmp_path / "table.yaml"
    file.symlink_to("..data/table.yaml")
    served = Served(file)

    mount(tmp_path, "..2026_11_24", FLIPPED)

    assert served.look() == "modern"


def mount(folder, version, text):
    (folder / version).mkdir()
    (folder / version / "table.yaml").write_text(text)
    (folder / "..data_tmp").symlink_to(version)
    (folder / "..data_tmp").replace(folder / "..data")


def test_a_rewrite_of_the_same_size_and_time_is_noticed(served, file):
    served.look()
    time = file.stat().st_mtime_ns
    file.write_text(FLIPPED)
    os.utime(file, ns=(time, time))

    assert len(FLIPPED) == len(TABLE)
    assert served.look() == "modern"


def test_a_rewrite_that_keeps_an_old_time_is_noticed(served, file):
    then = file.stat().st_mtime_ns
    aged(file, served)
    file.write_text(FLIPPED)
    os.utime(file, ns=(then, then))

    assert served.look() == "modern"


def test_a_file_that_is_old_is_not_read_again(served, file, monkeypatch):
    aged(file, served)
    monkeypatch.setattr("gateway.watcher.read_bytes", lambda file: pytest.fail("it was read"))

    assert served.look() == "legacy"


def test_content_counts_once_it_was_read_twice_alike(served, file):
    file.write_text(FLIPPED)

    assert served.look(times=1) == "legacy"
    assert served.look(times=1) == "modern"


def test_a_file_that_is_still_being_written_is_not_served(served, file):
    for end in range(len(FLIPPED) - 40, len(FLIPPED)):
        file.write_text(FLIPPED[:end])
        assert served.look(times=1) == "legacy"

    assert served.watcher.fault is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_text("backends: ["),
        lambda file: file.write_text(""),
        lambda file: file.write_bytes(b"\xff"),
        lambda file: file.unlink(),
        lambda file: (file.unlink(), file.mkdir()),
        lambda file: file.write_text(FLIPPED.replace("applications:modern", "nowhere:modern")),
    ],
    ids=["not YAML", "empty", "not UTF-8", "deleted", "a folder", "backend that can't be imported"],
)
def test_bad_edit_keeps_the_old_table(served, file, spoil, caplog):
    spoil(file)

    assert served.look() == "legacy"
    assert served.watcher.fault
    assert "keeps serving. Mend the file, it is watched." in caplog.text


def test_a_file_that_may_not_be_read_any_more_keeps_the_old_table(caplog):
    # In a folder that others may enter, which pytest's own folders are not.
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.yaml"
        file.write_text(TABLE)
        Path(folder).chmod(0o755)
        served = Served(file)
        file.write_text(FLIPPED)
        file.chmod(0o000)
        with as_nobody():
            assert served.look() == "legacy"
            assert "can't be read: Permission denied" in str(served.watcher.fault)
            aged(file, served)
        file.chmod(0o644)

        assert served.look() == "modern"


def aged(file, served):
    """Let the file be older than what a watcher reads again without a reason."""
    served.watcher._edits._clock = lambda: time.time() + 60
    served.look()


def test_a_fault_is_logged_once(served, file, caplog):
    file.write_text("backends: [")
    served.look(times=20)

    assert len(caplog.records) == 1


def test_mending_a_bad_edit_is_noticed(served, file):
    file.write_text("backends: [")
    served.look()
    file.write_text(FLIPPED)

    assert served.look() == "modern"
    assert served.watcher.fault is None


def test_taking_a_bad_edit_back_clears_the_fault(served, file):
    file.write_text("backends: [")
    served.look()
    file.write_text(TABLE)
    served.look()

    assert served.watcher.fault is None


def test_a_reload_keeps_the_applications_that_serve(served, file):
    before = served.holder.current
    file.write_text(FLIPPED)
    served.look()

    assert served.holder.current is not before
    assert served.holder.current.applications == before.applications


def test_the_thread_follows_the_file_until_it_is_stopped(served, file):
    served.watcher.start()
    try:
        file.write_text(FLIPPED)
        until(lambda: served.client.get("/chat").text == "modern", seconds=5)
    finally:
        served.watcher.stop()
