"""Cutting a text into what can be quoted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.passages import LONGEST, Passage, passages

LONG = "A paragraph that is long enough to stand for itself, as most are."
TEXTS = st.text() | st.lists(
    st.sampled_from([LONG, "# Head", "## Sub", "short", "", "```", "x" * 800, "One. Two! 三。"])
).map("\n".join)


def test_paragraphs_know_their_headings_and_lines():
    text = f"# A\n\n{LONG}\n\n## B ##\n{LONG}\n{LONG}\n\n# C\n\n{LONG}"

    assert passages(text, markdown=True) == [
        Passage(LONG, ("A",), 3),
        Passage(f"{LONG}\n{LONG}", ("A", "B"), 6),
        Passage(LONG, ("C",), 11),
    ]


def test_plain_text_has_no_headings():
    assert passages("# A\n", markdown=False) == [Passage("# A", (), 1)]


def test_code_block_is_one_passage():
    code = "```\n# no heading\n\nx = 1\n```"

    assert passages(f"# A\n{code}", markdown=True) == [Passage(code, ("A",), 2)]


def test_short_paragraphs_are_joined_under_one_heading_only():
    found = passages("# A\n\nYes.\n\nNo.\n\n# B\n\nWhy?", markdown=True)

    assert found == [Passage("Yes.\n\nNo.", ("A",), 3), Passage("Why?", ("B",), 9)]


@pytest.mark.parametrize("stop", [". ", "! ", "\n", "\u3002"])
def test_long_paragraph_is_cut_after_a_sentence(stop):
    sentence = "x" * 300 + stop
    found = passages(sentence * 4, markdown=False)

    assert [passage.text for passage in found] == [(sentence * 2).strip()] * 2
    assert found[1].line == (3 if stop == "\n" else 1)


@given(TEXTS, st.booleans())
def test_passages_hold_every_word_but_those_of_headings(text, markdown):
    found = passages(text, markdown=markdown)
    told = "".join(passage.text for passage in found)

    if not markdown:
        assert "".join(told.split()) == "".join(text.split())
    assert all(passage.text.strip() and len(passage.text) <= LONGEST for passage in found)
    lines = [passage.line or 0 for passage in found]
    assert lines == sorted(lines)
