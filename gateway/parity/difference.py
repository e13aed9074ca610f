"""What a difference is, and of what kinds there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

KINDS = ("failure", "status", "redirect", "header", "cookie", "body", "rows", "outbound", "queries")
"""What differences there are; each kind is a channel that finds its own faults."""


class _Absent:
    def __repr__(self) -> str:
        return "(absent)"


ABSENT = _Absent()


@dataclass(frozen=True)
class Difference:
    """One place where control and candidate disagree: what kind, where, both values."""

    kind: str
    place: str
    control: Any
    candidate: Any
    note: str = ""
