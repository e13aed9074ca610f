"""One injective renaming: each opaque value of control stands for one of candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.parity.opaque import pairs_between

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
        forward: dict[str, str] = {}
        backward: dict[str, str] = {}
        for control, candidate in pairs:
            theirs = forward.setdefault(control, self._forward.get(control, candidate))
            ours = backward.setdefault(candidate, self._backward.get(candidate, control))
            if theirs != candidate:
                return f"control's {control} stood for {theirs} before"
            if ours != control:
                return f"candidate's {candidate} stood for {ours} before"
        return None

    def _bind(self, pairs: Iterable[Pair]) -> None:
        for control, candidate in pairs:
            self._forward[control] = candidate
            self._backward[candidate] = control
