"""The differences of a whole run by cause: in the terminal, as a page and as data."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from gateway.parity.causes import Cause, Example, grouped
from gateway.parity.coverage import Coverage, Served
from gateway.parity.exchange import Request
from gateway.parity.outcome import Outcome, lines
from gateway.parity.page import marked, render
from gateway.parity.repeat import Gateway
from gateway.parity.verdict import Totals
from gateway.table import OverrideSettings
from tests import parts

TABLE = """
backends: {old: old:app, new: new:app}
default: old
routes:
  note: {path: "/notes/<int:id>", to: old}
settings:
  override: {header: X-Gateway-Backend}
"""
APP = """
from flask import Flask
app = Flask("x")

@app.post("/notes/<int:number>")
def note(number): return {"title": TITLE, "parts": [{"size": number * FACTOR}]}
"""
TEST = """
import pytest
@pytest.mark.parametrize("number", [100, 7])
def test_note(parity, number):
    parity.get("/nowhere")
    parity.post(f"/notes/{number}", json={})
"""
VALUE = "<script>alert('x')</script>"


@pytest.fixture
def project(pytester):
    """Two applications of which one says something else in two places."""
    pytester.syspathinsert()
    (pytester.path / "routing_table.yaml").write_text(TABLE)
    (pytester.path / "old.py").write_text(APP + "TITLE, FACTOR = 'plain', 1")
    (pytester.path / "new.py").write_text(APP + f"TITLE, FACTOR = {VALUE!r}, 2")
    pytester.makepyfile(TEST)
    return pytester


def run(project, *options):
    how = project.runpytest_subprocess if "-n2" in options else project.runpytest_inprocess
    return how("-p", "no:cacheprovider", *options)


@pytest.mark.parametrize("options", [[], ["-n2"]])
def test_differences_are_told_by_cause_with_the_smallest_example(project, options):
    result = run(project, *options)
    start = result.outlines.index("4 differences in 2 tests, with 2 causes.")
    told = result.outlines[start + 2 :][:10]
    name = next(project.path.glob("test_*.py")).name
    curl = "curl -i -X POST http://127.0.0.1:5000/notes/7 -H 'Content-Type: application/json'"
    ask = "--data-binary '{}' -H 'X-Gateway-Backend: '\"$(gateway override"
    assert told == [
        "POST /notes/<int:number>   (route: note)",
        "  body: parts[].size   2 times in 2 tests",
        "    control    7",
        "    candidate  14",
        "  body: title   2 times in 2 tests   (the values differ)",
        "    control    plain",
        f"    candidate  {VALUE}",
        f"  smallest in {name}::test_note[7], call 2; repeat it with:",
        f'    old: {curl} {ask} old)"',
        f'    new: {curl} {ask} new)"',
    ]


def test_report_is_written_as_data(project):
    run(project, "--parity-report=reports/of/r.json")
    data = json.loads((project.path / "reports/of/r.json").read_text())
    assert not data["ok"]
    assert [(d["kind"], d["place"], d["count"], d["route"]) for d in data["differences"]] == [
        ("body", "parts[].size", 2, "note"),
        ("body", "title", 2, "note"),
    ]
    assert data["coverage"]["operations"][0]["statuses"] == [
        {"control": 200, "candidate": 200, "calls": 2}
    ]


def test_report_is_written_as_a_page_that_needs_nothing_and_runs_nothing(project):
    run(project, "--parity-report=r.html")
    page = (project.path / "r.html").read_text()
    assert "<h1>4 differences in 2 tests, with 2 causes.</h1>" in page
    assert "&lt;script&gt;alert(&#39;x&#39;)" in page
    assert not re.search(r"<script|<link|<img|src=|@import|url\(", page)


def test_report_of_equal_applications_is_good(project):
    (project.path / "new.py").write_text(APP + "TITLE, FACTOR = 'plain', 1")
    run(project, "--parity-report=r.html", "--parity-report=r.json")
    assert json.loads((project.path / "r.json").read_text())["ok"]
    assert '<header class="good"><h1>No difference.</h1>' in (project.path / "r.html").read_text()


def test_report_of_a_run_that_compared_nothing_is_bad(project):
    project.makepyfile("def test_nothing(): pass")
    assert run(project, "--parity-report=r.html", "--parity-report=r.json").ret == 1
    assert not json.loads((project.path / "r.json").read_text())["ok"]
    assert '<header class="bad"><h1>Nothing was compared.</h1>' in (
        project.path / "r.html"
    ).read_text(encoding="utf-8")


def test_report_tells_that_tests_failed_for_another_reason(project):
    (project.path / "new.py").write_text(APP + "TITLE, FACTOR = 'plain', 1")
    project.makepyfile(TEST + "\n    assert number == 7")
    run(project, "--parity-report=r.json")
    data = json.loads((project.path / "r.json").read_text())
    assert data["headline"] == "No difference, but 1 test failed for another reason."
    assert (data["ok"], data["failed_tests"]) == (False, 1)


def test_report_that_can_not_be_written_is_a_fault_of_the_run(project):
    (project.path / "new.py").write_text(APP + "TITLE, FACTOR = 'plain', 1")
    (project.path / "file").write_text("")
    result = run(project, "--parity-report=file/r.json")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["The report file/r.json can't be written: File exists."])


def test_value_that_would_steer_the_terminal_or_has_no_utf_8_is_told(project):
    (project.path / "new.py").write_text(APP + r"TITLE, FACTOR = '\x1b[2J\ud800', 1")
    result = run(project, "--parity-report=r.html")
    assert r"    candidate  \x1b[2J\ud800" in result.outlines
    assert r"\x1b[2J\ud800" in (project.path / "r.html").read_text()


def test_expected_differences_are_no_causes(project):
    project.makepyfile(TEST.replace("import pytest\n", "import pytest\n@pytest.mark.xfail\n"))
    run(project, "--parity-report=r.json")
    assert json.loads((project.path / "r.json").read_text())["ok"]


def test_report_of_another_kind_is_refused(project):
    result = run(project, "--parity-report=r.pdf")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*Give a file.html or a file.json.*"])


def cause(number, *, control="a", candidate="b", call=1):
    example = Example(f"test_{number}", call, control, candidate, "", ("curl a", "curl b"))
    return Cause("GET", f"/{number}", "body", "title", 1, frozenset({example.test}), example)


def totals(*causes):
    return Totals("old", "new", True, tests=1, calls=1, causes=grouped(causes), coverage=Coverage())


def test_smallest_example_is_the_one_that_needs_least_reading_and_fewest_calls():
    several = [cause(1, control="long", call=1), cause(1, call=5), cause(1, call=2)]
    (found,) = grouped(several).values()
    assert (found.count, found.example.control, found.example.call) == (3, "a", 2)


def test_command_that_is_the_same_for_both_sides_is_shown_once():
    same = Example("test_x", 1, "a", "b", "", ("curl a", "curl a"))
    outcome = Outcome(totals(replace(cause(1), example=same)))
    assert list(lines(outcome))[-1] == "    either: curl a"
    assert render(outcome).count("curl a") == 1


def test_terminal_shows_twenty_causes_without_a_word_of_more():
    told = list(lines(Outcome(totals(*map(cause, range(20))))))
    assert not told[-1].startswith("…")


def test_terminal_shows_the_first_twenty_causes():
    told = list(lines(Outcome(totals(*map(cause, range(23))))))
    assert sum(line.startswith("  body: title") for line in told) == 20
    assert sum(line.startswith("GET /") for line in told) == 20
    assert told[-1] == "… and 3 causes more; --parity-report FILE.html shows all."


def test_page_lists_what_differs_first_where_that_is_more_than_one_operation():
    one, two = (render(Outcome(totals(*map(cause, range(n))))) for n in (1, 2))
    assert '<table class="overview">' not in one
    assert '<td><a href="#2"><code>GET /1</code></a></td><td>body (title)</td><td>1</td>' in two


def test_page_tells_first_and_in_red_what_control_serves_and_nobody_compared():
    served = (Served("GET", "/a", None, True), Served("GET", "/b", None, True))
    coverage = Coverage((*served, Served("GET", "/0", None, False)), {"GET /a": {(200, 200): 1}})
    page = render(Outcome(replace(totals(), coverage=coverage)))
    assert re.findall(r"<td><code>GET (.*?)</code></td><td></td><td(.*?)>", page) == [
        ("/b", ' class="never"'),
        ("/0", ""),
        ("/a", ""),
    ]


def test_long_values_are_marked_where_they_differ():
    assert marked("the same here", "the same there") == (
        "the same here",
        "the same <mark>t</mark>here",
    )
    assert marked("<aaaaaaaa1", "<aaaaaaaa2")[0] == "&lt;aaaaaaaa<mark>1</mark>"
    assert marked("False", "True") == ("False", "True")


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({"header": "X-B", "cookie": "b"}, """ -H 'X-B: '"$(gateway override new)\""""),
        ({"cookie": "b"}, """ -H 'Cookie: b='"$(gateway override new)\""""),
        ({}, ""),
    ],
)
def test_command_asks_the_gateway_for_one_side(settings, asked):
    gateway = Gateway("http://here", OverrideSettings(**settings))
    assert gateway.curl(Request("GET", "/x"), "new") == f"curl -i -X GET http://here/x{asked}"


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_page_fits_its_window_and_says_first_what_is_wrong(tmp_path, width):
    sync_api = pytest.importorskip("playwright.sync_api")
    wide = [cause(n, control=VALUE * 20, candidate="x" * 300) for n in range(3)]
    file = tmp_path / "r.html"
    file.write_text(render(Outcome(totals(*wide), failed=3)), "utf-8")
    with sync_api.sync_playwright() as playwright:
        options = {"executable_path": parts.chromium(), "args": ["--no-sandbox"]}
        page = playwright.chromium.launch(**options).new_page(
            viewport={"width": width, "height": 800}
        )
        page.goto(file.as_uri())
        for summary in page.locator("summary").all():
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1").inner_text() == "3 differences in 3 tests, with 3 causes."
        assert page.locator("article mark, article dd").first.bounding_box()["y"] < 800
