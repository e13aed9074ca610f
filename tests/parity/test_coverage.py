"""Which operations were compared, in test runs of their own."""

from __future__ import annotations

import pytest

from gateway.parity.coverage import Coverage, Served, shortfall

TABLE = """
backends: {old: old:app, new: new:app}
default: old
routes:
  notes: {path: /notes, methods: [GET], to: old}
  note: {path: "/notes/<int:id>", to: old}
"""
OLD = """
from flask import Flask
app = Flask("old")

@app.route("/notes", methods=["GET", "POST"])
def notes(): return "notes"

@app.get("/notes/<int:number>")
def note(number): return ("one", 200 if number < 9 else 404)
"""
NEW = """
from flask import Flask
app = Flask("new")

@app.get("/notes")
@app.get("/more")
def notes(): return "notes"

@app.get("/notes/<int:note_id>")
def note(note_id): return ("one", 200 if note_id < 9 else 410)
"""
TEST = """
import pytest
@pytest.mark.parametrize("number", [1, 2, 9])
def test_note(parity, number):
    parity.get(f"/notes/{number}")
def test_what_is_no_operation(parity):
    parity.get("/nowhere")
    parity.head("/notes")
"""
COVERAGE = [
    "1 of 3 operations of old compared (33.33%)",
    "  (no route)  GET /more                NEVER  (served by new only)",
    "  notes       GET /notes               NEVER",
    "  (no route)  POST /notes              NEVER",
    "  note        GET /notes/<int:number>  200 (2), 404→410 (1)",
]
HOOK = """
def pytest_parity_faults(config, coverage):
    return [f"{served.name} is missing." for served in coverage.missing]
"""


@pytest.fixture
def project(pytester):
    """Two applications that serve nearly the same."""
    pytester.syspathinsert()
    (pytester.path / "routing_table.yaml").write_text(TABLE)
    (pytester.path / "old.py").write_text(OLD)
    (pytester.path / "new.py").write_text(NEW)
    pytester.makepyfile(TEST)
    return pytester


def run(project, *options):
    how = project.runpytest_subprocess if "-n2" in options else project.runpytest_inprocess
    return how("-p", "no:cacheprovider", *options)


@pytest.mark.parametrize("options", [[], ["-n2"]])
def test_every_operation_is_listed_with_its_statuses(project, options):
    result = run(project, "--parity-coverage", *options)
    assert result.outlines[result.outlines.index(COVERAGE[0]) :][: len(COVERAGE)] == COVERAGE


@pytest.mark.parametrize(("percent", "code"), [("33.3", 0), ("33.34", 1), ("100", 1)])
def test_share_is_judged(project, percent, code):
    project.makepyfile('def test_note(parity): parity.get("/notes/1")')
    result = run(project, f"--parity-fail-under={percent}")
    result.assert_outcomes(passed=1)
    assert result.ret == code
    told = [line for line in result.outlines if line.startswith("Only 1 of 3 operations")]
    assert [line.endswith("Never compared: GET /notes, POST /notes.") for line in told] == (
        [True] * code
    )


def test_share_of_a_run_that_compared_nothing_is_too_small(project):
    project.makepyfile("def test_nothing(): pass")
    assert run(project, "--parity-fail-under=0").ret == 1


@pytest.mark.parametrize("percent", ["101", "-1", "half", "nan"])
def test_share_must_be_a_percentage(project, percent):
    result = run(project, f"--parity-fail-under={percent}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*Give a percentage from 0 to 100.*"])


def test_project_may_judge_its_coverage_itself(project):
    project.makepyfile('def test_note(parity): parity.get("/notes/1")')
    project.makeconftest(HOOK)
    result = run(project)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["GET /notes is missing.", "POST /notes is missing."])


def hide_control(project, table=TABLE):
    """Put control behind a plain function, through which no one can look."""
    plain = "import old\ndef app(environ, start):\n    return old.app(environ, start)"
    (project.path / "plain.py").write_text(plain)
    (project.path / "routing_table.yaml").write_text(table.replace("old:app", "plain:app"))


def test_operations_that_can_not_be_seen_can_not_be_judged(project):
    hide_control(project, TABLE.partition("routes")[0])
    result = run(project, "--parity-fail-under=1", "-k", "note and 1")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*The operations of old can't be seen*"])


def test_control_that_can_not_be_seen_is_not_said_to_lack_anything(project):
    hide_control(project, TABLE.partition("routes")[0])
    result = run(project, "--parity-coverage")
    told = result.outlines
    assert "  (no route)  GET /notes/<int:note_id>  200 (2), 404→410 (1)" in told
    assert sum("The operations of old can't be seen" in line for line in told) == 1
    result.stdout.no_fnmatch_line("*served by new only*")


def test_routes_stand_for_the_operations_of_a_control_that_shows_none(project):
    hide_control(project, TABLE + "  rest: {prefix: /rest, to: old}\n")
    result = run(project, "--parity-coverage", "--parity-fail-under=33.34")
    head = (
        "1 of 3 operations of old compared (33.33%), by the table's routes, as no Flask application"
        " was found behind old"
    )
    assert result.outlines[result.outlines.index(head) + 1 :][:4] == [
        "  (no route)  GET /more          NEVER  (served by new only)",
        "  notes       GET /notes         NEVER",
        "  note        * /notes/<int:id>  200 (2), 404→410 (1)",
        "  rest        * /rest/…          NEVER",
    ]
    assert result.ret == 1


def test_nothing_less_than_all_is_said_to_be_all():
    served = tuple(Served("GET", f"/{number}", None, True) for number in range(100_000))
    compared = {operation.name: {(200, 200): 1} for operation in served[1:]}
    coverage = Coverage(served, compared)
    assert coverage.headline("old").endswith("(99.99%)")
    assert len(shortfall(coverage, "old", 100)) == 1
