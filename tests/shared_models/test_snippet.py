"""What is shown of a text that a search found."""

from hypothesis import given
from hypothesis import strategies as st

from shared_models.search import phrases
from shared_models.snippet import snippet

LONG = "a " * 200 + "needle " + "b " * 200


def test_short_text_is_shown_whole_on_one_line():
    assert snippet("two\n\nlines  here", phrases("lines"), 160) == "two lines here"


def test_long_text_is_shown_around_the_first_word_found():
    shown = snippet(LONG, phrases("needle"), 60)
    assert "needle" in shown
    assert shown.startswith("…a ")
    assert shown.endswith(" b…")


def test_accents_and_case_do_not_hide_the_word():
    assert "Zürich" in snippet(LONG + "Zürich " + LONG, phrases("zurich"), 60)


def test_beginning_is_shown_where_no_word_stands_in_the_text():
    assert snippet("x " * 200, phrases("needle"), 20).startswith("x x")


@given(st.text(max_size=600), st.text(max_size=20), st.integers(20, 200))
def test_it_is_never_longer_than_asked_but_for_the_signs_of_a_cut(text, query, length):
    shown = snippet(text, phrases(query), length)
    assert len(shown.strip("…")) <= length
    assert "\n" not in shown
