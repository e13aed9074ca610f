"""A CSV file as rows of cells, whoever wrote it and however oddly."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice

from assistants.reading import UnreadableError
from assistants.tables.numbers import parse_any
from assistants.tables.wording import counted

DELIMITERS = ",;\t|"
MOST_COLUMNS = 1_000
MOST_CELLS = 500_000
MOST_TEXT = 4_000_000
LOOKED_AT = 50
"""How many rows decide about the delimiter."""

# The limit is one for the whole process, and its default refuses cells of 128 KiB.
csv.field_size_limit(MOST_TEXT)

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns' names and the rows below them; a row may be shorter than the header."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    decimal_comma: bool = False
    """Whether `1.234` means a thousand, where nothing in its column tells."""
    notes: tuple[str, ...] = ()

    def cells(self, column: int) -> list[str]:
        """All cells of a column, without white space around them; missing ones are empty."""
        return [row[column].strip() if column < len(row) else "" for row in self.rows]


def read_sheet(text: str) -> Sheet:
    """Read a CSV text; UnreadableError if there is no table in it."""
    delimiter, text = _declared(text)
    delimiter = delimiter or _guessed(text)
    rows = [row for row in _rows(text, delimiter) if any(cell.strip() for cell in row)]
    if not rows:
        raise UnreadableError("is empty")
    width = max(map(len, rows))
    if width > MOST_COLUMNS:
        raise UnreadableError(f"has more than {MOST_COLUMNS:,} columns")
    if width * len(rows) > MOST_CELLS:  # those that short rows lack cost time too
        raise UnreadableError(f"has more than {MOST_CELLS:,} cells")
    header, body = _split(rows)
    return Sheet(_named(header, body), tuple(body), delimiter == ";", tuple(_ragged(header, body)))


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    # Python reads anything but a cell above the limit, and that is longer than the text may be.
    return map(tuple, csv.reader(StringIO(text, newline=""), delimiter=delimiter))


def _declared(text: str) -> tuple[str, str]:
    """The delimiter that a first line `sep=;` declares, as Excel writes it, and the rest."""
    first, _, rest = text.partition("\n")
    if first.startswith("sep=") and len(first.rstrip("\r")) == 5:
        return first[4], rest
    return "", text


def _guessed(text: str) -> str:
    """The delimiter that makes the most rows equally wide; then the one that makes them wider."""
    return max(DELIMITERS, key=lambda delimiter: _fit(islice(_rows(text, delimiter), LOOKED_AT)))


def _fit(rows: Iterable[Row]) -> tuple[float, int]:
    widths = Counter(len(row) for row in rows if any(row))
    several = [(count, width) for width, count in widths.items() if width > 1]
    if not several:
        return 0, 0
    count, width = max(several)
    return count / widths.total(), width


def _split(rows: list[Row]) -> tuple[Row, list[Row]]:
    """The header and what is below it; a file of numbers only has none."""
    usual = Counter(map(len, rows)).most_common(1)[0][0]
    # A title above the table is a line of one cell.
    titles = 0
    while usual > 1 and titles < len(rows) - 1 and sum(map(bool, rows[titles])) == 1:
        titles += 1
    first = rows[titles]
    if all(parse_any(cell.strip()) is not None for cell in first if cell.strip()):
        return (), rows[titles:]
    return first, rows[titles + 1 :]


def _named(header: Row, body: list[Row]) -> tuple[str, ...]:
    width = max(map(len, [header, *body]))
    names: list[str] = []
    seen: Counter[str] = Counter()
    for number in range(width):
        given = " ".join(header[number].split()) if number < len(header) else ""
        name = given or f"column {number + 1}"
        seen[name.casefold()] += 1
        times = seen[name.casefold()]
        names.append(name if times == 1 else f"{name} ({times})")
    return tuple(names)


def _ragged(header: Row, body: list[Row]) -> Iterator[str]:
    odd = sum(len(row) != len(header) for row in body)
    if header and odd:
        verb = "is" if odd == 1 else "are"
        yield f"{odd:,} of {counted(len(body), 'row')} {verb} shorter or longer than the header."
