"""Pieces of a text: together the text, and no word, character or surrogate pair torn."""

import regex
from hypothesis import given
from hypothesis import strategies as st

from assistants import by_words, paced

SIZES = st.integers(1, 60)
GRAPHEME = r"[\ud800-\udbff][\udc00-\udfff]|\X"
CLUSTERS = ["e\u0301", "👨\u200d👩\u200d👧", "🇩🇪", "\ud83d\ude00", "\u0301", "क्षि", "\r\n"]
# Clusters are rare in plain random text.
TEXTS = st.text() | st.lists(st.sampled_from(["word", " ", "\n", *CLUSTERS])).map("".join)


@given(TEXTS, SIZES)
def test_pieces_join_to_the_text(text, size):
    pieces = list(by_words(size)(text))

    assert "".join(pieces) == text
    assert all(pieces)


@given(TEXTS, SIZES)
def test_no_grapheme_is_torn(text, size):
    pieces = list(by_words(size)(text))

    parts = [grapheme for piece in pieces for grapheme in regex.findall(GRAPHEME, piece)]
    assert parts == regex.findall(GRAPHEME, text)


@given(st.lists(st.from_regex(r"[a-zé]{1,12}", fullmatch=True)), st.integers(13, 60))
def test_words_that_fit_are_not_torn(words, size):
    pieces = list(by_words(size)(" ".join(words)))

    assert [word for piece in pieces for word in piece.split()] == words
    assert all(len(piece) <= size for piece in pieces)


@given(TEXTS, SIZES)
def test_only_a_single_grapheme_is_longer_than_the_size(text, size):
    for piece in by_words(size)(text):
        assert len(piece) <= size or len(regex.findall(GRAPHEME, piece)) == 1


def test_pace_pauses_between_pieces():
    seen = []
    seen.extend(paced(by_words(4), lambda: seen.append("pause"))("one two three"))

    assert seen == ["one ", "pause", "two ", "pause", "thre", "pause", "e"]


def test_pieces_come_one_at_a_time():
    pieces = paced(by_words(4), lambda: 1 / 0)("one two")

    assert next(pieces) == "one "
