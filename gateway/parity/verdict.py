"""What a whole run compared, and whether its accepted differences are in order.

It is plain data with a JSON form, since the workers of pytest-xdist send theirs to the
controller, which adds them up and judges.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import Any


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

    def __add__(self, other: Totals) -> Totals:
        """Add what another worker did of the same run."""
        return replace(
            self,
            tests=self.tests + other.tests,
            calls=self.calls + other.calls,
            used=dict(Counter(self.used) + Counter(other.used)),
        )

    def as_json(self) -> dict[str, Any]:
        """Give plain data."""
        return asdict(self)


def faults_of(totals: Totals | None) -> list[str]:
    """Say what is wrong with the accepted differences of a full run."""
    if totals is None:
        return ["A full run was asked for (--parity-full), but nothing was compared."]
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


def summary_of(totals: Totals) -> list[str]:
    """Say what was compared, and how often each accepted difference occurred."""
    sides = f"control is {totals.control}, candidate is {totals.candidate}"
    lines = [f"{totals.calls} calls in {totals.tests} tests compared ({sides})"]
    if not totals.rows:
        lines.append(
            "Responses only: the table has no 'database', so what was written is not compared."
        )
    if totals.used:
        used = (f"{name} ({count})" for name, count in sorted(totals.used.items()))
        lines.append(f"accepted differences that occurred: {', '.join(used)}")
    return lines
