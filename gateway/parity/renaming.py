"""One injective renaming: each opaque value of control stands for one of candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.parity.opaque import is_opaque, pairs_between

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.parity.opaque import Pair

DIFFERENT = "the values differ"


class Renaming:
    """The pairs of opaque values found so far in a test.

    It is bound over bodies, cookies, headers and rows alike, so the value that control
    shows in two places must be one value on candidate's side too, and the other way
    round. An opaque value that is equal on both sides stands for itself.
    """

    def __init__(self) -> None:
        self._forward: dict[str, str] = {}
        self._backward: dict[str, str] = {}

    def match(self, control: str, candidate: str) -> str | None:
        """Bind the opaque parts of two texts; give the reason if the texts don't agree."""
        pairs = pairs_between(control, candidate)
        if pairs is None:
            return DIFFERENT
        conflict = self._conflict(pairs)
        if conflict is None:
            self._bind(pairs)
        return conflict

    def would_match(self, control: str, candidate: str) -> bool:
        """Tell whether two texts agree, and bind nothing."""
        pairs = pairs_between(control, candidate)
        return pairs is not None and self._conflict(pairs) is None

    def _conflict(self, pairs: Iterable[Pair]) -> str | None:
        forward, backward = dict(self._forward), dict(self._backward)
        for control, candidate in pairs:
            if forward.setdefault(control, candidate) != candidate:
                return f"control's {control!r} stood for {forward[control]!r} before"
            if backward.setdefault(candidate, control) != control:
                return f"candidate's {candidate!r} stood for {backward[candidate]!r} before"
        return None

    def _bind(self, pairs: Iterable[Pair]) -> None:
        for control, candidate in pairs:
            self._forward[control] = candidate
            self._backward[candidate] = control


__all__ = ["DIFFERENT", "Renaming", "is_opaque"]
