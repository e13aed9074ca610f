"""The assistant `docs` quotes what is there, and says when it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants import AttachedFile, ResponderError
from tests.assistants.conftest import answer, events, file

NOTES = """\
# The Analytical Engine

The store holds the numbers that are to be worked upon; the mill works upon them.

## Note G

The Bernoulli numbers are an example of a cycle with a variable count of operations.
"""


def ask(text, *files, **parts):
    return answer(text, key="docs", files=files, **parts)


def notes(name="notes.md", content=NOTES, content_type="text/markdown"):
    return file(name, content, content_type)


def test_best_passage_is_quoted_with_its_place():
    assert ask("What do my notes say about the store and the mill?", notes()) == (
        "This passage fits best:\n\n"
        "**“notes.md”**, “The Analytical Engine”, line 3:\n\n"
        "> The store holds the numbers that are to be worked upon; the mill works upon them."
    )


def test_words_of_headings_count():
    assert "> The Bernoulli numbers" in ask("note G", notes())


@pytest.mark.parametrize("question", ["quantum chromodynamics", "the capital of France", "東京"])
def test_nothing_found_is_said(question):
    said = ask(question, notes(), notes("b.txt", "Lorem ipsum.", "text/plain"))

    assert said.startswith("I found nothing about that in “notes.md” and “b.txt”.")
    assert ">" not in said


def test_threshold_of_the_config_decides_what_is_found():
    question = "Bernoulli in Basel"

    assert "> " in ask(question, notes(), config={"threshold": 0.2})
    assert "I found nothing" in ask(question, notes(), config={"threshold": 0.9})


def test_config_limits_the_number_of_quotes():
    long = "with words enough to stand for itself, as a passage should"
    text = "\n\n".join(f"Apple number {number}, {long}." for number in range(9))

    assert ask("apple", notes(content=text)).count("line ") == 3
    assert ask("apple", notes(content=text), config={"passages": 5}).count("line ") == 5


@pytest.mark.parametrize(
    "config",
    [
        {"threshold": "high"},
        {"threshold": 2},
        {"passages": 0},
        {"passages": True},
        {"passages": []},
    ],
)
def test_config_that_makes_no_sense_is_a_typed_failure(config):
    with pytest.raises(ResponderError, match=f"“docs” can't answer: .*{next(iter(config))}"):
        events("apple", key="docs", config=config)


def test_text_that_is_there_twice_is_quoted_once():
    assert ask("Bernoulli", notes(), notes("copy.md")).count("> The Bernoulli") == 1


def test_earlier_messages_are_quoted():
    past = [("user", "The lighthouse keeper is called Ida."), ("assistant", "Ida keeps it.")]

    assert ask("Who is the keeper of the lighthouse?", past=past) == (
        "This passage fits best:\n\n**your earlier messages**:\n\n"
        "> The lighthouse keeper is called Ida."
    )


@pytest.mark.parametrize("asked_before", ["Where is the lighthouse?", "lighthouse"])
def test_earlier_question_is_no_answer(asked_before):
    assert ">" not in ask("lighthouse", past=[("user", asked_before)])


def test_without_anything_to_read_it_says_what_to_attach():
    assert ask("Bernoulli").startswith("There is nothing to quote from yet. Attach")


def test_question_about_nothing_is_asked_back():
    assert ask("and what about that?", notes()) == "What shall I look for? I can search “notes.md”."


@pytest.mark.parametrize(
    "other", [file("a.csv", "store,mill", "text/csv"), file("a.png", b"store", "image/png")]
)
def test_other_kinds_of_files_are_left_alone(other):
    assert ask("store", other).startswith("There is nothing to quote from yet.")


def gone():
    raise OSError


def test_unreadable_files_are_named_and_the_others_searched():
    said = ask(
        "Bernoulli", AttachedFile("old.txt", "text/plain", gone), notes(), file("z.txt", b"\0")
    )

    assert "> The Bernoulli" in said
    assert said.endswith("\n\n“old.txt” can't be opened any more.\n\n“z.txt” is no text.")


def test_newest_files_are_read_first_when_there_is_too_much():
    said = ask("Bernoulli", file("old.txt", "x " * 999_999), notes())

    assert "> The Bernoulli" in said
    assert "“old.txt” is too long to be read here." in said


@given(st.text(), st.binary(), st.text(), st.sampled_from(["text/plain", "text/markdown"]))
def test_any_text_and_any_file_is_answered(question, data, told, content_type):
    said = ask(question, file("x.md", data, content_type), past=[("user", told)])

    assert said.strip()
    said.encode()
