"""The help texts: Markdown files in `help/`, cut into topics and sections.

The page /help of both applications shows them, and the guide answers from them. A file is a topic
(`#`) of sections (`##`); the anchor of either is made of its title. A comment `<!-- also: … -->`
below a title lists words that people use instead of those of the text; it is never shown.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("help")

_also = re.compile(r"^<!-- also: (.*?) -->\n", re.MULTILINE)
_anchor = re.compile(r"[^a-z0-9]+")
_wrap = re.compile(r"(?<!\n)\n(?!\n|- ) *")


@dataclass(frozen=True, slots=True)
class Section:
    """One answer; `body` is Markdown, `also` holds further words to find it by."""

    title: str
    body: str
    also: str = ""

    @property
    def anchor(self) -> str:
        """Where it stands on the help page."""
        return anchor_of(self.title)

    @property
    def link(self) -> str:
        """A Markdown link to it."""
        return f"[{self.title}](/help#{self.anchor})"


@dataclass(frozen=True, slots=True)
class Topic:
    """A file: its title, a few words before the first section, and the sections."""

    title: str
    introduction: str
    sections: tuple[Section, ...]

    @property
    def anchor(self) -> str:
        """Where it stands on the help page."""
        return anchor_of(self.title)


@cache
def topics() -> tuple[Topic, ...]:
    """All help texts, in the order in which a newcomer would read them."""
    return tuple(_topic(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.md")))


def anchor_of(title: str) -> str:
    """The anchor of a title: `What is deleted` → `what-is-deleted`."""
    return _anchor.sub("-", title.lower().replace("'", "")).strip("-")


def _topic(text: str) -> Topic:
    head, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    title, _, introduction = head.removeprefix("# ").partition("\n")
    return Topic(title, _unwrapped(introduction), tuple(map(_section, sections)))


def _section(text: str) -> Section:
    title, _, rest = text.partition("\n")
    also = _also.search(rest)
    return Section(title, _unwrapped(_also.sub("", rest)), also[1] if also else "")


def _unwrapped(text: str) -> str:
    # One line a paragraph or item: a page that shows the text as it is keeps every line break.
    return _wrap.sub(" ", text.strip())
