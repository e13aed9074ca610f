"""Terms: what a search takes for the same word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.words import asked, terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Renaming", "renamed"),
        ("CAFÉ", "cafe\u0301"),
        ("naïve", "naive"),
        ("STRASSE", "Straße"),
        ("ﬁle", "files"),
        ("unit_price", "unit price"),
        ("हिन्दी", "हिन्दी।"),
        ("Ñandú", "ñandu"),
    ],
)
def test_spellings_of_a_word_are_one_term(one, other):
    assert terms(one) == terms(other) != []


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("東京", "昨日東京に行った"),
        ("塔", "東京塔"),
        ("コーヒー", "熱いコーヒー。"),
        ("phone", "新phone東京"),
        ("ไทย", "ภาษาไทย"),
    ],
)
def test_words_are_found_in_text_without_spaces(word, text):
    assert set(terms(word)) <= set(terms(text))


def test_order_of_characters_counts_in_text_without_spaces():
    assert not set(terms("東京")) <= set(terms("京東"))


def test_question_is_about_its_rare_words():
    assert asked("How can I rename this? And rename that?") == ["renam"]


@given(st.text())
def test_any_text_has_terms_that_are_stable(text):
    found = terms(text)

    assert all(found)
    assert terms(text) == found
    assert set(asked(text)) <= set(found)
