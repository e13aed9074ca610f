"""The part of the pytest plugin that looks at a whole run: adds up, judges, and tells.

As in `plugin`, the work is imported only where there is something to judge.
"""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.parity.coverage import Coverage
    from gateway.parity.outcome import Outcome
    from gateway.parity.run import Run
    from gateway.parity.verdict import Demands, Totals

RUN: pytest.StashKey[Run] = pytest.StashKey()
_TOTALS: pytest.StashKey[Totals] = pytest.StashKey()
_ASKED: pytest.StashKey[bool] = pytest.StashKey()
_OUTCOME: pytest.StashKey[Outcome] = pytest.StashKey()


class Hooks:
    """What a project may say about its comparisons, in its conftest.py."""

    @pytest.hookspec
    def pytest_parity_faults(self, config: pytest.Config, coverage: Coverage) -> list[str]:
        """Judge what a whole run compared: each sentence that is returned fails it."""
        raise NotImplementedError


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let a project judge its coverage."""
    pluginmanager.add_hookspecs(Hooks)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Judge the whole run, or hand what was counted to xdist's controller."""
    config = session.config
    run = config.stash.get(RUN, None)
    if run is not None:
        _add(config, run.totals())
    asked = _asks_to_compare(session)
    if hasattr(config, "workeroutput"):
        sent = asked, config.stash.get(_TOTALS, None)
        config.workeroutput["parity"] = pickle.dumps(sent)
    elif asked:
        outcome = _reported(_outcome(session), config.option.parity_report)
        config.stash[_OUTCOME] = outcome
        if outcome.faults and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _outcome(session: pytest.Session) -> Outcome:
    from gateway.parity.outcome import Outcome  # noqa: PLC0415  # see the module's docstring

    totals = session.config.stash.get(_TOTALS, None)
    return Outcome(totals, tuple(_faults(session.config)), session.testsfailed)


def _reported(outcome: Outcome, files: list[Path]) -> Outcome:
    """Write the reports; one that can't be written is a fault of the run."""
    from gateway.parity.written import write_reports  # noqa: PLC0415  # see the module's docstring

    return replace(outcome, faults=outcome.faults + write_reports(outcome, files))


def _asks_to_compare(session: pytest.Session) -> bool:
    """Tell whether a run that compares nothing is a fault: it has such tests, or such options."""
    option = session.config.option
    if option.collectonly or option.setuponly:
        return False
    judged = (
        option.parity_full
        or option.parity_coverage
        or option.parity_report
        or option.parity_fail_under is not None
    )
    tests = any(_compares(item) for item in session.items)
    return bool(judged) or tests or session.config.stash.get(_ASKED, False)


def _compares(item: pytest.Item) -> bool:
    """Tell whether a test asks for our `parity`, and not for one of the project's own."""
    return {"parity", "parity_run"} <= set(getattr(item, "fixturenames", ()))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add up what a worker of pytest-xdist counted."""
    sent = getattr(node, "workeroutput", {}).get("parity")
    if sent is not None:
        asked, totals = pickle.loads(sent)  # noqa: S301  # from a worker of this very run
        node.config.stash[_ASKED] = asked or node.config.stash.get(_ASKED, False)
        if totals is not None:
            _add(node.config, totals)


def _add(config: pytest.Config, totals: Totals) -> None:
    known = config.stash.get(_TOTALS, None)
    config.stash[_TOTALS] = totals if known is None else known + totals


def _faults(config: pytest.Config) -> list[str]:
    from gateway.parity.verdict import faults_of  # noqa: PLC0415  # see the module's docstring

    totals = config.stash.get(_TOTALS, None)
    faults = faults_of(totals, _demands(config))
    if totals is not None:
        judged = config.hook.pytest_parity_faults(config=config, coverage=totals.coverage)
        faults += [fault for found in judged for fault in found]
    return faults


def _demands(config: pytest.Config) -> Demands:
    from gateway.parity.verdict import Demands  # noqa: PLC0415  # see the module's docstring

    return Demands(config.option.parity_full, config.option.parity_fail_under)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what was compared, and what is wrong with the whole run."""
    outcome = config.stash.get(_OUTCOME, None)
    if outcome is None:
        return
    from gateway.parity.outcome import lines, summary_of  # noqa: PLC0415  # as above

    say, totals = terminalreporter.line, outcome.totals
    terminalreporter.section("parity")
    for line in lines(outcome):
        say(line)
    for line in summary_of(outcome):
        say(line)
    if totals and config.option.parity_coverage:
        for line in totals.coverage.lines(totals.control, totals.candidate):
            say(line)
    for file in config.option.parity_report:
        say(f"report: {file}")
    for fault in outcome.faults:
        say(fault, red=True)
