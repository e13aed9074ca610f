"""Whether two paths of one rank overlap, and where."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from gateway.languages import Atom, Language, UndecidedError, Words, example
from gateway.rules import Outline, Rule

_PATIENCE = 2_000
_KEPT = 4_096


def overlap(one: Rule, other: Rule) -> str | None:
    """Return a path that fits two rules with the same rank and the same literals, or None.

    Limits on numbers do not count. Where an answer would take too long, it is None.
    """
    if _plainly_apart(_glance(one.outline), _glance(other.outline)):
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
            languages = [Language((Words(("/",)), *segment.atoms)) for segment in segments]
            try:
                found = example(languages, patience=_PATIENCE)
            except UndecidedError:
                found = None
            if found is None:
                return None
            texts.append(found[1:])
    return tuple(texts)


@lru_cache(_KEPT)
def _glance(outline: Outline) -> tuple[_Glance, ...]:
    variables = (segment.atoms for segment in outline.segments if segment.literal is None)
    return tuple(_Glance(_only(a[:1]), _only(a[-1:]), _words(a)) for a in variables)


def _words(atoms: tuple[Atom, ...]) -> frozenset[str] | None:
    return frozenset(atoms[0].texts) if len(atoms) == 1 and isinstance(atoms[0], Words) else None


def _only(atoms: tuple[Atom, ...]) -> str:
    words = _words(atoms) or frozenset()
    return next(iter(words)) if len(words) == 1 else ""


class _Glance(NamedTuple):
    """How all texts of a variable segment begin and end, and all of them if they are few."""

    begin: str
    end: str
    words: frozenset[str] | None


def _plainly_apart(one: tuple[_Glance, ...], other: tuple[_Glance, ...]) -> bool:
    """Tell at a glance of most segments that are apart, without a search."""
    for a, b in zip(one, other, strict=True):
        if a.words is not None and b.words is not None and a.words.isdisjoint(b.words):
            return True
        if not (a.begin.startswith(b.begin) or b.begin.startswith(a.begin)):
            return True
        if not (a.end.endswith(b.end) or b.end.endswith(a.end)):
            return True
    return False
