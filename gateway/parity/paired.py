"""Values that differ between the sides, carried through a test as one.

A `Paired` is a text with a marker in private-use characters. It may be put into f-strings,
headers, forms and JSON; when the request is sent, each side gets its own value there.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.parity.canonical import Tree

CONTROL, CANDIDATE = 0, 1

_MARKER = re.compile("\ue000(\\d+)\ue001")


class Paired(str):
    """A value that is one thing on control's side and another on candidate's.

    It is equal only to itself, has the length of its marker, and can't be calculated with:
    read `control` or `candidate` for the value of one side.
    """

    __slots__ = ("candidate", "control")

    control: Any
    candidate: Any

    def __repr__(self) -> str:
        return f"Paired({self.control!r}, {self.candidate!r})"


class Pairs:
    """All paired values of one test."""

    def __init__(self) -> None:
        self._values: list[Paired] = []

    def pair(self, control: Any, candidate: Any) -> Any:
        """Give the value if both sides have the same, else one that stands for both."""
        if control == candidate and type(control) is type(candidate):
            return control
        paired = Paired(f"\ue000{len(self._values)}\ue001")
        paired.control, paired.candidate = control, candidate
        self._values.append(paired)
        return paired

    def merge(self, control: Tree, candidate: Tree) -> Any:
        """Pair two JSON-like trees value by value, in the shape of control's."""
        if isinstance(control, dict) and isinstance(candidate, dict):
            return {name: self.merge(value, candidate.get(name)) for name, value in control.items()}
        if isinstance(control, list) and isinstance(candidate, list):
            pairs = zip_longest(control, candidate[: len(control)])
            return [self.merge(ours, theirs) for ours, theirs in pairs]
        return self.pair(_plain(control), _plain(candidate))

    def resolve(self, value: Any, side: int) -> Any:
        """Give what one side is to be sent: markers in texts replaced, structures copied."""
        if isinstance(value, str):
            return self._resolve_text(value, side)
        if isinstance(value, dict):
            return {self.resolve(k, side): self.resolve(v, side) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.resolve(item, side) for item in value]
        return value

    def _resolve_text(self, text: str, side: int) -> Any:
        if "\ue000" not in text:
            return text
        whole = _MARKER.fullmatch(text)
        if whole:
            return self._side_of(int(whole[1]), side)
        return _MARKER.sub(lambda match: str(self._side_of(int(match[1]), side)), text)

    def _side_of(self, number: int, side: int) -> Any:
        paired = self._values[number]
        return paired.candidate if side == CANDIDATE else paired.control


def _plain(value: Tree) -> Any:
    return float(value) if isinstance(value, Decimal) else value
