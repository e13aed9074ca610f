"""The fixture, the options and the verdict, in test runs of their own."""

from __future__ import annotations

from typing import get_args

import pytest

from gateway.parity.verdict import NOTHING_COMPARED
from gateway.sandbox.outbound.watch import Mode

TABLE = """
backends: {old: old:app, new: new:app}
default: old
database: data:db
"""
DATA = """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from gateway.sandbox import SharedSQLAlchemy

class Base(DeclarativeBase): pass

class Hit(Base):
    __tablename__ = "hit"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str]

db = SharedSQLAlchemy(model_class=Base)
"""
APP = """
from flask import Flask, jsonify
from data import Base, Hit, db

app = Flask({name!r})
app.config["SQLALCHEMY_DATABASE_URI"] = {url!r}
db.init_app(app)
with app.app_context():
    Base.metadata.create_all(db.engine)

@app.get("/hits")
def hits():
    db.session.add(Hit(path={path!r}))
    db.session.commit()
    count = db.session.query(Hit).count()
    return jsonify(count=count), {status}
"""
OTHER = """
from flask import Flask
other = Flask("other")
other.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:////nowhere/to/be/found.db"
db.init_app(other)
"""
TEST = """
def test_hits(parity):
    assert parity.get("/hits").control.status == 200
"""
PREPARED = """
import pytest
from data import Base, Hit, db
from old import app

@pytest.fixture(scope="session")
def parity_state(parity_database):
    with parity_database.empty() as state:
        with state.scope(), app.app_context():
            Base.metadata.create_all(db.engine)
            db.session.add_all([Hit(path="prepared") for _ in range({rows})])
            db.session.commit()
        yield state
"""
ACCEPTED = """
- id: {name}
  where: [GET /hits]
  control: {{status: 200}}
  candidate: {{status: 201}}
  reason: It is so.
  owner: us
  expires: {expires}
"""


@pytest.fixture
def project(pytester):
    """A project with a table and two applications; its files may be replaced."""

    def write(*, status=200, path="hit", table=TABLE, test=TEST, url=None):
        url = url or f"sqlite:///{pytester.path}/app.db"
        (pytester.path / "routing_table.yaml").write_text(table)
        (pytester.path / "data.py").write_text(DATA)
        for name, answer, wrote in (("old", 200, "hit"), ("new", status, path)):
            source = APP.format(name=name, url=url, path=wrote, status=answer)
            (pytester.path / f"{name}.py").write_text(source)
        pytester.makepyfile(test)
        return pytester

    pytester.syspathinsert()
    return write


def accept(pytester, name="AD", expires="2099-01-01"):
    """Declare that 201 for 200 is intended."""
    content = ACCEPTED.format(name=name, expires=expires)
    with (pytester.path / "accepted_differences.yaml").open("a") as file:
        file.write(content)


def run(pytester, *options):
    """Run the project's tests."""
    how = pytester.runpytest_subprocess if "-n2" in options else pytester.runpytest_inprocess
    return how("-p", "no:cacheprovider", *options)


def test_equal_applications_pass(project):
    result = run(project())
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["1 call in 1 test compared (control is old, candidate is new)"])


def test_difference_fails_the_test_with_the_report_alone(project):
    result = run(project(status=201))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "1 difference in 1 of 1 compared calls (control is old, candidate is new)",
            "call 1: GET /hits",
            "  status",
            "      control    200",
            "      candidate  201",
            "    curl -i -X GET http://127.0.0.1:5000/hits",
        ]
    )
    result.stdout.no_fnmatch_line("*harness.py*")


