"""The pytest plugin: the fixture `parity`, its options, and the run's verdict.

pytest loads this module wherever `gateway` is installed, so the work is imported only when a
test asks for it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from gateway.parity.harness import Parity
    from gateway.parity.run import Run
    from gateway.parity.verdict import Totals
    from gateway.sandbox import Database, State

_RUN = pytest.StashKey["Run"]()
_PARITY = pytest.StashKey["Parity"]()
_TOTALS = pytest.StashKey["Totals"]()


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
    parser.addini(
        "parity_table", "the routing table (default: $GATEWAY_TABLE, or routing_table.yaml)"
    )
    parser.addini(
        "parity_outbound",
        "what becomes of mail, HTTP requests, files and processes: record, stop or allow",
        default="record",
    )


@pytest.fixture(scope="session")
def parity_run(pytestconfig: pytest.Config) -> Run:
    """What is compared in this run, by the routing table."""
    from gateway.parity.run import start_run  # noqa: PLC0415  # see the module's docstring

    options = pytestconfig.option
    run = start_run(
        _table_file(pytestconfig),
        options.parity_control,
        options.parity_candidate,
        pytestconfig.getini("parity_outbound"),
    )
    pytestconfig.stash[_RUN] = run
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
    parity_run.count(parity)
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Stop the run once a sandbox has left something behind: what follows would mean nothing."""
    report = yield
    errors = sys.modules.get("gateway.sandbox.errors")
    error = call.excinfo.value if call.excinfo else None
    if errors is not None and isinstance(error, errors.ResidueError):
        item.session.shouldstop = f"invalid: {error}"
    return report


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


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Judge the accepted differences of a full run, and hand counts to xdist's controller."""
    config = session.config
    run = config.stash.get(_RUN, None)
    if run is not None:
        _add(config, run.totals())
    totals = config.stash.get(_TOTALS, None)
    if hasattr(config, "workeroutput"):
        config.workeroutput["parity"] = totals.as_json() if totals else None
    elif config.option.parity_full and _faults(config) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add up what a worker of pytest-xdist counted."""
    sent = getattr(node, "workeroutput", {}).get("parity")
    if sent is not None:
        from gateway.parity.verdict import Totals  # noqa: PLC0415  # see the module's docstring

        _add(node.config, Totals(**sent))


def _add(config: pytest.Config, totals: Totals) -> None:
    known = config.stash.get(_TOTALS, None)
    config.stash[_TOTALS] = totals if known is None else known + totals


def _faults(config: pytest.Config) -> list[str]:
    from gateway.parity.verdict import faults_of  # noqa: PLC0415  # see the module's docstring

    return faults_of(config.stash.get(_TOTALS, None))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what was compared, and what is wrong with the accepted differences."""
    totals = config.stash.get(_TOTALS, None)
    full = config.option.parity_full
    if totals is None and not full:
        return
    from gateway.parity.verdict import summary_of  # noqa: PLC0415  # see the module's docstring

    terminalreporter.section("parity")
    for line in summary_of(totals) if totals else []:
        terminalreporter.line(line)
    for fault in _faults(config) if full else []:
        terminalreporter.line(fault, red=True)
