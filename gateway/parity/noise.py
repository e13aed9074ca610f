"""What varies by itself, and is compared by its shape.

A place where control differs from itself, when it is run again (`repetition`), is compared by
its shape, if candidate's value varies there too: a constant where control has chance is a
difference. A time that moved just as the disturbed clock did does not vary.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gateway.parity.shape import moved_with, same_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.parity.difference import Difference

    Place = tuple[str, str]

SHIFT = timedelta(seconds=5)
"""How much later the repetition takes place."""


@dataclass(frozen=True)
class Noise:
    """The places of one answer at which control, or candidate, differs from itself."""

    control: Mapping[Place, Difference] = field(default_factory=dict)
    candidate: Mapping[Place, Difference] = field(default_factory=dict)
    unordered: frozenset[str] = frozenset()

    def excuses(self, kind: str, place: str, control: Any, candidate: Any) -> bool:
        """Tell whether two values at a place that varies have the same shape."""
        varied = self.control.get((kind, place))
        return (
            varied is not None
            and (kind, place) in self.candidate
            and not moved_with(SHIFT, varied.control, varied.candidate)
            and same_shape(control, varied.candidate, candidate)
        )


NO_NOISE = Noise()
