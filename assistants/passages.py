"""Cuts a text into passages: what can be quoted, and where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from assistants.chunking import by_words, packed

LONGEST = 700
SHORTEST = 60

_heading = regex.compile(r" {0,3}(#{1,6})\s+(.*)")
_fence = regex.compile(r" {0,3}(```|~~~)")
# Chinese and Japanese put no space after a sentence.
_sentence = regex.compile(r".+?(?:[.!?…]\s+|[\u3002\uff01\uff1f]|\n|$)", regex.DOTALL)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text, the headings that it stands under, and its first line if it has one."""

    text: str
    headings: tuple[str, ...] = ()
    line: int | None = 1


def passages(text: str, *, markdown: bool) -> list[Passage]:
    """The paragraphs of a text, in order: short ones joined with the next, long ones cut."""
    return [
        piece
        for paragraph in _joined(_paragraphs(text.splitlines(), markdown=markdown))
        for piece in _cut(paragraph)
    ]


def _paragraphs(lines: list[str], *, markdown: bool) -> Iterator[Passage]:
    headings: dict[int, str] = {}
    held: list[str] = []
    in_code = False
    start = 1
    for number, line in enumerate([*lines, ""], start=1):
        heading = None if in_code or not markdown else _heading.fullmatch(line)
        if heading or not (line.strip() or in_code) or number > len(lines):
            if held:
                yield Passage("\n".join(held), tuple(headings.values()), start)
            held, start = [], number + 1
        else:
            held.append(line.rstrip())
        if heading:
            level = len(heading[1])
            headings = {at: title for at, title in headings.items() if at < level}
            headings[level] = heading[2].rstrip("# \t")
        elif markdown and _fence.match(line):
            in_code = not in_code


def _joined(found: Iterator[Passage]) -> Iterator[Passage]:
    # A paragraph of a few words would win by its shortness and say nothing.
    held: Passage | None = None
    for passage in found:
        if held and held.headings == passage.headings:
            held = Passage(f"{held.text}\n\n{passage.text}", held.headings, held.line)
        else:
            if held:
                yield held
            held = passage
        if len(held.text) >= SHORTEST:
            yield held
            held = None
    if held:
        yield held


def _cut(passage: Passage) -> Iterator[Passage]:
    line = passage.line
    for piece in _pieces(passage.text):
        yield Passage(piece.strip(), passage.headings, line)
        line = line and line + piece.count("\n")


def _pieces(text: str) -> Iterator[str]:
    sentences = (
        part
        for sentence in _sentence.findall(text)
        for part in ([sentence] if len(sentence) <= LONGEST else by_words(LONGEST)(sentence))
    )
    return packed(sentences, LONGEST)
