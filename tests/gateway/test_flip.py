"""`gateway flip`, `flip --undo` and `history`, on real files."""

import json
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings

from gateway import flip as flips
from gateway.cli.check import examine
from gateway.cli.main import main
from gateway.percent import percent
from gateway.refusal import RefusalError
from tests.gateway.test_editor import splits, tables

ROOT = Path(__file__).parents[2]
HERE = "tests.gateway.applications"
FLASKS = "tests.gateway.flasks"
TABLE = f"""\
# who answers what
backends:
  legacy: {HERE}:legacy
  modern: tests.gateway.flasks:modern
  broken: tests.gateway.unimportable:app
default: legacy
routes:
  chat:
    path: /chat   # the page
    to: legacy    # flip me
  item: {{path: "/items/<int:item_id>", to: {{legacy: 90, modern: 10}}}}
  admin: {{prefix: /admin, to: legacy}}
"""


@pytest.fixture
def table(tmp_path, monkeypatch):
    file = tmp_path / "table.yaml"
    file.write_text(TABLE)
    monkeypatch.setenv("GATEWAY_USER", "ada")
    return file


@pytest.fixture
def run(table, capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as exited:
            main([*arguments, "--table", str(table)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return exited.value.code, out, err

    return run


@pytest.fixture
def flip(run):
    def flip(*arguments):
        code, out, err = run("flip", *arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    return flip


def histories(table) -> list[Path]:
    return list(table.parent.glob("*.jsonl"))


def test_a_flip_changes_one_word_of_the_file(run, table):
    code, out, _ = run("flip", "chat", "modern")

    assert code == 0
    assert out.startswith("chat: legacy → modern, revision ")
    assert table.read_text() == TABLE.replace("legacy    # flip me", "modern    # flip me")


def test_a_flip_to_a_split(flip, table):
    answer = flip("chat", "legacy=87.5,modern=12.5")

    assert answer["to"] == {"legacy": 87.5, "modern": 12.5}
    assert "to: {legacy: 87.5, modern: 12.5}    # flip me\n" in table.read_text()


def test_a_flip_as_json(flip, run):
    before = json.loads(run("check", "--json")[1])["revision"]
    answer = flip("item", "modern")
    after = json.loads(run("check", "--json")[1])["revision"]

    assert answer == {
        "route": "item",
        "from": {"legacy": 90, "modern": 10},
        "to": "modern",
        "revision": after,
        "revision_before": before,
        "acknowledged": None,
        "waiting": [],
    }


@pytest.mark.parametrize("to", ["legacy", "legacy=100", "legacy=100,modern=0"])
def test_a_flip_to_what_it_is_already_writes_nothing(run, table, to):
    stat = table.stat()
    code, out, _ = run("flip", "chat", to)

    assert (code, out.startswith("chat: legacy already, revision ")) == (0, True)
    assert table.stat() == stat
    assert histories(table) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chatt", "modern"], "There is no route 'chatt' in "),
        (["chatt", "modern"], "Did you mean 'chat'?"),
        (["xyz", "modern"], "`gateway routes` lists all."),
        (["chat", "modem"], "There is no backend 'modem'. The table names 'legacy', 'modern'"),
        (["chat", "legacy=90,modem=10"], "There is no backend 'modem'"),
        (["chat", "legacy=90,modern=20"], "The weights add up to 110."),
        (["chat", "legacy=99.999,modern=0.001"], "at most two decimals"),
        (["chat", "legacy=90,modern"], "The weight of 'modern' in 'legacy=90,modern' is ''."),
        (["chat", "legacy=90,modern=nan"], "is 'nan'. Write a backend, or a split in percent"),
        (["chat", "legacy=50,legacy=50"], "gives 'legacy' two weights"),
        (["admin", "modern"], "'modern' does not serve it. Add the view, or flip with --force."),
        (["admin", "legacy=99,modern=1"], "'modern' does not serve it"),
        (["chat", "broken"], "failed at"),
    ],
)
def test_a_flip_that_is_wrong_is_refused_and_nothing_is_written(run, table, arguments, said):
    code, out, err = run("flip", *arguments)

    assert (code, out) == (1, "")
    assert said in err
    assert table.read_text() == TABLE
    assert histories(table) == []


def test_force_does_not_ask_whether_the_backend_serves_the_route(flip):
    assert flip("admin", "broken", "--force")["to"] == "broken"


def test_a_backend_that_gets_nothing_need_not_be_importable(flip, table):
    table.write_text(TABLE.replace("to: legacy    #", "to: {broken: 50, legacy: 50}    #"))

    assert flip("chat", "legacy")["from"] == {"broken": 50, "legacy": 50}


def test_a_table_with_faults_is_not_flipped(run, table):
    table.write_text(TABLE + "colour: red\n")
    code, _, err = run("flip", "chat", "modern")

    assert (code, "The key 'colour' is not known here" in err) == (1, True)
    assert table.read_text() == TABLE + "colour: red\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["chat"],
        [],
        ["--undo", "chat", "modern"],
        ["chat", "modern", "--wait", "-1"],
        ["chat", "modern", "--wait", "nan"],
    ],
)
def test_usage_errors_exit_with_2(run, arguments):
    assert run("flip", *arguments)[0] == 2