def test_difference_in_the_rows_alone_fails(project):
    result = run(project(path="miss"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  rows", "    hit?1?.path*", "      candidate  miss"])


def test_database_is_left_alone_and_each_test_starts_afresh(project):
    test = """
        import pytest
        @pytest.mark.parametrize("n", range(3))
        def test_first(parity, n):
            assert parity.get("/hits").json["count"] == 1
        def test_database(parity_database):
            with parity_database.engines[0].connect() as connection:
                assert connection.exec_driver_sql("SELECT count(*) FROM hit").scalar() == 0
    """
    run(project(test=test)).assert_outcomes(passed=4)


def test_state_can_be_prepared(project):
    pytester = project(test='def test_hits(parity): assert parity.get("/hits").json["count"] == 2')
    pytester.makeconftest(PREPARED.format(rows=1))
    run(pytester).assert_outcomes(passed=1)


def test_row_in_a_table_too_large_to_be_read_whole_is_compared(project):
    pytester = project(path="miss")
    pytester.makeconftest(PREPARED.format(rows=5_000))
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  rows", "    hit?5001?.path*", "      candidate  miss"])


def test_test_that_makes_no_call_fails(project):
    result = run(project(test="def test_nothing(parity): pass"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*made no call, so it compared nothing*"])


def test_difference_goes_before_the_error_that_it_caused(project):
    test = 'def test_hits(parity): assert parity.get("/hits").status == 200'
    result = run(project(status=201, test=test))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*Control answered 200 and candidate 201*", "1 difference in 1 of 1*"]
    )


def test_difference_found_by_a_fixture_is_told_though_the_test_never_ran(project):
    test = """
        import pytest
        @pytest.fixture
        def visitor(parity):
            raise LookupError(parity.get("/hits").control.status)
        def test_hits(visitor): pass
    """
    result = run(project(status=201, test=test))
    result.stdout.fnmatch_lines(["*LookupError: 200", "1 difference in 1 of 1*"])
    assert result.ret == 1


def test_accepted_difference_passes_and_is_counted(project):
    pytester = project(status=201)
    accept(pytester)
    result = run(pytester, "--parity-full")
    result.assert_outcomes(passed=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["accepted differences that occurred: AD (1)"])


def test_accepted_difference_past_its_date_fails(project):
    pytester = project(status=201)
    accept(pytester, expires="2026-01-01")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["AD was accepted until 2026-01-01 and is not any more."])


@pytest.mark.parametrize(
    ("expires", "told"),
    [
        ("2099-01-01", "The accepted difference AD never occurred.*"),
        ("2026-01-01", "The accepted difference AD is past its date.*"),
    ],
)
def test_full_run_judges_every_accepted_difference(project, expires, told):
    pytester = project()
    accept(pytester, expires=expires)
    assert run(pytester).ret == 0

    result = run(pytester, "--parity-full")

    result.assert_outcomes(passed=1)
    assert result.ret == 1
    result.stdout.fnmatch_lines([told])


def test_full_run_that_compared_nothing_fails(project):
    result = run(project(test="def test_nothing(): pass"), "--parity-full")
    assert result.ret == 1
    result.stdout.fnmatch_lines([NOTHING_COMPARED])


def test_faulty_accepted_differences_are_told_with_their_place(project):
    pytester = project()
    accept(pytester, expires="soon")
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*accepted_differences.yaml:8:*'expires' is 'soon'*"])


def test_without_a_database_responses_are_compared_and_it_is_said_once(project):
    table = TABLE.replace("database: data:db", "")
    test = 'def test_a(parity): parity.get("/hits")\ndef test_b(parity): parity.get("/hits")'
    result = run(project(table=table, test=test, path="miss"))
    told = [line for line in result.outlines if line.startswith("Responses only")]
    assert len(told) == 1
    result.stdout.fnmatch_lines(["2 calls in 2 tests compared*"])


def test_sides_can_be_chosen(project):
    table = TABLE.replace("{old: old:app", "{third: new:app, old: old:app")
    pytester = project(status=201, table=table)
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*Say which is the candidate with --parity-candidate.*"])

    options = "--parity-control=new", "--parity-candidate=old"
    result = run(pytester, *options)
    result.stdout.fnmatch_lines(["*(control is new, candidate is old)"])


def test_unknown_side_is_told(project):
    result = run(project(), "--parity-candidate=newer")
    result.stdout.fnmatch_lines(["*There is no backend 'newer' in the table. It has old, new.*"])


@pytest.mark.parametrize("mode", ["recrod", "", "Record"])
def test_unknown_mode_of_outbound_effects_is_told_before_any_test(project, mode):
    pytester = project()
    pytester.makeini(f"[pytest]\nparity_outbound = {mode}")
    result = run(pytester)
    told = f"The setting parity_outbound is {mode!r}. Write record, stop, allow, or leave it out."
    assert [line for line in result.errlines if line] == [f"ERROR: {told}"]
    assert result.ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize("mode", get_args(Mode))
def test_every_mode_of_the_sandbox_is_one_of_outbound_effects(project, mode):
    pytester = project()
    pytester.makeini(f"[pytest]\nparity_outbound = {mode}")
    run(pytester).assert_outcomes(passed=1)


def test_table_can_be_named_in_the_settings(project):
    pytester = project()
    (pytester.path / "routing_table.yaml").rename(pytester.path / "other.yaml")
    pytester.makeini("[pytest]\nparity_table = other.yaml")
    run(pytester).assert_outcomes(passed=1)


def test_one_object_on_both_sides_is_an_error(project):
    table = TABLE.replace("new: new:app", "new: old:app")
    result = run(project(table=table))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*'old' and candidate 'new' are the same object*"])


@pytest.mark.parametrize("target", ["old:app.wsgi_app", "wrapped:app"])
def test_one_application_in_two_guises_is_an_error(project, target):
    pytester = project(table=TABLE.replace("new: new:app", f"new: {target}"))
    wrapped = "from old import app\nfrom werkzeug.middleware.proxy_fix import ProxyFix\n"
    (pytester.path / "wrapped.py").write_text(f"{wrapped}app = ProxyFix(app)")
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*'old' and candidate 'new' are the same object*"])


def test_one_backend_on_both_sides_is_an_error(project):
    result = run(project(), "--parity-candidate=old")
    result.stdout.fnmatch_lines(["*Control and candidate are both 'old', so*two of old, new."])


@pytest.mark.parametrize("target", ["old:make()", "alias:again()"])
def test_two_applications_of_one_function_are_an_error(project, target):
    table = TABLE.replace("old: old:app, new: new:app", f'old: "old:make()", new: "{target}"')
    pytester = project(table=table)
    with (pytester.path / "old.py").open("a") as file:
        file.write("def make(): return Flask('made')\n")
    (pytester.path / "alias.py").write_text("from old import make as again")
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*'old' and candidate 'new' are the same application, as *"])


def test_expected_failure_does_not_excuse_a_comparison_of_nothing(project):
    test = "import pytest\n@pytest.mark.xfail\ndef test_nothing(parity): pass"
    result = run(project(test=test))
    result.assert_outcomes(failed=1)


def test_expected_difference_is_still_an_expected_failure(project):
    test = f"import pytest\n@pytest.mark.xfail{TEST}"
    run(project(status=201, test=test)).assert_outcomes(xfailed=1)


@pytest.mark.parametrize("options", [[], ["-n2"]])
def test_run_whose_comparisons_were_all_skipped_fails(project, options):
    test = """
        import pytest
        @pytest.mark.skip
        def test_hits(parity): pass
        def test_other(): pass
    """
    result = run(project(test=test), *options)
    result.assert_outcomes(passed=1, skipped=1)
    assert result.ret == 1
    result.stdout.fnmatch_lines([NOTHING_COMPARED])


def test_run_without_any_comparison_to_make_is_no_fault(project):
    assert run(project(test="def test_nothing(): pass")).ret == 0
    own = "import pytest\n@pytest.fixture\ndef parity(): pass\ndef test_nothing(parity): pass"
    assert run(project(test=own)).ret == 0
    assert run(project(test="def test_nothing(parity_run): pass")).ret == 0
    assert run(project(), "--collect-only").ret == 0
    assert run(project(), "-k", "nothing").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_database_of_another_make_is_refused(project):
    table = TABLE.replace("data:db", "data:Base")
    result = run(project(table=table))
    result.stdout.fnmatch_lines(["*Make it a gateway.sandbox.SharedSQLAlchemy.*"])


def test_databases_of_other_applications_are_left_out(project):
    pytester = project()
    with (pytester.path / "data.py").open("a") as file:
        file.write(OTHER)
    for name in ("old", "new"):
        with (pytester.path / f"{name}.py").open("a") as file:
            file.write("from werkzeug.middleware.proxy_fix import ProxyFix\napp = ProxyFix(app)\n")
    run(pytester).assert_outcomes(passed=1)


def test_workers_of_xdist_are_added_up(project):
    pytester = project(
        status=201,
        url="sqlite://",  # a file would be made by both workers at once
        test='import pytest\n@pytest.mark.parametrize("n", range(4))\n'
        'def test_hits(parity, n): parity.get("/hits")',
    )
    accept(pytester)
    result = run(pytester, "-n2", "--parity-full")
    result.assert_outcomes(passed=4)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["4 calls in 4 tests compared*", "accepted differences that occurred: AD (4)"]
    )


def test_plugin_costs_a_run_without_comparisons_nothing(pytester):
    pytester.makepyfile("""
        import sys
        def test_nothing_is_imported():
            assert not {"sqlalchemy", "flask", "gateway.parity.harness"} & sys.modules.keys()
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)


ROWS = """
@app.get("/rows")
def rows():
    return jsonify([hit.path for hit in db.session.query(Hit){order}])
"""
TEST_ROWS = """
import pytest
from data import Base, Hit, db
from old import app

@pytest.fixture(scope="session")
def parity_state(parity_database):
    with parity_database.empty() as state:
        with state.scope(), app.app_context():
            Base.metadata.create_all(db.engine)
            db.session.add_all([Hit(path=path) for path in "abc"])
            db.session.commit()
        yield state

def test_rows(parity):
    parity.get("/rows")
"""


@pytest.mark.parametrize(
    ("order", "outcome"), [("", {"passed": 1}), (".order_by(Hit.id)", {"failed": 1})]
)
def test_order_counts_where_control_asks_for_one(project, order, outcome):
    pytester = project(test=TEST_ROWS)
    for name, asked in (("old", order), ("new", ".order_by(Hit.id.desc())")):
        path = pytester.path / f"{name}.py"
        path.write_text(path.read_text() + ROWS.format(order=asked))
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(**outcome)
    shaped = 1 if outcome == {"passed": 1} else 0
    result.stdout.fnmatch_lines([f"values: * compared, {shaped} of them by their shape only*"])
