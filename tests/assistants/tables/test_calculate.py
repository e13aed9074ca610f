"""Sums, groups, filters and orders, against a slow reference that uses fractions and loops."""

from decimal import Decimal
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.tables.calculate import select, summarise
from assistants.tables.columns import Columns
from assistants.tables.filtering import ordered, passing
from assistants.tables.measures import ImpossibleError
from assistants.tables.numbers import decimals
from assistants.tables.query import Condition, Measure, Order, Rows, Totals
from assistants.tables.sheet import Sheet

GROUP, KIND, AMOUNT, YEAR = range(4)
ROWS = st.tuples(
    st.sampled_from(["north", "South", "south", ""]),
    st.sampled_from(["a", "b", "10", "9"]),
    st.decimals(places=2, min_value=-1000, max_value=1000).map(str) | st.sampled_from(["", "n/a"]),
    st.integers(2023, 2025).map(str),
)
SHEETS = st.lists(ROWS, max_size=12).map(
    lambda rows: Sheet(("group", "kind", "amount", "year"), tuple(rows))
)
CONDITIONS = st.builds(
    Condition,
    st.integers(0, 3),
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    st.sampled_from(["south", "9", "2024", "2024.0", "0", "zzz", ""]),
) | st.builds(
    Condition,
    st.integers(0, 3),
    st.sampled_from(["contains", "starts with", "ends with", "empty", "not empty"]),
    st.sampled_from(["o", "NOR", "h", "5"]),
)
FILTERS = st.lists(st.lists(CONDITIONS, min_size=1, max_size=2).map(tuple), max_size=2).map(tuple)
MEASURES = st.just(Measure("count")) | st.builds(
    Measure,
    st.sampled_from(["sum", "average", "median", "min", "max", "count", "distinct"]),
    st.sampled_from([AMOUNT, YEAR]),
)
# A column of which no cell is a number is measured as text.
NUMERIC_SHEETS = SHEETS.filter(
    lambda sheet: any(fraction(row[AMOUNT]) is not None for row in sheet.rows)
)


def fraction(cell):
    try:
        return Fraction(Decimal(cell))
    except ArithmeticError:
        return None


def passes(row, condition, *, column_has_numbers):
    cell, value = row[condition.column].casefold(), condition.value.casefold()
    number, wanted = fraction(cell), fraction(value) if column_has_numbers else None
    one, other = (number, wanted) if wanted is not None else (cell, value)
    is_comparable = number is not None if wanted is not None else bool(cell)
    equal = cell == value or (wanted is not None and number == wanted)
    return {
        "=": lambda: equal,
        "!=": lambda: not equal,
        "<": lambda: is_comparable and one < other,
        "<=": lambda: is_comparable and one <= other,
        ">": lambda: is_comparable and one > other,
        ">=": lambda: is_comparable and one >= other,
        "contains": lambda: value in cell,
        "starts with": lambda: cell.startswith(value),
        "ends with": lambda: cell.endswith(value),
        "empty": lambda: not cell,
        "not empty": lambda: bool(cell),
    }[condition.comparison]()


def reference_rows(sheet, where):
    numeric = {
        column: any(fraction(row[column]) is not None for row in sheet.rows) for column in range(4)
    }
    return [
        number
        for number, row in enumerate(sheet.rows)
        if not where
        or any(
            all(passes(row, each, column_has_numbers=numeric[each.column]) for each in every)
            for every in where
        )
    ]


def reference_value(rows, measure):
    if measure.column is None:
        return len(rows)
    cells = [row[measure.column] for row in rows if row[measure.column]]
    numbers = [number for cell in cells if (number := fraction(cell)) is not None]
    if measure.function == "count":
        return len(cells)
    if measure.function == "distinct":
        return len(set(cells))
    if not numbers:
        return None
    return {
        "sum": lambda: sum(numbers),
        "average": lambda: sum(numbers) / len(numbers),
        "median": lambda: median(numbers),
        "min": lambda: min(numbers),
        "max": lambda: max(numbers),
    }[measure.function]()


def agrees(shown, expected, measure):
    if expected is None or shown is None:
        return shown is expected
    value = Decimal(shown)
    slack = Fraction(1, 2 * 10 ** decimals(value)) if measure.function == "average" else 0
    return abs(Fraction(value) - expected) <= slack


@given(SHEETS, FILTERS)
def test_filter_agrees_with_the_reference(sheet, where):
    assert passing(Columns(sheet), where) == reference_rows(sheet, where)


@given(NUMERIC_SHEETS, FILTERS, st.lists(MEASURES, min_size=1, max_size=3))
def test_measures_agree_with_the_reference(sheet, where, measures):
    result = summarise(Columns(sheet), Totals(tuple(measures), where=where))
    rows = [sheet.rows[number] for number in reference_rows(sheet, where)]

    assert result.used == len(rows)
    for shown, measure in zip(result.rows[0], measures, strict=True):
        assert agrees(shown, reference_value(rows, measure), measure)


@given(NUMERIC_SHEETS, FILTERS, MEASURES, st.lists(st.sampled_from([GROUP, KIND]), unique=True))
def test_groups_agree_with_the_reference(sheet, where, measure, groups):
    result = summarise(Columns(sheet), Totals((measure,), tuple(groups), where))
    expected: dict[tuple[str | None, ...], list[tuple[str, ...]]] = {}
    for number in reference_rows(sheet, where):
        row = sheet.rows[number]
        expected.setdefault(tuple(row[column] or None for column in groups), []).append(row)

    shown = {row[:-1]: row[-1] for row in result.rows}
    assert len(shown) == len(result.rows)
    assert shown.keys() == (expected.keys() if groups else {()})
    for key, value in shown.items():
        assert agrees(value, reference_value(expected.get(key, []), measure), measure)


