"""The command line: what it prints, for a person and for a program, and how it exits."""

import json
import re
import signal
import subprocess
import sys

import pytest

from gateway.cli.main import main

HERE = "tests.gateway.applications"
TABLE = f"""\
backends: {{legacy: "{HERE}:legacy", modern: "tests.gateway.flasks:modern"}}
default: legacy
routes:
  chat: {{path: /chat, methods: [GET], to: modern}}
  beta: {{path: /beta, to: {{legacy: 50, modern: 50}}, sticky: "header:X-Tenant"}}
  admin: {{prefix: /admin, to: legacy}}
"""


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "table.yaml"
    file.write_text(TABLE.replace("  beta", "  item").replace("/beta", "/items/<int:item_id>"))
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


def test_check_of_a_good_table(run, table):
    code, out, _ = run("check")

    assert (code, out.startswith(f"{table} is fine: revision ")) == (0, True)


def test_check_as_json(run):
    code, out, _ = run("check", "--json")
    answer = json.loads(out)

    assert (code, answer["ok"], answer["faults"]) == (0, True, [])
    assert re.fullmatch("[0-9a-f]{12}", answer["revision"])


def test_check_lists_every_fault_with_its_place(run, table):
    table.write_text(table.read_text().replace("to: modern}", "to: modem}") + "colour: red\n")
    code, out, _ = run("check", "--json")
    answer = json.loads(out)

    assert (code, answer["ok"]) == (1, False)
    assert [(fault["line"], fault["route"]) for fault in answer["faults"]] == [
        (4, "chat"),
        (7, None),
    ]
    assert set(answer["faults"][0]) == {"file", "line", "column", "route", "message"}


def test_check_finds_a_backend_that_can_not_be_imported(run, table):
    table.write_text(table.read_text().replace("flasks:modern", "flasks:modem"))
    code, out, _ = run("check")

    assert (code, f"{table}:1:" in out, "has no 'modem'" in out) == (1, True, True)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("/chat", "/chatter", "'modern', which does not serve GET /chatter"),
        ("[GET]", "[GET, PUT]", "'modern', which does not serve GET, PUT /chat"),
        ("/admin, to: legacy", "/admin, to: modern", "does not serve anything below /admin"),
    ],
)
def test_check_finds_a_route_that_its_backend_does_not_serve(run, table, before, after, said):
    table.write_text(table.read_text().replace(before, after))
    code, out, _ = run("check")

    assert code == 1
    assert said in out


@pytest.mark.parametrize(
    ("arguments", "backend", "route", "reason", "path"),
    [
        (["GET", "/chat"], "modern", "chat", "route", "/chat"),
        (["get", "http://host:5000//chat/?a=1"], "modern", "chat", "route", "/chat/"),
        (["GET", "//chat?a=1#b"], "modern", "chat", "route", "/chat"),
        (["POST", "/chat"], "legacy", None, "default", "/chat"),
        (["GET", "/admin/%75sers"], "legacy", "admin", "route", "/admin/users"),
        (["GET", "/items/3", "-H", "X-Tenant: a"], None, "item", "split", "/items/3"),
    ],
)
def test_explain(run, arguments, backend, route, reason, path):
    code, out, _ = run("explain", *arguments, "--json")
    answer = json.loads(out)

    assert code == 0
    assert set(answer) == {"route", "backend", "reason", "revision", "path"}
    assert (answer["route"], answer["reason"], answer["path"]) == (route, reason, path)
    assert answer["backend"] == backend or backend is None


def test_explain_for_a_person(run):
    code, out, _ = run("explain", "GET", "/chat")

    assert code == 0
    assert out.startswith("GET /chat → modern (route 'chat', reason route, revision ")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/a%5cb", "The path holds a backslash."),
        ("/x/../chat", "The path can be read in two ways."),
    ],
)
def test_explain_refuses_a_path_with_two_readings(run, path, said):
    code, _, err = run("explain", "GET", path)

    assert (code, said in err, "The gateway answers 400." in err) == (2, True, True)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://[x/", "'http://[x/' is not an address"),
        ("/a\nb", "holds a control character"),
        ("chat", "The path does not start with a slash"),
        ("/\udcff", "The path is not UTF-8"),
    ],
)
def test_explain_refuses_what_is_no_address(run, url, said):
    code, _, err = run("explain", "GET", url)

    assert (code, said in err) == (2, True)


def test_explain_knows_the_headers_that_wsgi_names_otherwise(run, table):
    table.write_text(
        table.read_text() + "  json: {path: /j, headers: {Content-Type: a}, to: legacy}"
    )

    assert '"json"' in run("explain", "GET", "/j", "-H", "content-type: a", "--json")[1]


def test_json_is_utf_8_whatever_the_name_of_the_file(capfdbinary):
    with pytest.raises(SystemExit):
        main(["check", "--table", "no-\udcff", "--json"])

    assert json.loads(capfdbinary.readouterr().out)["faults"][0]["file"] == "no-\udcff"


def test_routes_as_json(run):
    code, out, _ = run("routes", "--json")
    chat, item, admin = json.loads(out)

    assert code == 0
    assert chat == {
        "route": "chat",
        "methods": ["GET"],
        "path": "/chat",
        "to": "modern",
        "served_by": {"legacy": None, "modern": True},
    }
    assert (item["methods"], item["to"]) == (None, {"legacy": 50.0, "modern": 50.0})
    assert (admin["path"], admin["served_by"]["modern"]) == ("/admin/*", False)


def test_routes_for_a_person(run):
    _, out, _ = run("routes")

    assert out.splitlines()[1].split() == ["chat", "GET", "/chat", "modern", "legacy,", "modern"]
    assert "legacy 50%, modern 50%" in out


@pytest.mark.parametrize("command", [["check"], ["explain", "GET", "/"], ["routes"], ["serve"]])
def test_a_table_that_can_not_be_used_is_one_clear_message(run, table, command):
    table.write_text("backends: [\n")
    code, out, err = run(*command)

    assert code == 1
    assert f"{table}:2:1: This is not YAML" in out + err


def test_usage_errors_exit_with_2(run):
    assert run("chekc")[0] == 2
    assert run("serve", "--bind", "nowhere")[0] == 2


def test_an_interrupt_exits_with_130(table):
    command = [
        sys.executable,
        "-m",
        "gateway",
        "status",
        "--watch",
        "--json",
        "--table",
        str(table),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        second = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        process.wait(20)  # before its output is closed, into which it may just be writing

    assert first == second == {"revision": first["revision"], "workers": [], "counts": []}
    assert process.returncode == 130


def test_our_own_bug_exits_with_3_and_says_where_it_is_logged(run, monkeypatch, tmp_path):
    # A bug can't be had on order, so one is put in.
    monkeypatch.setattr("gateway.cli.routes.list_routes", lambda table: 1 / 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, _, err = run("routes")

    assert code == 3
    (log,) = tmp_path.glob("gateway-bug-*.log")
    assert str(log) in err
    assert "ZeroDivisionError" in log.read_text()
