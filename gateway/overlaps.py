"""Whether two paths of one rank overlap, and where."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from gateway.languages import Atom, Language, Run, UndecidedError, Words, example
from gateway.rules import Outline, Rule, Segment

_PATIENCE = 20_000
_KEPT = 4_096


def overlap(one: Rule, other: Rule, searches: Iterator[object]) -> str | None:
    """Return a path that fits two rules with the same rank and the same literals, or None.

    Limits on numbers do not count. Most is told at a glance; for the rest a search is taken, and
    where none is left, or it would take too long, the answer is None.
    """
    glances = _glance(one.outline), _glance(other.outline)
    if _plainly_apart(*glances):
        return None
    if not _plainly_meet(*glances) and next(searches, None) is None:
        return None
    found = _texts_of_both(one.outline, other.outline)
    if found is None:
        return None
    texts = iter(found)
    segments = (next(texts) if s.literal is None else s.literal for s in one.segments)
    return "/" + "/".join(segments)


@lru_cache(_KEPT)
def _texts_of_both(one: Outline, other: Outline) -> tuple[str, ...] | None:
    """Return texts that both accept at their variables, or None if at one there are none."""
    texts: list[str] = []
    for segments in zip(one.segments, other.segments, strict=True):
        if segments[0].literal is None:
            text = _text_of_both(*segments)
            if text is None:
                return None
            texts.append(text)
    return tuple(texts)


def _text_of_both(one: Segment, other: Segment) -> str | None:
    if _meet(_glance_at(one), _glance_at(other)):
        return max(one.example, other.example, key=len)
    languages = [Language((Words(("/",)), *segment.atoms)) for segment in (one, other)]
    try:
        found = example(languages, patience=_PATIENCE)
    except UndecidedError:
        return None
    return found and found[1:]


class _Glance(NamedTuple):
    """What can be seen of a variable segment at once.

    How all of its texts begin and end, how long they are, and all of them, if they are few. `free`
    tells whether it is a string, which takes every text of that length.
    """

    begin: str
    end: str
    least: int
    most: float
    words: frozenset[str] | None
    free: bool


@lru_cache(_KEPT)
def _glance(outline: Outline) -> tuple[_Glance, ...]:
    return tuple(_glance_at(segment) for segment in outline.segments if segment.literal is None)


def _glance_at(segment: Segment) -> _Glance:
    atoms = segment.atoms
    return _Glance(
        _only(atoms[:1]),
        _only(atoms[-1:]),
        sum(map(_least, atoms)),
        sum(map(_most, atoms)),
        _words(atoms),
        len(atoms) == 1 and isinstance(atoms[0], Run) and atoms[0].kind == "segment",
    )


def _words(atoms: tuple[Atom, ...]) -> frozenset[str] | None:
    return frozenset(atoms[0].texts) if len(atoms) == 1 and isinstance(atoms[0], Words) else None


def _only(atoms: tuple[Atom, ...]) -> str:
    words = _words(atoms) or frozenset()
    return next(iter(words)) if len(words) == 1 else ""


def _least(atom: Atom) -> int:
    return min(map(len, atom.texts), default=0) if isinstance(atom, Words) else atom.least


def _most(atom: Atom) -> float:
    if isinstance(atom, Words):
        return max(map(len, atom.texts), default=0)
    return math.inf if atom.most is None else atom.most


def _plainly_apart(one: tuple[_Glance, ...], other: tuple[_Glance, ...]) -> bool:
    """Tell at a glance of most rules that are apart, without a search."""
    return any(map(_apart, one, other))


def _apart(one: _Glance, other: _Glance) -> bool:
    if one.words is not None and other.words is not None and one.words.isdisjoint(other.words):
        return True
    if one.least > other.most or other.least > one.most:
        return True
    if not (one.begin.startswith(other.begin) or other.begin.startswith(one.begin)):
        return True
    return not (one.end.endswith(other.end) or other.end.endswith(one.end))


def _plainly_meet(one: tuple[_Glance, ...], other: tuple[_Glance, ...]) -> bool:
    return all(map(_meet, one, other))


def _meet(one: _Glance, other: _Glance) -> bool:
    """Tell of two strings, whose lengths meet, that they have texts in common."""
    return one.free and other.free
