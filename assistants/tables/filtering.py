"""Which rows a filter lets pass, and in which order rows come."""

import operator
from collections.abc import Callable, Iterable
from decimal import Decimal

from assistants.tables.columns import Columns
from assistants.tables.numbers import parse_any
from assistants.tables.query import Condition, Filter

Test = Callable[[int], bool]

_COMPARED: dict[str, Callable[..., bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TEXTUAL: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda cell, value: value in cell,
    "starts with": str.startswith,
    "ends with": str.endswith,
    "empty": lambda cell, _: not cell,
    "not empty": lambda cell, _: bool(cell),
}


def passing(columns: Columns, where: Filter) -> list[int]:
    """The rows that pass."""
    if not where:
        return list(columns.rows)
    tests = [[_test(columns, condition) for condition in every] for every in where]
    return [row for row in columns.rows if any(all(t(row) for t in every) for every in tests)]


def ordered(columns: Columns, rows: Iterable[int], column: int, *, descending: bool) -> list[int]:
    """The rows by a column; those whose cell has no place in the order come last.

    Where a column has numbers, they have an order and other cells have none.
    """
    numbers, cells = columns.numbers(column), columns.cells(column)
    keys: dict[int, Decimal | str | None] = {
        row: numbers.values[row] if numbers else cells[row].casefold() or None for row in rows
    }
    placed = [row for row in keys if keys[row] is not None]
    placed.sort(key=lambda row: keys[row], reverse=descending)  # type: ignore[arg-type, return-value]
    return placed + [row for row in keys if keys[row] is None]


def _test(columns: Columns, condition: Condition) -> Test:
    cells, wanted = columns.cells(condition.column), condition.value.strip().casefold()
    comparison = condition.comparison
    if comparison in _TEXTUAL:
        textual = _TEXTUAL[comparison]
        return lambda row: textual(cells[row].casefold(), wanted)
    number = _number(columns, condition)
    if comparison in {"=", "!="}:
        values = columns.numbers(condition.column).values
        return lambda row: (
            (comparison == "=")
            is (cells[row].casefold() == wanted or (number is not None and values[row] == number))
        )
    compare = _COMPARED[comparison]
    if number is None:
        return lambda row: bool(cells[row]) and compare(cells[row].casefold(), wanted)
    values = columns.numbers(condition.column).values
    return lambda row: values[row] is not None and compare(values[row], number)


def _number(columns: Columns, condition: Condition) -> Decimal | None:
    """The value as a number, if it is one and is compared with numbers."""
    numbers = columns.numbers(condition.column)
    return parse_any(condition.value.strip(), numbers.style) if numbers else None
