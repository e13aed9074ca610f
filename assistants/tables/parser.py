"""A place in a question that moves on as its parts are understood."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from assistants.tables.tokens import Names, tokens_of
from assistants.tables.vocabulary import ENDS_VALUE
from assistants.tables.wording import shortened

QUOTED = 80

_words_of = cache(str.split)


class NotUnderstoodError(Exception):
    """The question can't be read; the message is a sentence that says where."""


class Parser:
    """The tokens of a question, and how many of them are read."""

    def __init__(
        self, question: str, names: Sequence[str], is_numeric: Callable[[int], bool]
    ) -> None:
        self.is_numeric = is_numeric
        self._question = question
        self._tokens = tokens_of(question)
        self._names = Names(names)
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        """Whether everything is read."""
        return self._at == len(self._tokens)

    @property
    def rest(self) -> str:
        """What is not read yet, as it was written."""
        return self._written(self._at, len(self._tokens))

    def mark(self) -> int:
        """The present place, for `back`."""
        return self._at

    def back(self, mark: int) -> None:
        """Return to a place."""
        self._at = mark

    def accept(self, phrase: str) -> bool:
        """Read the words of a phrase if they come next."""
        words = _words_of(phrase)
        if [token.word for token in self._tokens[self._at : self._at + len(words)]] != words:
            return False
        self._at += len(words)
        return True

    def accept_any(self, phrases: Iterable[str]) -> str | None:
        """Read the first of the phrases that comes next, and tell which."""
        return next((phrase for phrase in phrases if self.accept(phrase)), None)

    def comes(self, phrases: Iterable[str]) -> bool:
        """Whether one of the phrases comes next; nothing is read."""
        mark = self.mark()
        found = self.accept_any(phrases)
        self.back(mark)
        return found is not None

    def skip(self, words: Iterable[str]) -> None:
        """Read any of the words for as long as they come."""
        while self.accept_any(words):
            pass

    def column(self) -> int | None:
        """Read the name of a column if one comes next."""
        found = self._names.find(self._tokens[self._at :])
        if found is None:
            return None
        column, length = found
        self._at += length
        return column

    def needed_column(self, after: str) -> int:
        """Read the name of a column, or NotUnderstoodError."""
        self.skip(("the", "of", "all"))
        column = self.column()
        if column is None:
            raise self.missing(f"the name of a column after “{after}”")
        return column

    def further_columns(self, but_not: Iterable[str] = ()) -> list[int]:
        """Read more names of columns, each after a comma or `and`."""
        found: list[int] = []
        mark = self.mark()
        while self.accept_any((",", "and")):
            self.skip(("and", "the"))
            column = None if self.comes(but_not) else self.column()
            if column is None:
                break
            found.append(column)
            mark = self.mark()
        self.back(mark)
        return found

    def number(self) -> int | None:
        """Read a whole number if one comes next."""
        text = "" if self.is_at_end else self._tokens[self._at].text
        if not (text.isascii() and text.isdecimal() and len(text) < 7):
            return None
        self._at += 1
        return int(text)

    def value(self) -> str | None:
        """Read a value: a quoted text, or all words until something else begins."""
        first = self._at
        if not self.is_at_end and self._tokens[first].is_quoted:
            self._at += 1
            return self._tokens[first].text
        while not self.is_at_end and not self.comes(ENDS_VALUE):
            self._at += 1
        return self._written(first, self._at) or None

    def missing(self, wanted: str) -> NotUnderstoodError:
        """The error of a question in which something else should come next."""
        found = f", and found “{shortened(self.rest, QUOTED)}”" if self.rest else ""
        return NotUnderstoodError(f"I expected {wanted}{found}.")

    def _written(self, start: int, end: int) -> str:
        if start >= end:
            return ""
        return self._question[self._tokens[start].start : self._tokens[end - 1].end]
