"""Cuts text into the terms that a search compares: folded, and English words to their stems."""

import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import regex
import snowballstemmer

# Scripts that put no space between words: a word is found by its characters and their pairs.
_SCRIPTS = ("Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar")
_UNSPACED = "".join(rf"\p{{scx={script}}}" for script in _SCRIPTS)
_UNSPACED = rf"[[{_UNSPACED}]&&[\p{{L}}\p{{M}}\p{{N}}]]"
_unspaced = regex.compile(_UNSPACED, regex.V1)
_SPACED = rf"[\p{{L}}\p{{N}}--{_UNSPACED}]"
_word = regex.compile(rf"{_UNSPACED}+|{_SPACED}[{_SPACED}\p{{M}}]*", regex.V1)
_accents = regex.compile(r"[\u0300-\u036f]+")

LONGEST_STEMMED = 40

# Words that say how something is asked, and not about what.
STOP_WORDS = frozenset(Path(__file__).with_name("stop_words.txt").read_text("utf-8").split())


def terms(text: str) -> list[str]:
    """All terms of a text, in order."""
    return [term for word in words(text) for term in _terms_of(word)]


def asked(text: str) -> list[str]:
    """The terms that a question is about, each once, without those that all questions have."""
    told = (word for word in words(text) if word not in STOP_WORDS)
    return list(dict.fromkeys(term for word in told for term in _terms_of(word)))


def words(text: str) -> list[str]:
    """The words of a text without case, accents and compatibility forms."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    folded = unicodedata.normalize("NFKC", _accents.sub("", decomposed))
    return _word.findall(folded)


def _terms_of(word: str) -> list[str]:
    if _unspaced.match(word):
        return [*word, *map("".join, pairwise(word))]
    return [_stem(word) if word.isascii() and len(word) <= LONGEST_STEMMED else word]


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    # A stemmer keeps the word in itself, so that two threads must not share one.
    return str(snowballstemmer.stemmer("english").stemWord(word))
