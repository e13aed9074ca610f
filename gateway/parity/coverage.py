"""Which operations a run compared, and with which statuses.

An operation is a URL rule with one of its methods. All that control serves are 100%; one is
covered once a request that reaches it was compared, whatever was answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Statuses = tuple[int, int]
"""Control's and candidate's."""


@dataclass(frozen=True)
class Served:
    """An operation of control, or of candidate alone, and the first route that names it."""

    method: str
    path: str
    route: str | None
    by_control: bool

    @property
    def name(self) -> str:
        """Method and rule, as one writes them."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Coverage:
    """What two applications serve, and how often each operation was compared, by statuses.

    `compared` is by the operation's name, such as `GET /conversations/<int:id>`. With `by_routes`
    the table's routes stand for the operations of a control that shows none.
    """

    operations: tuple[Served, ...] = ()
    compared: Mapping[str, Mapping[Statuses, int]] = field(default_factory=dict)
    by_routes: bool = False

    def __add__(self, other: Coverage) -> Coverage:
        """Add what another worker compared."""
        names = {**self.compared, **other.compared}
        added = {name: Counter(self.of(name)) + Counter(other.of(name)) for name in names}
        return replace(self, compared=added)

    def of(self, name: str) -> Mapping[Statuses, int]:
        """Tell how often an operation was compared, by its pair of statuses."""
        return self.compared.get(name, {})

    @property
    def expected(self) -> list[Served]:
        """The operations that control serves."""
        return [served for served in self.operations if served.by_control]

    @property
    def missing(self) -> list[Served]:
        """The operations of control that were never compared."""
        return [served for served in self.expected if not self.of(served.name)]

    @property
    def percent(self) -> float | None:
        """The share of control's operations that were compared; None if they can't be seen."""
        if not self.expected:
            return None
        return 100 * (len(self.expected) - len(self.missing)) / len(self.expected)

    def as_json(self) -> dict[str, Any]:
        """Give plain data."""
        return {"percent": self.percent, "operations": [self._row(s) for s in self._sorted()]}

    def _row(self, served: Served) -> dict[str, Any]:
        counts = sorted(self.of(served.name).items())
        return {
            "route": served.route,
            "method": served.method,
            "path": served.path,
            "served_by_control": served.by_control,
            "statuses": [
                {"control": ours, "candidate": theirs, "calls": calls}
                for (ours, theirs), calls in counts
            ],
        }

    def _sorted(self) -> list[Served]:
        return sorted(self.operations, key=lambda served: (served.path, served.method))

    def lines(self, control: str, candidate: str) -> Iterator[str]:
        """Yield the share, and a line for each operation."""
        yield self.headline(control)
        rows = [(s.route or "(no route)", s.name, self.said(s, candidate)) for s in self._sorted()]
        widths = [max((len(row[at]) for row in rows), default=0) for at in (0, 1)]
        for route, name, said in rows:
            yield f"  {route:{widths[0]}}  {name:{widths[1]}}  {said}"

    def headline(self, control: str) -> str:
        """Say the share in one line."""
        if self.percent is None:
            return (
                f"The operations of {control} can't be seen, since no Flask application was found"
                " behind it, so their coverage is not known."
            )
        covered = len(self.expected) - len(self.missing)
        share = _share(self.percent)
        counted = f"{covered} of {len(self.expected)} operations of {control} compared ({share})"
        how = f", by the table's routes, as no Flask application was found behind {control}"
        return counted + (how if self.by_routes else "")

    def said(self, served: Served, candidate: str) -> str:
        """Say with which statuses an operation was compared."""
        # Of a control that can't be seen nobody knows what it lacks.
        alone = f"  (served by {candidate} only)" if self.expected and not served.by_control else ""
        counts = sorted(self.of(served.name).items())
        return (", ".join(_status(*pair, calls) for pair, calls in counts) or "NEVER") + alone


def shortfall(coverage: Coverage, control: str, percent: float) -> list[str]:
    """Say what is wrong if less than `percent` of the operations was compared."""
    if coverage.percent is None:
        return [f"--parity-fail-under={percent:g} can't be judged. {coverage.headline(control)}"]
    if coverage.percent >= percent:
        return []
    named = ", ".join(served.name for served in coverage.missing)
    asked = f"and --parity-fail-under asks for {percent:g}%. Never compared: {named}."
    return [f"Only {coverage.headline(control)}, {asked}"]


def _share(percent: float) -> str:
    """Round down, so that 100% is said of nothing less."""
    return f"{int(percent * 100 + 1e-9) / 100:g}%"


def _status(control: int, candidate: int, calls: int) -> str:
    pair = str(control) if control == candidate else f"{control}→{candidate}"
    return f"{pair} ({calls})"
