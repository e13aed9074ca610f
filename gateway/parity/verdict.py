"""What a whole run compared, and whether that is enough.

The workers of pytest-xdist send theirs to the controller, which adds them up and judges.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from gateway.parity.causes import Causes, merged
from gateway.parity.coverage import Coverage, shortfall

NOTHING_COMPARED = "Nothing was compared, so the run proves nothing."


@dataclass(frozen=True)
class Demands:
    """What is asked of a run: that accepted differences are in order, a share of operations."""

    full: bool = False
    percent: float | None = None


@dataclass(frozen=True)
class Totals:
    """The outcome of a run, or of one worker's part of it."""

    control: str
    candidate: str
    rows: bool
    entries: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    tests: int = 0
    calls: int = 0
    used: dict[str, int] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)
    statements: tuple[int, int] = (0, 0)
    """How many SQL statements control and candidate ran."""
    causes: Causes = field(default_factory=dict)
    values: tuple[int, int] = (0, 0)
    """How many values were compared, and how many of them by their shape only."""

    def __add__(self, other: Totals) -> Totals:
        """Add what another worker did of the same run."""
        return replace(
            self,
            tests=self.tests + other.tests,
            calls=self.calls + other.calls,
            used=dict(Counter(self.used) + Counter(other.used)),
            coverage=self.coverage + other.coverage,
            statements=added(self.statements, other.statements),
            causes=merged(self.causes, other.causes),
            values=added(self.values, other.values),
        )


def faults_of(totals: Totals | None, demands: Demands) -> list[str]:
    """Say what is wrong with a whole run, beside what single tests found."""
    if totals is None or not totals.calls:
        return [NOTHING_COMPARED]
    faults = _accepted_faults(totals) if demands.full else []
    if demands.percent is not None:
        faults += shortfall(totals.coverage, totals.control, demands.percent)
    return faults


def added(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Add what each side did."""
    return one[0] + other[0], one[1] + other[1]


def _accepted_faults(totals: Totals) -> list[str]:
    expired = [
        f"The accepted difference {name} is past its date. Mend what differs, or renew it."
        for name in totals.expired
    ]
    unused = [
        f"The accepted difference {name} never occurred. Remove it, or test what shows it."
        for name in totals.entries
        if name not in totals.used and name not in totals.expired
    ]
    return expired + unused
