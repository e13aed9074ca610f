"""The history of flips: one line each, and a torn one spoils nothing."""

import os
from pathlib import Path

import pytest

from gateway import history
from gateway.history import Entry, history_file, read, recording, timestamp, who
from gateway.refusal import RefusalError


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "table.yaml"
    file.write_text("backends: {legacy: a:a}\n")
    return str(file)


def entry(route: str = "chat", **changes) -> Entry:
    fields = {
        "at": "2026-11-23T09:00:00Z",
        "who": "ada",
        "why": "it is time",
        "route": route,
        "from_": "legacy",
        "to": {"legacy": 87.5, "modern": 12.5},
        "revision_before": "000000000000",
        "revision": "111111111111",
    }
    return Entry(**{**fields, **changes})


def record(table, *entries):
    with recording(table) as append:
        for each in entries:
            append(each)


def test_what_was_recorded_is_read_in_its_order(table):
    first, second = entry(), entry("login", why=None, to="modern")
    record(table, first)
    record(table, second)

    assert read(table).entries == (first, second)
    assert read(table).of("login") == (second,)
    assert read(table).of(None) == (first, second)


def test_a_line_is_one_json_object_with_the_names_of_the_table(table):
    record(table, entry(who="zoë\n", why='"'))

    assert history_file(table).read_text() == (
        '{"at":"2026-11-23T09:00:00Z","who":"zoë\\n","why":"\\"","route":"chat","from":"legacy",'
        '"to":{"legacy":87.5,"modern":12.5},"revision_before":"000000000000",'
        '"revision":"111111111111","undoes":null}\n'
    )


def test_an_undo_whose_flip_is_not_recorded_leaves_the_others_standing(table):
    first, undo = entry(), entry(undoes="222222222222", revision="333333333333")
    record(table, first, undo)

    assert read(table).standing(None) == (first,)


def test_before_the_first_flip_there_is_no_history(table):
    assert read(table) == history.History()


def test_a_torn_last_line_is_passed_over_with_a_note_and_spoils_nothing_after_it(table):
    record(table, entry("one"), entry("two"))
    file = history_file(table)
    file.write_bytes(file.read_bytes()[:-20])
    record(table, entry("three"))

    found = read(table)

    assert [each.route for each in found.entries] == ["one", "three"]
    assert found.notes == (f"{file}:2: This line is not a flip, and was passed over.",)


@pytest.mark.parametrize("line", ["[]", "{}", '{"at": 1}', "\x00", '"chat"'])
def test_a_line_of_something_else_is_passed_over(table, line):
    history_file(table).write_text(line + "\n")

    assert len(read(table).notes) == 1


def test_a_field_of_a_later_version_does_no_harm(table):
    record(table, entry())
    file = history_file(table)
    file.write_text(file.read_text().replace('{"at"', '{"ticket":7,"at"'))

    assert read(table).entries == (entry(),)


def test_the_history_is_beside_the_file_that_a_link_leads_to(table, tmp_path):
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "current.yaml"
    link.symlink_to(table)

    assert history_file(str(link)) == history_file(table)
    assert history_file(table).name == "table.yaml.history.jsonl"


def test_the_history_may_be_read_by_whoever_may_read_the_table(table):
    Path(table).chmod(0o600)
    record(table, entry())

    assert history_file(table).stat().st_mode & 0o777 == 0o600


def test_a_history_that_can_not_be_written_is_known_before_a_flip(table):
    history_file(table).mkdir()

    with pytest.raises(RefusalError, match="can't be written: Is a directory"), recording(table):
        pytest.fail("a flip would have been made")


def test_a_history_that_can_not_be_read_is_a_clear_message(table):
    history_file(table).mkdir()

    with pytest.raises(RefusalError, match="can't be read: Is a directory"):
        read(table)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_a_flip_that_could_not_be_recorded_is_told(table):
    history_file(table).symlink_to("/dev/full")

    with pytest.raises(RefusalError, match=r"'chat' was flipped, .* No space left on device"):
        record(table, entry())


def test_who_is_the_person_at_the_keyboard():
    assert who({"GATEWAY_USER": "ada", "USER": "deploy"}) == "ada"
    assert who({"USER": "deploy"}) == "deploy"
    assert who({}) == str(os.getuid())


def test_times_are_in_utc():
    assert timestamp(1_795_424_400.9) == "2026-11-23T09:00:00Z"
