"""The columns of a sheet, as text and as numbers."""

from functools import cache

from assistants.tables.numbers import Numbers, column_numbers
from assistants.tables.sheet import Sheet


class Columns:
    """A sheet whose columns are each read once."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.names = sheet.columns
        self.rows = range(len(sheet.rows))
        self.cells = cache(sheet.cells)
        self.numbers = cache(self._numbers)

    def _numbers(self, column: int) -> Numbers:
        return column_numbers(self.cells(column), decimal_comma=self.sheet.decimal_comma)

    def is_numeric(self, column: int) -> bool:
        """Whether there are numbers, and every cell that is not empty is one."""
        filled, numbers = self._counts(column)
        return 0 < filled == numbers

    def is_mostly_numeric(self, column: int) -> bool:
        """Whether more than half of the cells that are not empty are numbers."""
        filled, numbers = self._counts(column)
        return numbers * 2 > filled

    def _counts(self, column: int) -> tuple[int, int]:
        values = self.numbers(column).values
        return sum(map(bool, self.cells(column))), sum(value is not None for value in values)
