"""Cuts a text into the pieces that it is streamed in, and sets the pace."""

from collections.abc import Callable, Iterator

import regex

from assistants.port import Chunker

PIECE_SIZE = 48

# What a reader takes for one character (UAX #29). Surrogates are no characters, but two that
# stand together were meant as one.
_GRAPHEME = r"(?:[\ud800-\udbff][\udc00-\udfff]|\X)"
_graphemes = regex.compile(_GRAPHEME)
_words = regex.compile(rf"(?:(?!\s){_GRAPHEME})*(?:(?=\s){_GRAPHEME})*")


def by_words(size: int = PIECE_SIZE) -> Chunker:
    """Cuts after white space into pieces of up to `size` characters.

    A longer word is cut between graphemes, and only a longer grapheme makes a longer piece.
    """

    def chunk(text: str) -> Iterator[str]:
        return packed(_units(text, size), size)

    return chunk


def paced(chunk: Chunker, pause: Callable[[], object]) -> Chunker:
    """The same pieces, with a pause between any two of them."""

    def chunk_slowly(text: str) -> Iterator[str]:
        for number, piece in enumerate(chunk(text)):
            if number:
                pause()
            yield piece

    return chunk_slowly


def packed(units: Iterator[str], size: int) -> Iterator[str]:
    """Joins units into pieces of up to `size` characters; a longer unit is a piece of its own."""
    piece = ""
    for unit in units:
        if piece and len(piece) + len(unit) > size:
            yield piece
            piece = ""
        piece += unit
    if piece:
        yield piece


def _units(text: str, size: int) -> Iterator[str]:
    for found in _words.finditer(text):
        word = found[0]
        if len(word) > size:
            yield from _graphemes.findall(word)
        elif word:
            yield word
