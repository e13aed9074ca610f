"""What may be asked of a sheet. Columns are numbers, counted from 0."""

from dataclasses import dataclass
from typing import Literal

Function = Literal["sum", "average", "median", "min", "max", "count", "distinct"]
Comparison = Literal[
    "=", "!=", "<", "<=", ">", ">=", "contains", "starts with", "ends with", "empty", "not empty"
]


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row's cell has to be; "empty" and "not empty" need no value."""

    column: int
    comparison: Comparison
    value: str = ""


Filter = tuple[tuple[Condition, ...], ...]
"""A row passes if it meets all conditions of any of the tuples; without a tuple, all pass."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number about some rows; a count without a column counts the rows."""

    function: Function
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """By which column of the sheet (of a row) or of the result (of groups) to sort."""

    column: int
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What each column holds; without columns, all of them."""

    columns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows themselves; without columns, all columns."""

    columns: tuple[int, ...] = ()
    where: Filter = ()
    order: Order | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Measures of all rows, or of each group of rows that agree in some columns.

    The result's columns are the groups and then the measures; without an order, groups come in
    the order of their values.
    """

    measures: tuple[Measure, ...]
    groups: tuple[int, ...] = ()
    where: Filter = ()
    order: Order | None = None
    limit: int | None = None


Query = Profile | Rows | Totals
