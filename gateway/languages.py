"""The paths that rules accept, as sets: whether several have one in common that others lack.

A language is a row of words and runs of characters. It is followed character by character, from a
set of positions to the next set; characters that no rule tells apart are tried once for all. The
search therefore ends with an example, or with the certainty that there is none.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from string import hexdigits
from typing import NamedTuple

PATIENCE = 200_000
"""How many steps a search takes before it gives up: some tenths of a second."""


class Words(NamedTuple):
    """One of several texts."""

    texts: tuple[str, ...]


class Run(NamedTuple):
    """So many characters of one kind; `most` is None where there is no limit."""

    kind: str
    least: int
    most: int | None


Atom = Words | Run
_Position = tuple[int, int | str]
_Positions = frozenset[_Position]

_KINDS: dict[str, Callable[[str], bool]] = {
    "any": bool,
    "segment": "/".__ne__,
    "digit": str.isdecimal,
    "hex": lambda character: character in hexdigits,
}
# The sorts of characters that kinds tell apart. "x" comes first, for examples that read well.
_SORTS = (
    "x" + "".join(map(chr, [*range(0x67, 0x7B), *range(0x4E00, 0x9F00)])),
    "1234567890",
    "abcdefABCDEF",
    "".join(map(chr, range(0x660, 0x66A))),  # digits too, to int and to `\d`
)
NEVER = re.compile(r"[\\\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""The characters that no canonical path has."""


class UndecidedError(RuntimeError):
    """The search would have taken too long."""


@dataclass(frozen=True, slots=True)
class Language:
    """A set of canonical paths, without the slash at their end: the root is the empty text.

    With `below`, everything below the paths belongs to it too.
    """

    atoms: tuple[Atom, ...]
    below: bool = False

    def start(self) -> _Positions:
        """Return where every path begins."""
        return frozenset(self._enter(0))

    def step(self, positions: _Positions, character: str) -> _Positions:
        """Return where a further character leads."""
        return frozenset(
            following for position in positions for following in self._after(position, character)
        )

    def ends(self, positions: _Positions) -> bool:
        """Tell whether a path may end here."""
        return any(place >= len(self.atoms) for place, _ in positions)

    def only(self, positions: _Positions) -> set[str] | None:
        """Return the characters that may come here, or None if that is more than a few."""
        texts = [progress for _, progress in positions if isinstance(progress, str)]
        return {text[0] for text in texts} if len(texts) == len(positions) else None

    def _after(self, position: _Position, character: str) -> Iterator[_Position]:
        place, progress = position
        if place >= len(self.atoms):
            if place > len(self.atoms) or (self.below and character == "/"):
                yield len(self.atoms) + 1, 0
        elif isinstance(progress, str):
            if progress[0] == character:
                rest = progress[1:]
                yield from [(place, rest)] if rest else self._enter(place + 1)
        else:
            yield from self._run(place, progress, character)

    def _run(self, place: int, count: int, character: str) -> Iterator[_Position]:
        run = self.atoms[place]
        assert isinstance(run, Run)
        if not _KINDS[run.kind](character):
            return
        count += 1
        if count >= run.least:
            yield from self._enter(place + 1)
        if run.most is None:
            yield place, min(count, run.least)
        elif count < run.most:
            yield place, count

    def _enter(self, place: int) -> Iterator[_Position]:
        atom = self.atoms[place] if place < len(self.atoms) else None
        if isinstance(atom, Words):
            for text in atom.texts:
                yield from [(place, text)] if text else self._enter(place + 1)
            return
        if atom is None or atom.most != 0:
            yield place, 0
        if atom is not None and not atom.least:
            yield from self._enter(place + 1)


def example(
    wanted: Sequence[Language], unwanted: Sequence[Language] = (), patience: int = PATIENCE
) -> str | None:
    """Return a shortest path that all of the wanted languages have and none of the unwanted.

    Returns None if there is none. Raises UndecidedError where patience ends before that is known.
    """
    search = _Search([*wanted, *unwanted], len(wanted), patience)
    start = search.start()
    queue, seen = deque([("", start)]), {start}
    while queue:
        text, situation = queue.popleft()
        if search.found(situation):
            return text or "/"
        for character in search.characters(situation):
            following = search.after(situation, character)
            if following is not None and following not in seen:
                seen.add(following)
                queue.append((text + character, following))
        if search.left < 0:
            raise UndecidedError
    return None


class _Situation(NamedTuple):
    """What a search knows of the text up to here: the form of its last segment, and positions."""

    form: str
    places: tuple[_Positions, ...]


class _Search:
    """The languages of a search, of which the first so many are wanted, and its patience."""

    def __init__(self, languages: list[Language], wanted: int, patience: int) -> None:
        self.left = patience
        self._languages = languages
        self._wanted = wanted
        self._alphabet = _alphabet(languages)

    def start(self) -> _Situation:
        return _Situation("", tuple(language.start() for language in self._languages))

    def found(self, situation: _Situation) -> bool:
        ends = list(map(Language.ends, self._languages, situation.places))
        whole = situation.form in {"", "/x"}
        return whole and all(ends[: self._wanted]) and not any(ends[self._wanted :])

    def characters(self, situation: _Situation) -> list[str]:
        """Return the characters that are worth a try."""
        few = self._languages[0].only(situation.places[0])
        return self._alphabet if few is None else [c for c in self._alphabet if c in few]

    def after(self, situation: _Situation, character: str) -> _Situation | None:
        """Return the next situation, or None where it leads nowhere."""
        form = _form(situation.form, character)
        if form is None:
            return None
        places: list[_Positions] = []
        for language, positions in zip(self._languages, situation.places, strict=True):
            self.left -= len(positions)
            places.append(language.step(positions, character) if positions else positions)
            if len(places) <= self._wanted and not places[-1]:
                return None
        return _Situation(form, tuple(places))


def _form(form: str, character: str) -> str | None:
    """Return the form of a path's last segment: `/`, `/.`, `/..`, or `/x` for any other.

    None is for what no canonical path has: an empty segment, and a dot segment.
    """
    if character == "/":
        return "/" if form in {"", "/x"} else None
    if not form:
        return None
    return form + "." if character == "." and form in {"/", "/."} else "/x"


def _alphabet(languages: Sequence[Language]) -> list[str]:
    """Return characters enough to tell these languages apart; those that no rule names first."""
    words = (atom for language in languages for atom in language.atoms if isinstance(atom, Words))
    named = {character for word in words for text in word.texts for character in text} - {"/"}
    others = (next((c for c in sort if c not in named), "") for sort in _SORTS)
    return [*filter(None, others), *sorted(c for c in named if not NEVER.match(c)), "/"]


def is_canonical(text: str) -> bool:
    """Tell whether a text may be a segment of a canonical path."""
    return text not in {"", ".", ".."} and "/" not in text and not NEVER.search(text)
