"""Answers a query from a sheet: exactly, and telling what was left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistants.port import Column
from assistants.tables.columns import Columns
from assistants.tables.filtering import ordered, passing
from assistants.tables.measures import COUNTS, Measured, measuring
from assistants.tables.numbers import plain
from assistants.tables.query import Measure, Rows, Totals
from assistants.tables.wording import counted, measure_name

Cell = str | None


@dataclass(frozen=True, slots=True)
class Result:
    """The table that came out, of how many rows of the sheet, and what has to be said of it.

    `found` is the number of its rows before a limit.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    used: int
    found: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    key: tuple[Cell, ...]
    values: tuple[Measured, ...]


def select(columns: Columns, query: Rows) -> Result:
    """The rows that pass the filter, in their order or in that of a column."""
    rows = passing(columns, query.where)
    used = len(rows)
    if query.order:
        rows = ordered(columns, rows, query.order.column, descending=query.order.descending)
    shown = query.columns or tuple(range(len(columns.names)))
    return Result(
        tuple(_header(columns, column) for column in shown),
        tuple(_key(columns, shown, row) for row in rows[: query.limit]),
        used,
        used,
    )


def summarise(columns: Columns, query: Totals) -> Result:
    """The measures of all rows that pass the filter, or of each group of them."""
    rows = passing(columns, query.where)
    measures = [measuring(columns, measure) for measure in query.measures]
    lines = [
        _Line(key, tuple(measure(group) for measure in measures))
        for key, group in _grouped(columns, query, rows).items()
    ]
    if query.order and query.order.column >= len(query.groups):
        place = query.order.column - len(query.groups)
        lines = _sorted(lines, place, descending=query.order.descending)
    found, lines = len(lines), lines[: query.limit]
    return Result(
        (
            *(_header(columns, column) for column in query.groups),
            *(_measure_header(columns, measure) for measure in query.measures),
        ),
        tuple((*line.key, *(_text(value) for value, _ in line.values)) for line in lines),
        len(rows),
        found,
        tuple(_notes(columns, query, rows, lines)),
    )


def _grouped(columns: Columns, query: Totals, rows: list[int]) -> dict[tuple[Cell, ...], list[int]]:
    """The rows by their group, the groups in their order; all rows if there are no groups."""
    if not query.groups:
        return {(): rows}
    groups: dict[tuple[Cell, ...], list[int]] = {}
    for row in rows:
        groups.setdefault(_key(columns, query.groups, row), []).append(row)
    # Each group is sorted by its first row, from the last column to the first.
    firsts = [group[0] for group in groups.values()]
    for column in reversed(query.groups):
        firsts = ordered(columns, firsts, column, descending=False)
    if query.order and query.order.column < len(query.groups):
        column = query.groups[query.order.column]
        firsts = ordered(columns, firsts, column, descending=query.order.descending)
    keys = (_key(columns, query.groups, first) for first in firsts)
    return {key: groups[key] for key in keys}


def _key(columns: Columns, shown: Sequence[int], row: int) -> tuple[Cell, ...]:
    return tuple(columns.cells(column)[row] or None for column in shown)


def _sorted(lines: list[_Line], place: int, *, descending: bool) -> list[_Line]:
    def value(line: _Line) -> Any:
        return line.values[place][0]

    placed = [line for line in lines if value(line) is not None]
    placed.sort(key=value, reverse=descending)
    return placed + [line for line in lines if value(line) is None]


def _header(columns: Columns, column: int) -> Column:
    return Column(columns.names[column], "number" if columns.is_numeric(column) else "text")


def _measure_header(columns: Columns, measure: Measure) -> Column:
    name = measure_name(measure, columns.names)
    if measure.column is None or measure.function in COUNTS:
        return Column(name, "number")
    numbers = columns.numbers(measure.column)
    unit = f" ({numbers.unit})" if numbers.unit else ""
    return Column(name + unit, "number" if numbers else "text")


def _text(value: Any) -> Cell:
    return value if value is None or isinstance(value, str) else plain(value)


def _notes(columns: Columns, query: Totals, rows: list[int], lines: list[_Line]) -> Iterator[str]:
    calculated = {m.column for m in query.measures if m.function not in COUNTS} - {None}
    for column in sorted(each for each in calculated if each is not None):
        numbers, cells = columns.numbers(column), columns.cells(column)
        odd = sum(numbers.values[row] is None and bool(cells[row]) for row in rows)
        if numbers and odd:
            left_out = "is no number and was" if odd == 1 else "are no numbers and were"
            yield f"{counted(odd, 'cell')} of “{columns.names[column]}” {left_out} left out."
    if not all(is_exact for line in lines for _, is_exact in line.values):
        yield "Averages are rounded to the digits shown."
