"""What each column of a sheet holds."""

import re
from collections import Counter

from assistants.port import Column
from assistants.tables.calculate import Cell, Result
from assistants.tables.columns import Columns
from assistants.tables.measures import measuring
from assistants.tables.numbers import plain
from assistants.tables.query import Function, Measure, Profile
from assistants.tables.wording import counted

HEADERS = (
    Column("column"),
    Column("kind"),
    Column("filled", "number"),
    Column("different", "number"),
    Column("smallest"),
    Column("largest"),
    Column("average", "number"),
    Column("most frequent"),
)


_date = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]([T ][0-9:.]+(Z|[+-][0-9:]+)?)?")


def profile(columns: Columns, query: Profile) -> Result:
    """A line a column: its kind, how full it is, its extremes, average and commonest value."""
    shown = query.columns or range(len(columns.names))
    lines = tuple(_line(columns, column) for column in shown)
    return Result(HEADERS, lines, len(columns.rows), len(lines))


def _line(columns: Columns, column: int) -> tuple[Cell, ...]:
    filled = Counter(cell for cell in columns.cells(column) if cell)
    (common, times), *_ = filled.most_common(1) or [("", 0)]
    average = _measure(columns, "average", column) if columns.numbers(column) else None
    return (
        columns.names[column],
        _kind(columns, column),
        str(filled.total()),
        str(len(filled)),
        _measure(columns, "min", column),
        _measure(columns, "max", column),
        average,
        f"{common} ({counted(times, 'time')})" if times > 1 else None,
    )


def _kind(columns: Columns, column: int) -> str:
    if columns.is_numeric(column):
        return "number"
    filled = list(filter(None, columns.cells(column)))
    if not filled:
        return "empty"
    if all(map(_date.fullmatch, filled)):
        return "date"
    return "number and text" if columns.numbers(column) else "text"


def _measure(columns: Columns, function: Function, column: int) -> Cell:
    value, _ = measuring(columns, Measure(function, column))(columns.rows)
    return value if value is None or isinstance(value, str) else plain(value)
