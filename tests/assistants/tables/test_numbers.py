"""Numbers as people write them, and exact arithmetic."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.tables.numbers import column_numbers, decimals, parse, plain, quotient, total

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", "12"),
        ("-1.50", "-1.50"),
        ("+.5", "0.5"),
        ("7.", "7"),
        ("1,234,567.8", "1234567.8"),
        ("1 234.5", "1234.5"),
        ("1\u202f234", "1234"),
        ("1'234", "1234"),
        ("\u22125", "-5"),
        ("1.5e3", "1500"),
        ("2E-2", "0.02"),
        ("007", "7"),
    ],
)
def test_numbers_with_a_point(cell, value):
    assert parse(cell, "point") == (Decimal(value), "")


@pytest.mark.parametrize(
    ("cell", "value"), [("1.234,50", "1234.50"), ("12,5", "12.5"), ("-3", "-3"), ("1.000", "1000")]
)
def test_numbers_with_a_comma(cell, value):
    assert parse(cell, "comma") == (Decimal(value), "")


@pytest.mark.parametrize(
    ("cell", "value", "unit"),
    [("$1,200.00", "1200.00", "$"), ("-€5", "-5", "€"), ("€-5", "-5", "€"), ("12 %", "12", "%")],
)
def test_unit_is_kept_apart(cell, value, unit):
    assert parse(cell, "point") == (Decimal(value), unit)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "x",
        "-",
        "1,23",
        "12,34,567",
        "1.2.3",
        "1e",
        "1e999",
        "NaN",
        "inf",
        "2025-01-01",
        "٣",
        "9" * 61,
    ],
)
def test_other_cells_are_no_numbers(cell):
    assert parse(cell, "point") is None


def test_style_is_that_of_the_most_cells():
    assert column_numbers(["1.234", "5,5"], decimal_comma=False).values == (
        Decimal(1234),
        Decimal("5.5"),
    )
    assert column_numbers(["1,234", "5.5"], decimal_comma=True).values == (
        Decimal(1234),
        Decimal("5.5"),
    )


@pytest.mark.parametrize(("comma", "value"), [(True, "1234"), (False, "1.234")])
def test_delimiter_decides_where_a_column_does_not(comma, value):
    assert column_numbers(["1.234"], decimal_comma=comma).values == (Decimal(value),)


def test_two_units_are_no_numbers():
    numbers = column_numbers(["$5", "€5", "5"], decimal_comma=False)

    assert not numbers
    assert numbers.unit == "$ and €"


def test_unit_of_some_cells_is_that_of_the_column():
    assert column_numbers(["$5", "5", "n/a"], decimal_comma=False).unit == "$"


@given(st.lists(DECIMALS))
def test_sum_is_exact(values):
    assert Fraction(total(values)) == sum(map(Fraction, values))


def test_sum_keeps_tenths_that_floats_lose():
    assert plain(total([Decimal("0.1")] * 3)) == "0.3"
    assert plain(total([Decimal(10**40), Decimal("0.01"), Decimal(-(10**40))])) == "0.01"


@given(DECIMALS, st.integers(1, 1000))
def test_quotient_is_the_nearest_of_its_digits(dividend, divisor):
    value, is_exact = quotient(dividend, divisor)
    off = abs(Fraction(value) - Fraction(dividend) / divisor)

    assert is_exact == (off == 0)
    assert off <= Fraction(1, 2 * 10 ** decimals(value))


@pytest.mark.parametrize(
    ("dividend", "divisor", "text"), [("10", 4, "2.5"), ("9.00", 3, "3.00"), ("10", 3, "3.3333")]
)
def test_quotient_has_as_few_digits_as_it_needs(dividend, divisor, text):
    assert plain(quotient(Decimal(dividend), divisor)[0]) == text


@pytest.mark.parametrize(
    ("value", "text"), [("-0.0", "0.0"), ("1E+3", "1000"), ("1E-7", "0.0000001"), ("1.50", "1.50")]
)
def test_numbers_are_written_in_digits(value, text):
    assert plain(Decimal(value)) == text


@given(DECIMALS)
def test_written_number_is_read_again(value):
    written = plain(value)

    assert len(written) > 60 or parse(written, "point") == (value, "")