@given(NUMERIC_SHEETS, st.sampled_from([GROUP, KIND, YEAR]))
def test_sums_of_groups_add_up_to_the_sum(sheet, group):
    sums = summarise(Columns(sheet), Totals((Measure("sum", AMOUNT),), (group,))).rows
    ((whole,),) = summarise(Columns(sheet), Totals((Measure("sum", AMOUNT),))).rows

    assert sum(Fraction(value) for _, value in sums if value) == Fraction(whole or 0)


@given(SHEETS, st.integers(0, 3), st.booleans())
def test_order_is_that_of_the_cells_and_keeps_every_row(sheet, column, descending):
    rows = ordered(Columns(sheet), range(len(sheet.rows)), column, descending=descending)
    has_numbers = any(fraction(row[column]) is not None for row in sheet.rows)
    keys = [
        fraction(cell) if has_numbers else cell.casefold() or None
        for cell in (sheet.rows[row][column] for row in rows)
    ]
    placed = [key for key in keys if key is not None]

    assert sorted(rows) == list(range(len(sheet.rows)))
    assert placed == sorted(placed, reverse=descending)
    assert keys[len(placed) :] == [None] * (len(keys) - len(placed))


@given(SHEETS, st.integers(0, 3), st.booleans())
def test_equal_cells_keep_the_order_of_the_file(sheet, column, descending):
    rows = ordered(Columns(sheet), range(len(sheet.rows)), column, descending=descending)
    for cell in {row[column] for row in sheet.rows}:
        equal = [row for row in rows if sheet.rows[row][column] == cell]
        assert equal == sorted(equal)


SALES = Columns(
    Sheet(
        ("region", "amount"),
        (("b", "1.00"), ("a", "2.50"), ("a", "n/a"), ("b", "4.00"), ("c", "")),
    )
)


def test_groups_come_in_their_order_or_in_that_of_a_measure():
    query = Totals((Measure("sum", 1),), (0,))
    by_sum = Totals((Measure("sum", 1),), (0,), order=Order(1, descending=True), limit=2)

    assert summarise(SALES, query).rows == (("a", "2.50"), ("b", "5.00"), ("c", None))
    assert summarise(SALES, by_sum).rows == (("b", "5.00"), ("a", "2.50"))
    assert summarise(SALES, by_sum).found == 3


def test_groups_of_numbers_are_sorted_as_numbers():
    columns = Columns(Sheet(("n",), (("10",), ("9",), ("x",), ("",))))

    rows = summarise(columns, Totals((Measure("count"),), (0,))).rows
    assert [key for key, _ in rows] == ["9", "10", "x", None]


def test_rows_are_cut_after_they_are_sorted():
    result = select(SALES, Rows((1,), order=Order(1, descending=True), limit=2))

    assert result.rows == (("4.00",), ("2.50",))
    assert (result.used, result.found) == (5, 5)


def test_left_out_cells_are_told():
    assert summarise(SALES, Totals((Measure("sum", 1),))).notes == (
        "1 cell of “amount” is no number and was left out.",
    )


def test_rounded_averages_are_told():
    columns = Columns(Sheet(("n",), (("1",), ("1",), ("2",))))
    result = summarise(columns, Totals((Measure("average", 0),)))

    assert result.rows == (("1.3333",),)
    assert result.notes == ("Averages are rounded to the digits shown.",)


def test_extremes_of_text_are_its_first_and_last():
    result = summarise(SALES, Totals((Measure("min", 0), Measure("max", 0))))

    assert result.rows == (("a", "c"),)


@pytest.mark.parametrize(
    ("cells", "why"), [(["x"], "it holds no numbers"), (["$1", "€1"], "it mixes \\$ and €")]
)
def test_sum_of_what_cannot_be_added_is_refused(cells, why):
    columns = Columns(Sheet(("n",), tuple((cell,) for cell in cells)))

    with pytest.raises(ImpossibleError, match=f"There is no sum of “n”: {why}"):
        summarise(columns, Totals((Measure("sum", 0),)))


def test_unit_stands_in_the_header():
    columns = Columns(Sheet(("price",), (("$1.50",), ("$2",))))
    result = summarise(columns, Totals((Measure("sum", 0),)))

    assert result.columns[0].name == "sum of price ($)"
    assert result.rows == (("3.50",),)


@pytest.mark.parametrize(("value", "rows"), [("1.234", [0]), ("1,5", [1]), ("1.5", [1])])
def test_value_is_read_in_the_style_of_its_column(value, rows):
    columns = Columns(Sheet(("n",), (("1.234",), ("1,5",), ("2,25",))))

    assert passing(columns, ((Condition(0, "=", value),),)) == rows


@pytest.mark.parametrize(
    ("comparison", "value", "rows"),
    [
        ("=", "2.5", [1]),
        ("!=", "2.5", [0, 2, 3, 4]),
        ("<", "2.5", [0]),
        ("<=", "2.5", [0, 1]),
        (">", "2.5", [3]),
        (">=", "2.5", [1, 3]),
        (">=", "n", [2]),
        ("contains", ".", [0, 1, 3]),
        ("starts with", "N/", [2]),
        ("ends with", "00", [0, 3]),
        ("empty", "", [4]),
        ("not empty", "", [0, 1, 2, 3]),
    ],
)
def test_comparison_lets_the_right_rows_pass(comparison, value, rows):
    assert passing(SALES, ((Condition(1, comparison, value),),)) == rows
