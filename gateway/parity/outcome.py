"""The outcome of a whole run: as lines for a terminal, and as data for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from gateway.parity.causes import Cause, by_operation
from gateway.parity.verdict import Totals

_MOST_CAUSES = 20


@dataclass(frozen=True)
class Outcome:
    """What a run compared, what is wrong with the run as a whole, and how many tests failed."""

    totals: Totals | None
    faults: tuple[str, ...] = ()
    failed: int = 0

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
            return f"{found} in {counted(len(tests), 'test')}, with {causes}."
        if self.faults:
            return "No difference, but the run can't be trusted."
        if self.failed:
            return f"No difference, but {counted(self.failed, 'test')} failed for another reason."
        return "No difference."

    def route(self, operation: str) -> str | None:
        """Give the route that names an operation."""
        served = self.totals.coverage.operations if self.totals else ()
        return next((one.route for one in served if one.name == operation), None)


def counted(count: int, thing: str) -> str:
    """Say a number of things."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def named(cause: Cause) -> str:
    """Say what kind of difference it is, and where."""
    return cause.kind if cause.kind == cause.place else f"{cause.kind}: {cause.place}"


def times(cause: Cause) -> str:
    """Say how often a cause was met."""
    return f"{counted(cause.count, 'time')} in {counted(len(cause.tests), 'test')}"


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Give plain data, in the words of the glossary."""
    totals = outcome.totals
    found: dict[str, Any] = {
        "ok": outcome.ok,
        "headline": outcome.headline,
        "faults": list(outcome.faults),
        "failed_tests": outcome.failed,
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
        "differences": [cause.as_json(outcome.route(cause.operation)) for cause in ordered],
        "accepted": totals.used,
        "coverage": totals.coverage.as_json(),
    }


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
            yield from _causes(list(alike), (totals.control, totals.candidate))
        left -= len(causes)
    if left < 0:
        yield ""
        yield f"… and {counted(-left, 'cause')} more; --parity-report FILE.html shows all."


def _causes(causes: list[Cause], names: tuple[str, str]) -> Iterator[str]:
    for cause in causes:
        note = f"   ({cause.example.note})" if cause.example.note else ""
        yield f"  {named(cause)}   {times(cause)}{note}"
        yield f"    control    {cause.example.control}"
        yield f"    candidate  {cause.example.candidate}"
    example = causes[0].example
    yield f"  smallest in {example.test}, call {example.call}; repeat it with:"
    for name, command in zip(names, example.repeat, strict=True):
        yield f"    {name}: {command}"
