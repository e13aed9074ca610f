"""One injective renaming: each opaque value of control stands for one of candidate."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gateway.parity.opaque import SHORTEST, is_opaque
from gateway.parity.paired import CONTROL
from gateway.parity.tokens import pairs_between, pieces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.parity.tokens import Pair

    Key = tuple[Any, ...]

DIFFERENT = "the values differ"

_NUMBER = re.compile("[0-9]+")


class Renaming:
    """The pairs of opaque values found so far in a test.

    It is bound over bodies, cookies, headers and rows alike, so the value that control
    shows in two places must be one value on candidate's side too, and the other way
    round. An opaque value that is equal on both sides stands for itself. Of numbers only the
    keys of rows that both sides inserted may differ, each standing for the other's.
    """

    def __init__(self) -> None:
        self._forward: dict[str, str] = {}
        self._backward: dict[str, str] = {}
        self._keys: dict[str, dict[Key, Key]] = {}
        self._numbers: frozenset[Pair] = frozenset()
        self._numerals: frozenset[str] = frozenset()

    def copy(self) -> Renaming:
        """Give the same pairs, to be bound apart from these."""
        copied = Renaming()
        copied._forward, copied._backward = dict(self._forward), dict(self._backward)
        copied._keys = dict(self._keys)
        copied._numbers, copied._numerals = self._numbers, self._numerals
        return copied

    def match(self, control: str, candidate: str) -> str | None:
        """Bind the opaque parts of two texts; give the reason if the texts don't agree."""
        if control == candidate and len(control) < SHORTEST:  # most values are like this
            return None
        pairs = pairs_between(control, candidate, self._numbers)
        if pairs is None:
            return DIFFERENT
        conflict = self._conflict(pairs)
        if conflict is None:
            self._bind(pairs)
        return conflict

    def would_match(self, control: str, candidate: str) -> bool:
        """Tell whether two texts agree, and bind nothing."""
        pairs = pairs_between(control, candidate, self._numbers)
        return pairs is not None and self._conflict(pairs) is None

    def learn_key(self, table: str, control: Key, candidate: Key) -> None:
        """Let the key of one inserted row stand for that of another; keys may be used again."""
        known = self._keys.setdefault(table, {})
        self._keys[table] = {
            **{ours: theirs for ours, theirs in known.items() if theirs != candidate},
            control: candidate,
        }
        self._numbers = frozenset(
            (str(one), str(other))
            for keys in self._keys.values()
            for ours, theirs in keys.items()
            for one, other in zip(ours, theirs, strict=True)
            if one != other
        )
        self._numerals = frozenset(number for pair in self._numbers for number in pair)

    def key_of(self, table: str, control: Key) -> Key:
        """Give candidate's key for the row that has this key at control's."""
        return self._keys.get(table, {}).get(control, control)

    def same_key(self, control: object, candidate: object) -> bool:
        """Tell whether a number stands for another one as the key of an inserted row."""
        if not self._numbers or type(control) is not int or type(candidate) is not int:
            return False
        return (str(control), str(candidate)) in self._numbers

    def names_keys(self, texts: Iterable[str]) -> bool:
        """Tell whether a text holds a number that may stand for another one."""
        if not self._numerals:
            return False
        return any(not self._numerals.isdisjoint(_NUMBER.findall(text)) for text in texts)

    def blanked(self, text: str, side: int) -> str:
        """Give a text without what may stand for something else; known tokens are control's."""
        return "".join(self._blanked(piece, side) for piece in pieces(text))

    def _blanked(self, piece: str, side: int) -> str:
        if is_opaque(piece):
            known = self._forward if side == CONTROL else self._backward
            return f"<{piece if side == CONTROL else known[piece]}>" if piece in known else "<>"
        return _NUMBER.sub(lambda match: "#" if match[0] in self._numerals else match[0], piece)

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
