"""The guide finds the right help text, and says so when there is none."""

import pytest

from assistants.handbook import topics
from tests.assistants.conftest import answer, events

QUESTIONS = {
    "How do I rename a conversation?": "rename-a-conversation",
    "can I change the title": "rename-a-conversation",
    "I archived something last week. Is it gone?": "archive-a-conversation",
    "how to get a deleted conversation back": "delete-a-conversation",
    "How do I take my data with me?": "export-a-conversation",
    "Can I export a conversation?": "export-a-conversation",
    "how do i upload a csv": "attach-a-file",
    "Is there a size limit for files?": "which-files-can-be-attached",
    "how many messages do I have left this month": "your-monthly-quota",
    "I forgot my password": "when-you-cant-sign-in",
    "change password": "change-your-password",
    "How long must a password be?": "what-makes-a-good-password",
    "delete my account": "delete-your-account",
    "how do I cancel the deletion of my account": "cancel-the-deletion",
    "What is the grace period?": "cancel-the-deletion",
    "keyboard shortcuts": "use-the-keyboard",
    "dark mode": "light-dark-and-small-screens",
    "how to search": "search-your-conversations",
    "can I search for an exact phrase": "what-to-type-into-the-search",
    "who can read my conversations": "what-administrators-cant-see",
    "How do I approve a user?": "manage-people",
    "what is in the audit log": "the-audit-log",
    "how do I contact support": "write-to-the-administrators",
    "which assistants are there": "choose-an-assistant",
    "what can tables do": "tables",
    "how do I sum a column": "tables",
    "can documents quote my notes": "documents",
    "log out everywhere": "where-you-are-signed-in",
    "my account is locked": "when-you-cant-sign-in",
    "change my timezone": "change-your-name-or-time-zone",
    "pin": "pin-a-conversation",
    "rate an answer": "rate-an-answer",
    "I got an error while it was answering": "when-an-answer-stops-half-way",
    "429 too many requests": "too-many-requests",
    "does it use chatgpt": "other-assistants",
    "clear all messages": "clear-a-conversation",
    "what is this workspace for": "what-this-workspace-is-for",
    "enrol with an assistant": "add-or-remove-an-assistant",
    "What happens to my files when I delete my account?": "what-is-deleted",
    "my answer was interrupted": "when-an-answer-stops-half-way",
    "new line in message": "use-the-keyboard",
    "screen reader": "screen-readers",
    "temporary password expired": "temporary-passwords",
    "How do I delete old empty conversations as an admin": "clean-up",
}


@pytest.mark.parametrize(("question", "anchor"), QUESTIONS.items())
def test_question_finds_its_section(question, anchor):
    (section,) = (s for topic in topics() for s in topic.sections if s.anchor == anchor)
    said = answer(question)

    assert section.body in said
    assert f"Source: {section.link}" in said


@pytest.mark.parametrize("question", ["What is the capital of France?", "東京", "2 + 2?", "joke"])
def test_unknown_is_said_and_topics_are_offered(question):
    said = answer(question)

    assert said.startswith("I found nothing about that in the help pages")
    assert "- [Conversations](/help#conversations)" in said


@pytest.mark.parametrize("question", ["", "Hello!", "What can you do?", "…"])
def test_question_about_nothing_is_answered_with_the_topics(question):
    assert all(f"](/help#{topic.anchor})" in answer(question) for topic in topics())


def test_near_sections_are_linked_once():
    said = answer("How do I delete my account?")

    assert "See also: " in said
    assert said.count("/help#delete-your-account") == 1


def test_half_understood_question_is_answered_with_care():
    assert answer("I archived it last week, is it gone?").startswith("I am not sure")


def test_answer_comes_in_pieces():
    assert len(events("rename")) > 3
