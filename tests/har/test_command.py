"""`gateway parity replay` and `record`, as a person or a program meets them."""

from __future__ import annotations

import json

import pytest

from gateway.cli import main
from tests.har.recording import PAGE, Recording, shopping
from tests.har.shop import make_shop

TABLE = """
backends: {old: "tests.har.shop:make_shop()", new: "tests.har.shop:%s()"}
default: old
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a table and a recording of a whole session."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "routing_table.yaml").write_text(TABLE % "make_equal_shop")
    shopping(make_shop()).write(tmp_path / "shop.har")
    return tmp_path


@pytest.fixture
def parity(folder, capsys):
    """Run the command; gives its exit code, stdout and stderr."""

    def start(*arguments):
        with pytest.raises(SystemExit) as left:
            main(["parity", *map(str, arguments)])
        return left.value.code, *capsys.readouterr()

    return start


def test_equal_sides_are_silent(parity):
    code, out, err = parity("replay", "shop.har")

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "No difference.",
        "",
        "9 calls in 1 session compared (control is old, candidate is new)",
        "Responses only: the table has no 'database', so what was written is not compared.",
        "values: 59 compared, 0 of them by their shape only (0.0%)",
    ]


def test_differences_are_told_by_cause_as_those_of_a_run(parity, folder):
    (folder / "routing_table.yaml").write_text(TABLE % "make_changed_shop")

    code, out, _ = parity("replay", "shop.har", "--url=http://here:8000")

    assert code == 1
    assert out.splitlines()[:7] == [
        "1 difference in 1 session, with 1 cause.",
        "",
        "POST /login   (route: none)",
        "  redirect: Location   1 time in 1 session   (the values differ)",
        "    control    /home",
        "    candidate  /start",
        "  smallest in shop.har, call 2; repeat it with:",
    ]
    assert out.splitlines()[7].startswith("    old: curl -i -X POST http://here:8000/login -H")


def test_report_is_the_page_and_the_data_of_a_run(parity, folder):
    (folder / "routing_table.yaml").write_text(TABLE % "make_changed_shop")

    _, out, _ = parity("replay", "shop.har", "--report=r/a.html", "--report=a.json", "--json")

    page = (folder / "r/a.html").read_text()
    assert "<h1>1 difference in 1 session, with 1 cause.</h1>" in page
    assert "<li>shop.har, call 2 (shown here)</li>" in page
    assert json.loads((folder / "a.json").read_text()) == json.loads(out)


def test_report_that_can_not_be_written_is_told(parity, folder):
    (folder / "file").write_text("")

    code, _, err = parity("replay", "shop.har", "--report=file/a.html")

    assert (code, err) == (1, "The report file/a.html can't be written: File exists.\n")


def test_result_is_one_object_for_a_program(parity, folder):
    (folder / "routing_table.yaml").write_text(TABLE % "make_changed_shop")

    code, out, _ = parity("replay", "shop.har", "--json")

    told = json.loads(out)
    assert (code, told["ok"], told["calls"], told["candidate"]) == (1, False, 9, "new")
    (found,) = told["differences"]
    example = found["example"]
    assert (found["method"], found["path"], found["kind"]) == ("POST", "/login", "redirect")
    assert (found["count"], example["call"], example["control"]) == (1, 2, "/home")
    assert {"control", "origin", "strayed", "accepted", "left_out", "notes"} <= told.keys()


def test_sides_can_be_chosen(parity):
    code, out, _ = parity("replay", "shop.har", "--control=new", "--candidate=old")

    assert code == 0
    assert "(control is new, candidate is old)" in out


@pytest.fixture
def signed_in(folder):
    """A recording that began signed in, and that no copy of its cookies can open."""
    shop = Recording(make_shop())
    shop.client = shopping(make_shop()).client
    shop.send("GET", "/home", headers=PAGE)
    token = (
        shop.entries[0]["response"]["content"]["text"].partition('content="')[2].partition('"')[0]
    )
    shop.send(
        "POST",
        "/orders",
        data={"title": "x"},
        headers={"Accept": "application/json", "X-CSRFToken": token},
    )
    return shop.write(folder / "late.har")


def test_cookies_of_the_beginning_are_sent_and_told(parity, signed_in):
    code, out, _ = parity("replay", signed_in)

    assert code == 0
    assert "note: The recording begins with cookies of its own (session)." in out


def test_somebody_can_be_signed_in_first(parity, signed_in):
    code, out, _ = parity("replay", signed_in, "--login=tests.har.shop:sign_in")

    assert (code, out.splitlines()[2].partition(" (")[0]) == (0, "4 calls in 1 session compared")
    assert "cookies of its own" not in out


def test_session_that_went_another_way_fails_unless_allowed(parity, folder):
    recording = Recording(make_shop(5, stock=1))
    recording.send("GET", "/orders/5")
    recording.write(folder / "gone.har")

    code, out, _ = parity("replay", "gone.har")
    assert code == 1
    assert out.startswith("No difference, but the replay can't be trusted.")
    told = "call 1: GET /orders/5 got 200 when recorded; both sides answered 404."
    assert told in out.splitlines()

    code, out, _ = parity("replay", "gone.har", "--allow-strayed")
    assert (code, out.partition("\n")[0]) == (0, "No difference.")
    assert f"note: {told}" in out.splitlines()


def test_recording_of_another_application_is_told(parity, folder):
    recording = Recording(make_shop())
    recording.send("GET", "/nowhere")
    recording.entries[0]["response"]["status"] = 200
    recording.write(folder / "other.har")

    _, out, _ = parity("replay", "other.har")

    assert "Neither side knows any address of the recording. Is it one of another" in out
    assert "may have compared little" not in out


def test_upload_that_was_not_recorded_is_told_with_how_to_give_it(parity, folder):
    recording = shopping(make_shop())
    upload = next(e for e in recording.entries if e["request"]["url"].endswith("/files"))
    upload["request"].pop("postData")
    upload["request"]["headers"].append({"name": "Content-Length", "value": "137"})
    recording.write(folder / "upload.har")
    (folder / "a.txt").write_text("hello")

    assert "137 of the 137 bytes that it sent were not recorded: browsers leave out uploaded" in (
        told := parity("replay", "upload.har")[1]
    )
    assert "Give them with --upload FIELD=@FILE, and the fields beside them with" in told
    assert "note" not in parity("replay", "upload.har", "--upload=file=@a.txt")[1]


def test_upload_that_nothing_needs_is_told(parity, folder):
    (folder / "a.txt").write_text("hello")

    _, out, _ = parity("replay", "shop.har", "--upload=file=@a.txt")

    assert "note: No upload lacks its content, so --upload file is not used." in out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["none.har"], 1, "none.har can't be read: No such file or directory."),
        (["routing_table.yaml"], 1, "routing_table.yaml can't be used: it is no whole JSON"),
        (["shop.har", "--origin=http://x.example"], 1, "Nothing of the recording can be sent to"),
        (["shop.har", "--candidate=newer"], 1, "There is no backend 'newer' in the table."),
        (["shop.har", "--table=none.yaml"], 1, "none.yaml"),
        (["shop.har", "--state=os:getcwd"], 1, "--state prepares a database, but the table names"),
        (["shop.har", "--login=nowhere:f"], 1, "--login 'nowhere:f' can't be imported: No module"),
        (["shop.har", "--login=os:sep"], 1, "--login 'os:sep' is no function."),
        (["shop.har", "--login=os:stat"], 1, "--login 'os:stat' failed: TypeError: "),
        (["shop.har", "--cookie=a"], 2, "'a' is no cookie. Write NAME=VALUE."),
        (["shop.har", "--upload=file"], 2, "'file' is no field."),
        (["shop.har", "--upload=file=@none"], 2, "There is no file 'none'."),
        (["shop.har", "--report=a.pdf"], 2, "'a.pdf' is of no known kind. Give FILE.html or"),
        (["shop.har", "--url=here"], 2, "'here' is no address. Write http://HOST:PORT."),
        (["shop.har", "--at=noon"], 2, "'noon' does not match"),
        ([], 2, "Missing argument 'FILE.har'"),
    ],
)
def test_wrong_wish_is_told_in_a_sentence(parity, arguments, code, told):
    got, out, err = parity("replay", *arguments)

    assert (got, out) == (code, "")
    assert told in err
    assert "Traceback" not in err


def test_written_test_runs_and_finds_what_differs(parity, folder, pytester, monkeypatch):
    monkeypatch.setenv("PARITY_PASSWORD", "open & sesame")
    assert parity("record", folder / "shop.har", "--output", pytester.path / "test_shop.py")[0] == 0

    for maker, outcome in (("make_equal_shop", "passed"), ("make_changed_shop", "failed")):
        (pytester.path / "routing_table.yaml").write_text(TABLE % maker)
        result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
        result.assert_outcomes(**{outcome: 1})


def test_written_test_says_which_secret_is_missing(parity, folder, pytester, monkeypatch):
    monkeypatch.delenv("PARITY_PASSWORD", raising=False)
    parity("record", folder / "shop.har", "--output", pytester.path / "test_shop.py")
    (pytester.path / "routing_table.yaml").write_text(TABLE % "make_equal_shop")

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    result.stdout.fnmatch_lines(["*KeyError: 'PARITY_PASSWORD'"])


def test_file_that_is_there_is_not_written_over(parity, folder):
    (folder / "test_x.py").write_text("mine")

    code, _, err = parity("record", "shop.har", "--output=test_x.py")
    assert (code, (folder / "test_x.py").read_text()) == (1, "mine")
    assert "test_x.py can't be written: File exists." in err

    assert parity("record", "shop.har", "--output=test_x.py", "--force")[0] == 0


def test_test_is_named_after_the_file_or_as_asked(parity):
    assert "def test_shop(parity):" in parity("record", "shop.har")[1]
    assert (
        "def test_order(parity, ada):"
        in parity("record", "shop.har", "--name=order", "--fixture=ada")[1]
    )
    assert parity("record", "shop.har", "--name=no name")[0] == 2