def test_a_flip_is_recorded_with_who_and_why(flip, run):
    flip("chat", "modern", "--why", "parity is green")
    (entry,) = json.loads(run("history", "--json")[1])

    assert entry.pop("at").endswith("Z")
    assert len({entry.pop("revision"), entry.pop("revision_before")}) == 2
    assert entry == {
        "who": "ada",
        "why": "parity is green",
        "route": "chat",
        "from": "legacy",
        "to": "modern",
        "undoes": None,
    }


def test_what_is_not_utf_8_is_recorded_with_a_mark(flip, run, monkeypatch):
    monkeypatch.setenv("GATEWAY_USER", "ad\udcff")
    flip("chat", "modern", "--why", "\udcff")

    (entry,) = json.loads(run("history", "--json")[1])
    assert (entry["who"], entry["why"]) == ("ad?", "?")


def test_history_lists_the_newest_first(flip, run):
    for route, to in (("chat", "modern"), ("item", "modern"), ("chat", "legacy")):
        flip(route, to)

    def listed(*arguments):
        return [(e["route"], e["to"]) for e in json.loads(run("history", *arguments, "--json")[1])]

    assert listed() == [("chat", "legacy"), ("item", "modern"), ("chat", "modern")]
    assert listed("--limit", "2") == [("chat", "legacy"), ("item", "modern")]
    assert listed("chat") == [("chat", "legacy"), ("chat", "modern")]


def test_history_for_a_person(flip, run):
    flip("item", "legacy=80,modern=20", "--why", "looks\x1b[2J good")
    _, out, _ = run("history")
    titles, line = out.splitlines()

    assert titles.split() == ["WHEN", "WHO", "ROUTE", "FROM", "TO", "REVISION", "WHY"]
    assert line.split()[1:] == (
        f"ada item legacy 90%, modern 10% legacy 80%, modern 20% {line.split()[-3]}"
        " looks?[2J good".split()
    )


def test_history_before_the_first_flip(run, table):
    assert run("history") == (0, f"No flip is recorded for {table}.\n", "")
    assert run("history", "chat")[1] == f"No flip of route 'chat' is recorded for {table}.\n"


def test_history_of_a_table_that_does_not_exist(run, table):
    table.unlink()

    assert run("history")[0] == 1


def test_history_tells_of_a_torn_line(flip, run, table):
    flip("chat", "modern")
    with histories(table)[0].open("a") as file:
        file.write('{"at":')
    code, out, err = run("history", "--json")

    assert (code, len(json.loads(out))) == (0, 1)
    assert ":2: This line is not a flip, and was passed over." in err


def test_undo_takes_the_newest_flip_back_and_is_recorded(flip, run, table):
    flip("chat", "modern")
    done = flip("item", "modern")
    undone = flip("--undo")

    assert (undone["route"], undone["to"]) == ("item", {"legacy": 90, "modern": 10})
    newest = json.loads(run("history", "--json")[1])[0]
    assert (newest["route"], newest["why"]) == ("item", f"undo of {done['revision']}")


def test_undo_of_a_route_takes_its_newest_flip_back(flip, table):
    flip("chat", "modern")
    flip("item", "modern")
    flip("--undo", "chat", "--why", "errors")

    assert "to: legacy    # flip me" in table.read_text()


def test_undo_again_goes_further_back_over_all_routes(flip, run, table):
    flip("chat", "modern")
    flip("item", "modern")
    flip("chat", "legacy=50,modern=50")

    undone = [(answer["route"], answer["to"]) for answer in (flip("--undo") for _ in range(3))]

    assert undone == [
        ("chat", "modern"),
        ("item", {"legacy": 90, "modern": 10}),
        ("chat", "legacy"),
    ]
    assert table.read_text() == TABLE
    assert "or all of them are undone" in run("flip", "--undo")[2]


