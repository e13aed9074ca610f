"""Separated values (RFC 4180) as rows of cells, however the cells are quoted."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.parity.layout import Layout, without_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Sheet:
    """The cells, row by row, and how the text is laid out."""

    rows: list[list[str]]
    layout: Layout


def read_sheet(text: str) -> Sheet | None:
    """Read separated values; None if the text holds none, for instance if a quote is left open."""
    text, marked = without_mark(text)
    lines = _Lines(text)
    delimiter = _delimiter_of(text)
    rows, breaks = [], []
    try:
        for row in csv.reader(lines, delimiter=delimiter, strict=True):
            rows.append(row)
            breaks.append(lines.last_break)
    except csv.Error:
        return None
    return Sheet(rows, Layout(marked, tuple(breaks), delimiter))


class _Lines:
    """The lines of a text; the last one that was asked for ends the row that is read."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self._last = ""

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._last = line
            yield line

    @property
    def last_break(self) -> str:
        return self._last[len(self._last.rstrip("\r\n")) :]


def _delimiter_of(text: str) -> str:
    """Find what separates the cells of the first row: what stands there most, a comma if none."""
    outside = text.split('"')[::2]
    first_row = "".join(outside).lstrip("\r\n").partition("\n")[0].partition("\r")[0]
    return max(_DELIMITERS, key=first_row.count)
