"""The part of a text that a search found, so that both databases show the same."""

import re

from shared_models.search import Phrase, folded

_BEFORE = 40
_word = re.compile(r"\w+")


def snippet(text: str, wanted: tuple[Phrase, ...], length: int) -> str:
    """Up to `length` characters around the first word that was looked for, on one line."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    start = _cut_before(line, max(0, _found_at(line, wanted) - _BEFORE))
    end = _cut_after(line, start, start + length)
    return f"{'…' if start else ''}{line[start:end]}{'…' if end < len(line) else ''}"


def _found_at(line: str, wanted: tuple[Phrase, ...]) -> int:
    beginnings = tuple(folded(phrase.words[0]) for phrase in wanted)
    found = (
        word.start() for word in _word.finditer(line) if folded(word[0]).startswith(beginnings)
    )
    return next(found, 0)


def _cut_before(line: str, start: int) -> int:
    return line.rfind(" ", 0, start) + 1 if start else 0


def _cut_after(line: str, start: int, end: int) -> int:
    if end >= len(line):
        return len(line)
    space = line.rfind(" ", start, end + 1)
    return space if space > start else end
