"""The pytest plugin: the fixture `parity` and its options; `judging` looks at the whole run.

pytest loads this module wherever `gateway` is installed, so the work is imported only when a
test asks for it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.parity.judging import RUN

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from gateway.parity.harness import Parity
    from gateway.parity.run import Run
    from gateway.sandbox import Database, State

pytest_plugins = ["gateway.parity.judging"]

_PARITY = pytest.StashKey["Parity"]()
# The modes of gateway.sandbox.outbound, which is not imported for nothing.
_OUTBOUND = ("record", "stop", "allow")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of comparisons."""
    group = parser.getgroup("parity", "parity: compare two backends of a routing table")
    group.addoption("--parity-control", metavar="BACKEND", help="default: the table's default")
    group.addoption("--parity-candidate", metavar="BACKEND", help="default: the other backend")
    group.addoption(
        "--parity-full",
        action="store_true",
        help="a full run: fails if an accepted difference is past its date or never occurred",
    )
    group.addoption(
        "--parity-coverage",
        action="store_true",
        help="print every operation of both backends, and with which statuses it was compared",
    )
    group.addoption(
        "--parity-fail-under",
        type=_percent,
        metavar="PERCENT",
        help="fail if less than this share of control's operations was compared",
    )
    group.addoption(
        "--parity-report",
        type=_report_file,
        action="append",
        default=[],
        metavar="FILE",
        help="write a report: a page (FILE.html) or data (FILE.json); may be given twice",
    )
    parser.addini(
        "parity_table", "the routing table (default: $GATEWAY_TABLE, or routing_table.yaml)"
    )
    parser.addini(
        "parity_url",
        "where a gateway serves, for the commands that repeat a request"
        " (default: http://127.0.0.1:5000)",
    )
    parser.addini(
        "parity_outbound",
        "what becomes of mail, HTTP requests, files and processes: record, stop or allow",
        default="record",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse settings that mean nothing, before any test runs."""
    outbound = config.getini("parity_outbound")
    if outbound not in _OUTBOUND:
        raise pytest.UsageError(
            f"The setting parity_outbound is {outbound!r}. Write {', '.join(_OUTBOUND)}, or leave"
            " it out."
        )


def _report_file(name: str) -> Path:
    if Path(name).suffix not in {".html", ".json"}:
        raise pytest.UsageError(f"--parity-report is {name!r}. Give a file.html or a file.json.")
    return Path(name)


def _percent(text: str) -> float:
    try:
        percent = float(text)
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise pytest.UsageError(
            f"--parity-fail-under is {text!r}. Give a percentage from 0 to 100."
        )
    return percent


@pytest.fixture(scope="session")
def parity_run(pytestconfig: pytest.Config) -> Run:
    """What is compared in this run, by the routing table."""
    from gateway.parity.repeat import GATEWAY_URL  # noqa: PLC0415
    from gateway.parity.run import start_run  # noqa: PLC0415  # see the module's docstring

    options = pytestconfig.option
    run = start_run(
        _table_file(pytestconfig),
        options.parity_control,
        options.parity_candidate,
        pytestconfig.getini("parity_outbound"),
        pytestconfig.getini("parity_url") or GATEWAY_URL,
    )
    pytestconfig.stash[RUN] = run
    return run


def _table_file(config: pytest.Config) -> Path:
    named = config.getini("parity_table") or os.environ.get("GATEWAY_TABLE")
    return config.rootpath / (named or "routing_table.yaml")


@pytest.fixture(scope="session")
def parity_database(parity_run: Run) -> Database | None:
    """The database of both backends, that a state can be made from; None without one."""
    return parity_run.database


@pytest.fixture(scope="session")
def parity_state(parity_database: Database | None) -> Iterator[State | None]:
    """The state that every test starts from: the database as it is, unless overridden.

    Override it to prepare another one: make `parity_database.empty()`, fill it in its
    `scope()`, yield it, and close it.
    """
    if parity_database is None:
        yield None
        return
    with parity_database.copy() as state:
        yield state


@pytest.fixture
def parity(
    request: pytest.FixtureRequest, parity_run: Run, parity_state: State | None
) -> Iterator[Parity]:
    """Compare the two backends, each on its own copy of `parity_state`, at one frozen time."""
    from gateway.parity.run import comparing  # noqa: PLC0415  # see the module's docstring

    with comparing(parity_run, parity_state) as parity:
        request.node.stash[_PARITY] = parity
        yield parity
    expected = request.node.get_closest_marker("xfail") is not None
    parity_run.count(parity, request.node.nodeid, expected=expected)
    # What a fixture's own calls found before the test could start.
    if parity.calls:
        _check(parity)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the test with the differences it found, whatever became of it."""
    __tracebackhide__ = True
    try:
        result = yield
    except Exception as error:
        # A difference is the likely cause of the error, so it goes first.
        if _was_used(item):
            _check(item.stash[_PARITY], error)
        raise
    if _PARITY in item.stash:
        _check(item.stash[_PARITY])
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let nothing excuse what means nothing, and stop once a sandbox left something behind."""
    report = yield
    error = call.excinfo.value if call.excinfo else None
    if _is(error, "gateway.parity.harness", "ParityError") and hasattr(report, "wasxfail"):
        # An expected failure is one of the applications, and not of the comparison.
        del report.wasxfail
        report.outcome = "failed"
    if _is(error, "gateway.sandbox.errors", "ResidueError"):
        item.session.shouldstop = f"invalid: {error}"
    return report


def _is(error: BaseException | None, module: str, name: str) -> bool:
    """Tell an error of ours without importing its module: whoever raised it has."""
    return module in sys.modules and isinstance(error, getattr(sys.modules[module], name))


def _was_used(item: pytest.Item) -> bool:
    return _PARITY in item.stash and bool(item.stash[_PARITY].calls)


def _check(parity: Parity, error: Exception | None = None) -> None:
    __tracebackhide__ = True
    report = parity.check()
    if report is None:
        return
    try:
        pytest.fail(report, pytrace=False)
    except pytest.fail.Exception as failure:
        # The traceback of `error` is worth showing, ours is not.
        raise failure from error
