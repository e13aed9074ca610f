"""A conversation together with what its messages say about it."""

from dataclasses import dataclass

from shared_models import Conversation

PREVIEW_LENGTH = 80


@dataclass(frozen=True)
class Overview:
    """A conversation, how many messages it has, and the text of the newest."""

    conversation: Conversation
    message_count: int = 0
    newest_body: str | None = None

    @property
    def preview(self) -> str | None:
        """The beginning of the newest message on one line."""
        if self.newest_body is None:
            return None
        return " ".join(self.newest_body.split())[:PREVIEW_LENGTH]


def shortened(text: str, length: int) -> str:
    """The beginning of a text on one line, cut after a word, with a sign where it was cut."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    head, space, _ = line[:length].rpartition(" ")
    return (head if space else line[: length - 1]) + "…"
