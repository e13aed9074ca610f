"""What the doctor looks for, and what it finds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
"""error: users lose data, sessions or answers. warning: it costs, or may bite. note: the rest."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a pair of applications.

    `message` says what is wrong and what users will see; `evidence` holds one fact a string
    (objects, modules, lines); `fix` says what to change. All of them are full sentences but the
    evidence, and none of them holds a secret.
    """

    check: str
    severity: Severity
    message: str
    evidence: tuple[str, ...]
    fix: str

    def as_json(self) -> dict[str, Any]:
        """Return the finding as `gateway doctor --json` prints it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked for: `family.name`, and how grave it is wherever it is found."""

    name: str
    severity: Severity

    def finding(self, message: str, *evidence: str, fix: str) -> Finding:
        """Make a finding of this check."""
        return Finding(self.name, self.severity, message, evidence, fix)
