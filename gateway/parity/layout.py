"""How a text is laid out: its lines, what ends them, and what stands before the first.

Programs that read a text line by line, such as spreadsheets, care for it; a person does not see it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

_BREAK = re.compile("(\r\n|\n|\r)")
_NAMES = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
_MARK = "\ufeff"


@dataclass(frozen=True)
class Layout:
    """What is compared beside the lines; `breaks` has what ends each, "" after the last."""

    marked: bool = False
    breaks: tuple[str, ...] = ()
    delimiter: str | None = None

    def as_tree(self) -> dict[str, str | None]:
        """Give the compared content as plain data; a text of one line has no breaks to compare."""
        return {
            "byte order mark": "there" if self.marked else "missing",
            "line breaks": _told(self.breaks),
            "last line break": ("there" if self.breaks[-1] else "missing") if self.breaks else None,
            "delimiter": self.delimiter,
        }


def _told(breaks: tuple[str, ...]) -> str | None:
    """Name the breaks: the usual one, and after which lines there are others."""
    counted = Counter(filter(None, breaks))
    if not counted:
        return None
    [(usual, _)] = counted.most_common(1)
    others: dict[str, list[str]] = {}
    for at, each in enumerate(breaks, 1):
        if each not in {usual, ""}:
            others.setdefault(each, []).append(str(at))
    told = (f"{_NAMES[each]} after line {', '.join(at)}" for each, at in sorted(others.items()))
    return "; ".join([_NAMES[usual], *told])


def without_mark(text: str) -> tuple[str, bool]:
    """Take the byte order mark away, and tell whether there was one."""
    return text.removeprefix(_MARK), text.startswith(_MARK)


def lines_of(text: str) -> tuple[tuple[str, ...], Layout]:
    """Give the lines of a text, without what ends them, and its layout."""
    text, marked = without_mark(text)
    parts = _BREAK.split(text)
    lines, breaks = parts[::2], [*parts[1::2], ""]
    if lines[-1] == "":  # what follows the last break is no line
        del lines[-1], breaks[-1]
    return tuple(lines), Layout(marked, tuple(breaks))
