"""What the assistant `docs` may quote: the user's own text files and earlier messages."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from assistants.passages import Passage, passages
from assistants.port import AttachedFile, Context
from assistants.reading import UnreadableError, read_text
from assistants.words import terms

MOST_TEXT = 2_000_000
"""How many characters of files are searched; the newest files come first."""

EARLIER_MESSAGES = "your earlier messages"
QUESTION_MARKS = ("?", "\uff1f", "\u061f")  # of Latin, Chinese and Arabic writing


@dataclass(frozen=True, slots=True)
class Document:
    """A text with a name, cut into passages."""

    name: str
    passages: tuple[Passage, ...]


def documents(context: Context) -> tuple[list[Document], list[str]]:
    """The documents that have any text, oldest first, and a sentence for each unreadable one."""
    found: list[Document] = []
    notes: list[str] = []
    left = MOST_TEXT
    for file in reversed(context.files):
        if not _is_text(file):
            continue
        try:
            text = read_text(file, left)
        except UnreadableError as error:
            notes.append(f"“{file.name}” {error}.")
        else:
            left -= len(text)
            found.append(_document(file, text))
    found.reverse()
    found.append(_earlier_messages(context))
    return [document for document in found if document.passages], notes[::-1]


def _is_text(file: AttachedFile) -> bool:
    if _suffix(file) in {".csv", ".tsv"} or "csv" in file.content_type:
        return False
    return file.content_type.startswith("text/")


def _document(file: AttachedFile, text: str) -> Document:
    is_markdown = "markdown" in file.content_type or _suffix(file) in {".md", ".markdown"}
    return Document(f"“{file.name}”", tuple(passages(text, markdown=is_markdown)))


def _suffix(file: AttachedFile) -> str:
    return PurePath(file.name).suffix.lower()


def _earlier_messages(context: Context) -> Document:
    return Document(EARLIER_MESSAGES, tuple(_told(context)))


def _told(context: Context) -> Iterator[Passage]:
    """What the user has told; a question is no answer, and neither is what repeats one."""
    known = set(terms(context.text))
    for message in context.past:
        if message.sender == "user":
            for passage in passages(message.body, markdown=True):
                is_question = passage.text.endswith(QUESTION_MARKS)
                if not is_question and not known.issuperset(terms(passage.text)):
                    yield Passage(passage.text, passage.headings, line=None)
