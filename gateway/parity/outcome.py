"""The outcome of a whole run, or of a replayed session: as lines, and as data for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar

from gateway.parity.causes import Cause, Example, by_operation
from gateway.parity.verdict import Totals

_MOST_CAUSES = 20


@dataclass(frozen=True)
class Outcome:
    """What a run compared, what is wrong with the run as a whole, and how many tests failed.

    `unit` is what it consists of, `whole` what it is called, `option` what writes a report.
    `notes` are told, and are no faults.
    """

    totals: Totals | None
    faults: tuple[str, ...] = ()
    failed: int = 0
    notes: tuple[str, ...] = ()
    unit: ClassVar[str] = "test"
    whole: ClassVar[str] = "run"
    option: ClassVar[str] = "--parity-report"

    @property
    def ok(self) -> bool:
        """Whether everything was equal, and the run is one to trust."""
        return not (self.totals is None or self.totals.causes or self.faults or self.failed)

    @property
    def differences(self) -> int:
        """How many differences there are."""
        return sum(cause.count for cause in self.totals.causes.values()) if self.totals else 0

    @property
    def headline(self) -> str:
        """The one sentence that says how it is."""
        if self.totals is None or not self.totals.calls:
            return "Nothing was compared."
        if self.totals.causes:
            causes = counted(len(self.totals.causes), "cause")
            tests = frozenset[str]().union(*(c.tests for c in self.totals.causes.values()))
            found = counted(self.differences, "difference")
            return f"{found} in {counted(len(tests), self.unit)}, with {causes}."
        if self.faults:
            return f"No difference, but the {self.whole} can't be trusted."
        if self.failed:
            return f"No difference, but {counted(self.failed, 'test')} failed for another reason."
        return "No difference."

    def route(self, operation: str) -> str | None:
        """Give the route that names an operation."""
        served = self.totals.coverage.operations if self.totals else ()
        return next((one.route for one in served if one.name == operation), None)

    def as_json(self) -> dict[str, Any]:
        """Give plain data, in the words of the glossary."""
        totals = self.totals
        found: dict[str, Any] = {
            "ok": self.ok,
            "headline": self.headline,
            "faults": list(self.faults),
            "failed_tests": self.failed,
            "notes": list(self.notes),
        }
        if totals is None:
            return found
        ordered = (cause for causes in by_operation(totals.causes).values() for cause in causes)
        return {
            **found,
            "control": totals.control,
            "candidate": totals.candidate,
            "rows_compared": totals.rows,
            "tests": totals.tests,
            "calls": totals.calls,
            "differences": [cause.as_json(self.route(cause.operation)) for cause in ordered],
            "accepted": totals.used,
            "coverage": totals.coverage.as_json(),
        }


def counted(count: int, thing: str) -> str:
    """Say a number of things."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def named(cause: Cause) -> str:
    """Say what kind of difference it is, and where."""
    return cause.kind if cause.kind == cause.place else f"{cause.kind}: {cause.place}"


def times(cause: Cause, unit: str) -> str:
    """Say how often a cause was met."""
    return f"{counted(cause.count, 'time')} in {counted(len(cause.tests), unit)}"


def lines(outcome: Outcome) -> Iterator[str]:
    """Yield the causes as a terminal shows them."""
    totals = outcome.totals
    if totals is None or not totals.causes:
        return
    yield outcome.headline
    left = _MOST_CAUSES
    for operation, causes in by_operation(totals.causes).items():
        if left > 0:
            yield ""
            yield f"{operation}   (route: {outcome.route(operation) or 'none'})"
        # The causes of one call have one way to repeat them.
        for _, alike in groupby(causes[: max(left, 0)], key=lambda c: c.example.repeat):
            yield from _causes(list(alike), outcome.unit, (totals.control, totals.candidate))
        left -= len(causes)
    if left < 0:
        yield ""
        yield f"… and {counted(-left, 'cause')} more; {outcome.option} FILE.html shows all."


def _causes(causes: list[Cause], unit: str, names: tuple[str, str]) -> Iterator[str]:
    for cause in causes:
        note = f"   ({cause.example.note})" if cause.example.note else ""
        yield f"  {named(cause)}   {times(cause, unit)}{note}"
        yield f"    control    {cause.example.control}"
        yield f"    candidate  {cause.example.candidate}"
    example = causes[0].example
    yield f"  smallest in {example.test}, call {example.call}; repeat it with:"
    for name, command in commands(example, names):
        yield f"    {name}: {command}"


def commands(example: Example, names: tuple[str, str]) -> list[tuple[str, str]]:
    """Give what repeats an example at each side, or once where no side can be asked for."""
    ours, theirs = example.repeat
    return [("either", ours)] if ours == theirs else list(zip(names, example.repeat, strict=True))


def summary_of(outcome: Outcome) -> list[str]:
    """Say what was compared, and how often each accepted difference occurred."""
    totals = outcome.totals
    if totals is None:
        return []
    sides = f"control is {totals.control}, candidate is {totals.candidate}"
    count = f"{counted(totals.calls, 'call')} in {counted(totals.tests, outcome.unit)}"
    told = [f"{count} compared ({sides})"]
    if not totals.rows:
        told.append(
            "Responses only: the table has no 'database', so what was written is not compared."
        )
    if totals.rows:
        ours, theirs = totals.statements
        told.append(f"SQL statements: {ours} by {totals.control}, {theirs} by {totals.candidate}")
    compared, by_shape = totals.values
    told.append(
        f"values: {compared} compared, {by_shape} of them by their shape only"
        f" ({by_shape / max(1, compared):.1%})"
    )
    if totals.used:
        used = (f"{name} ({count})" for name, count in sorted(totals.used.items()))
        told.append(f"accepted differences that occurred: {', '.join(used)}")
    return told
