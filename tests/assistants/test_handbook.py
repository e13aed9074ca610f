"""The help texts: whole, linkable, and covering the workspace."""

import re
from itertools import pairwise

import pytest

from assistants.handbook import topics

TOPICS = topics()
SECTIONS = [section for topic in TOPICS for section in topic.sections]
ANCHORS = [*(topic.anchor for topic in TOPICS), *(section.anchor for section in SECTIONS)]


def test_every_anchor_is_unique():
    assert len(set(ANCHORS)) == len(ANCHORS)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", anchor) for anchor in ANCHORS)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.anchor)
def test_section_has_text_to_show_and_words_to_be_found_by(section):
    assert section.title
    assert section.also
    assert len(section.body) > 60
    assert "<!--" not in section.body
    assert section.link == f"[{section.title}](/help#{section.anchor})"


def test_paragraphs_and_items_are_single_lines():
    for section in SECTIONS:
        for one, following in pairwise(section.body.splitlines()):
            assert not one or not following or following.startswith("- ")


def test_help_covers_the_workspace():
    said = {topic.title for topic in TOPICS}

    assert said >= {
        "Conversations",
        "Search",
        "Attachments",
        "Assistants",
        "Export",
        "Quotas and limits",
        "Your account",
        "Your password",
        "Deleting your account",
        "Keyboard and accessibility",
        "Administration",
    }


def test_links_between_help_texts_lead_somewhere():
    linked = {link for s in SECTIONS for link in re.findall(r"/help#([\w-]+)", s.body)}

    assert linked <= set(ANCHORS)
