"""One number, or text, about some rows of a column."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from assistants.tables.columns import Columns
from assistants.tables.numbers import quotient, total
from assistants.tables.query import Measure

Value = Decimal | str | None
"""What was measured; None if there was nothing to measure."""

Measured = tuple[Value, bool]
"""A value, and whether it is exact."""


class ImpossibleError(Exception):
    """The sheet can't answer; the message is a sentence that says why."""


def measuring(columns: Columns, measure: Measure) -> Callable[[Sequence[int]], Measured]:
    """A function from rows to their value; ImpossibleError if the column has none."""
    column = measure.column
    if column is None:
        return lambda rows: (Decimal(len(rows)), True)
    if measure.function in COUNTS:
        cells, count = columns.cells(column), COUNTS[measure.function]
        return lambda rows: (Decimal(count([cells[row] for row in rows if cells[row]])), True)
    if columns.numbers(column):
        values, calculate = columns.numbers(column).values, _NUMERIC[measure.function]
        return lambda rows: calculate([value for row in rows if (value := values[row]) is not None])
    return _of_text(columns, measure, column)


def _of_text(
    columns: Columns, measure: Measure, column: int
) -> Callable[[Sequence[int]], Measured]:
    if measure.function not in _TEXTUAL:
        units = columns.numbers(column).unit
        why = f"it mixes {units}" if units else "it holds no numbers"
        raise ImpossibleError(
            f"There is no {measure.function} of “{columns.names[column]}”: {why}."
        )
    cells, choose = columns.cells(column), _TEXTUAL[measure.function]
    return lambda rows: (
        choose((cells[row] for row in rows if cells[row]), key=str.casefold, default=None),
        True,
    )


def _average(values: Sequence[Decimal]) -> Measured:
    return quotient(total(values), len(values))


def _median(values: Sequence[Decimal]) -> Measured:
    low, high = (len(values) - 1) // 2, len(values) // 2
    inner = sorted(values)[low : high + 1]
    return quotient(total(inner), len(inner))


def _if_any(
    calculate: Callable[[Sequence[Decimal]], Measured],
) -> Callable[[Sequence[Decimal]], Measured]:
    return lambda values: calculate(values) if values else (None, True)


COUNTS: dict[str, Callable[[Sequence[str]], int]] = {
    "count": len,
    "distinct": lambda cells: len(set(cells)),
}
_NUMERIC: dict[str, Callable[[Sequence[Decimal]], Measured]] = {
    "sum": _if_any(lambda values: (total(values), True)),
    "average": _if_any(_average),
    "median": _if_any(_median),
    "min": _if_any(lambda values: (min(values), True)),
    "max": _if_any(lambda values: (max(values), True)),
}
_TEXTUAL: dict[str, Callable[..., str | None]] = {"min": min, "max": max}
