"""The table's file is replaced whole, and nobody's edit is lost."""

import os
import random
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from gateway import tablefile
from gateway.refusal import RefusalError
from gateway.swap import swap
from gateway.tablefile import EditConflict, create, locked, write
from tests.gateway.unprivileged import as_nobody

BEFORE = b"""\
backends: {legacy: a:a, modern: b:b}
default: legacy
routes:
  chat: {path: /chat, to: legacy}
  login: {path: /login, to: legacy}
"""
AFTER = BEFORE.replace(b"/chat, to: legacy", b"/chat, to: modern")
THEIRS = BEFORE.replace(b"/login, to: legacy", b"/login, to: modern")


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "table.yaml"
    file.write_bytes(BEFORE)
    return file


def without_swap(monkeypatch):
    # Stands for a system, or a file system, without renameat2.
    monkeypatch.setattr(tablefile, "swap", lambda one, other: False)


@pytest.fixture(params=["swap", "rename"])
def _each_way(request, monkeypatch):
    if request.param == "rename":
        without_swap(monkeypatch)


@pytest.mark.usefixtures("_each_way")
def test_the_content_is_replaced_with_mode_and_owner_kept(file):
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 12345, 12346)
    before = file.stat()

    write(str(file), BEFORE, AFTER)

    after = file.stat()
    assert file.read_bytes() == AFTER
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    assert after.st_ino != before.st_ino
    assert list(file.parent.iterdir()) == [file]


def test_a_symbolic_link_stays_and_the_file_behind_it_is_replaced(file):
    (file.parent / "links").mkdir()
    link = file.parent / "links" / "table.yaml"
    link.symlink_to("../table.yaml")

    write(str(link), BEFORE, AFTER)

    assert link.is_symlink()
    assert file.read_bytes() == AFTER
    assert list(link.parent.iterdir()) == [link]


@pytest.mark.usefixtures("_each_way")
def test_an_edit_by_somebody_else_is_kept_and_told(file):
    file.write_bytes(THEIRS)

    with pytest.raises(EditConflict, match=r"changes line 5 \(route 'login'\)\. Nothing was"):
        write(str(file), BEFORE, AFTER)

    assert file.read_bytes() == THEIRS
    assert list(file.parent.iterdir()) == [file]


def test_an_edit_that_was_seen_in_time_never_lets_the_new_table_show(file, monkeypatch):
    # A reader would have to look within microseconds; this sees it for certain.
    monkeypatch.setattr(tablefile, "swap", lambda one, other: pytest.fail("it showed"))
    file.write_bytes(THEIRS)

    with pytest.raises(EditConflict):
        write(str(file), BEFORE, AFTER)


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        (BEFORE + b"  more: {path: /more, to: legacy}\n", r"line 6 \(route 'more'\)"),
        (BEFORE.replace(b"default", b"# ours\n\ndefault"), r"lines 2 to 3\."),
        (BEFORE[:30], "line 1 and leaves a table with faults"),
    ],
    ids=["route", "comment", "torn"],
)
def test_a_conflict_tells_lines_and_routes(file, theirs, told):
    file.write_bytes(theirs)

    with pytest.raises(EditConflict, match=told):
        write(str(file), BEFORE, AFTER)


def test_a_file_that_was_removed_is_not_brought_back(file):
    file.unlink()

    with pytest.raises(EditConflict, match="was removed while it was edited"):
        write(str(file), BEFORE, AFTER)

    assert not file.exists()


def test_an_edit_in_the_last_moment_is_put_back(file, monkeypatch):
    # The moment between the last look and the swap can't be hit on purpose, so it is made.
    def late(one, other):
        if file.read_bytes() == BEFORE:
            file.write_bytes(THEIRS)
        return swap(one, other)

    monkeypatch.setattr(tablefile, "swap", late)

    with pytest.raises(EditConflict, match="route 'login'"):
        write(str(file), BEFORE, AFTER)

    assert file.read_bytes() == THEIRS


def test_an_edit_while_another_is_put_back_wins(file, monkeypatch):
    newest = THEIRS + b"# newest\n"
    edits = [THEIRS, newest]

    def late(one, other):
        if edits:
            file.write_bytes(edits.pop(0))
        return swap(one, other)

    monkeypatch.setattr(tablefile, "swap", late)

    with pytest.raises(EditConflict):
        write(str(file), BEFORE, AFTER)

    assert file.read_bytes() == newest


def test_no_edit_is_lost_to_somebody_who_knows_nothing_of_locks(file):
    """Somebody replaces the file again and again while it is edited: theirs always stands."""
    numbers = random.Random(1)
    for number in range(200):
        before = file.read_bytes()
        theirs = BEFORE + f"# edit {number}\n".encode()
        other = threading.Thread(target=replace, args=(file, theirs, numbers.random() / 1000))
        other.start()
        with suppress(EditConflict):
            write(str(file), before, before + b"# flipped\n")
        other.join()
        assert file.read_bytes() == theirs


def replace(file: Path, content: bytes, after: float) -> None:
    time.sleep(after)
    new = file.with_name("theirs")
    new.write_bytes(content)
    new.replace(file)


@pytest.fixture
def open_file():
    """A table of ours in a folder that others may enter, which pytest's own folders are not."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.yaml"
        file.write_bytes(BEFORE)
        yield file


def test_a_folder_that_can_not_be_written_is_a_clear_message(open_file):
    open_file.parent.chmod(0o555)

    with as_nobody(), pytest.raises(RefusalError, match="can't be replaced: Permission denied"):
        write(str(open_file), BEFORE, AFTER)
    open_file.parent.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_a_file_whose_owner_can_not_be_kept_is_left_as_it_was(open_file):
    open_file.parent.chmod(0o777)

    with as_nobody(), pytest.raises(RefusalError, match=r"not permitted.* same mode and"):
        write(str(open_file), BEFORE, AFTER)

    assert open_file.read_bytes() == BEFORE
    assert list(open_file.parent.iterdir()) == [open_file]


def test_a_lock_is_waited_for(file):
    order = []

    def second():
        with locked(str(file)):
            order.append("second")

    with locked(str(file)):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.05)
        order.append("first")
    thread.join()

    assert order == ["first", "second"]


def test_a_lock_that_is_never_released_is_a_clear_message(file):
    with (
        locked(str(file)),
        pytest.raises(RefusalError, match="Another gateway command has been editing"),
        locked(str(file), patience=0.02),
    ):
        pass


def test_a_folder_that_does_not_exist_is_a_clear_message(tmp_path):
    with (
        pytest.raises(RefusalError, match="its folder can't be opened"),
        locked(str(tmp_path / "none" / "table.yaml")),
    ):
        pass


def test_create_does_not_replace_a_file_unless_forced(file):
    with pytest.raises(RefusalError, match="can't be written: File exists"):
        create(str(file), AFTER)
    assert file.read_bytes() == BEFORE

    create(str(file), AFTER, force=True)
    assert file.read_bytes() == AFTER


def test_swap_lets_two_files_change_places(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("1")
    other.write_text("2")

    if not swap(str(one), str(other)):
        pytest.skip("this system can't")

    assert (one.read_text(), other.read_text()) == ("2", "1")


def test_swap_with_a_file_that_does_not_exist_says_so(tmp_path):
    (tmp_path / "one").touch()

    with pytest.raises(FileNotFoundError):
        swap(str(tmp_path / "one"), str(tmp_path / "none"))