def test_a_flip_after_an_undo_is_undone_to_what_was_before_it(flip, table):
    flip("chat", "modern")
    flip("--undo")
    flip("chat", "modern")
    flip("item", "modern")
    flip("--undo", "chat")
    flip("--undo", "item")

    assert table.read_text() == TABLE


def test_the_history_tells_which_flip_an_undo_took_back(flip, run):
    done = flip("chat", "modern")
    flip("--undo")

    newest, oldest = json.loads(run("history", "--json")[1])
    assert (newest["undoes"], oldest["undoes"]) == (done["revision"], None)


def test_undo_goes_no_further_back_than_an_edit_by_hand(flip, run, table):
    flip("chat", "modern")
    table.write_text(table.read_text().replace("modern    #", "{legacy: 50, modern: 50}    #"))
    flip("chat", "legacy")
    flip("--undo")

    assert (
        "was changed by hand since ada flipped it from legacy to modern" in run("flip", "--undo")[2]
    )


def test_undo_leaves_what_was_changed_by_hand_since(flip, run, table):
    flip("chat", "modern")
    by_hand = table.read_text().replace("modern    #", "{legacy: 50, modern: 50}    #")
    table.write_text(by_hand)
    code, _, err = run("flip", "--undo")

    assert code == 1
    assert "was changed by hand since ada flipped it from legacy to modern at 20" in err
    assert "it is legacy 50%, modern 50% now" in err
    assert table.read_text() == by_hand


def test_undo_does_not_mind_what_was_changed_elsewhere(flip, table):
    flip("chat", "modern")
    table.write_text("# by hand\n" + table.read_text())
    flip("--undo")

    assert table.read_text() == "# by hand\n" + TABLE


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("  chat:", "  talk:", "There is no route 'chat'"),
        ("  broken:", "  broke:", "There is no backend 'broken'"),
    ],
)
def test_undo_of_what_is_not_in_the_table_any_more_is_refused(
    flip, run, table, before, after, said
):
    flip("chat", "broken", "--force")
    flip("chat", "modern")
    table.write_text(table.read_text().replace(before, after))
    code, _, err = run("flip", "--undo")

    assert (code, said in err) == (1, True)


def test_without_a_flip_there_is_nothing_to_undo(run):
    assert "records no flip that could be undone" in run("flip", "--undo")[2]
    assert "records no flip of route 'chat' that" in run("flip", "--undo", "chat")[2]
    assert "There is no route 'chatt'" in run("flip", "--undo", "chatt")[2]


def test_a_history_that_can_not_be_written_prevents_the_flip(run, table):
    table.with_name("table.yaml.history.jsonl").mkdir()
    code, _, err = run("flip", "chat", "modern")

    assert (code, "A flip is not made without a record of it." in err) == (1, True)
    assert table.read_text() == TABLE


def test_flips_at_once_are_all_made_in_some_order(run, table):
    paths = {f"r{n}": f"/r{n}" for n in range(6)}
    routes = "".join(f"  {name}: {{path: {path}, to: legacy}}\n" for name, path in paths.items())
    table.write_text(TABLE + routes)
    command = [sys.executable, "-m", "gateway", "flip", "--table", str(table), "--force"]
    running = [subprocess.Popen([*command, name, "modern"], cwd=ROOT) for name in paths]

    assert [process.wait() for process in running] == [0] * len(paths)
    assert table.read_text() == TABLE + routes.replace("to: legacy", "to: modern")
    entries = json.loads(run("history", "--json")[1])
    assert {entry["route"] for entry in entries} == set(paths)
    for newer, older in pairwise(entries):
        assert newer["revision_before"] == older["revision"]


@settings(max_examples=40, deadline=None)
@given(tables(), splits())
def test_no_flip_that_is_made_leaves_a_table_that_check_refuses(table, to):
    name, before, value, after = table
    text = (before + value + after).replace("'legacy': a:a", f"'legacy': {FLASKS}:modern")
    text = text.replace(": a:a", f": {FLASKS}:everything")  # all but legacy serve the routes
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.yaml"
        file.write_bytes(text.encode())
        faults = {fault.route for fault in examine(str(file)).faults}
        try:
            changed = flips.flip(str(file), name, written(to), flips.Author("ada")).changed
        except RefusalError:
            changed = False

        if changed:
            assert {fault.route for fault in examine(str(file)).faults} == faults - {name}
        else:
            assert file.read_bytes() == text.encode()


def written(to) -> str:
    return ",".join(f"{name}={percent(share)}" for name, share in to.shares.items())
