"""Numbers as people write them into tables, and exact arithmetic with them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from functools import reduce
from typing import Literal

Style = Literal["point", "comma"]

LONGEST = 60
# A sum of numbers of up to LONGEST characters needs fewer digits; it would fail, not be rounded.
EXACT = Context(prec=1_000, traps=[Inexact, InvalidOperation])
MORE_DIGITS = 4
"""How many decimals a quotient may have more than what was divided."""

_SIGN = r"[+\-\u2212]"
_CURRENCY = r"[$€£¥]"
_SPACED = r"[0-9]{1,3}(?:[ '\u00a0\u202f][0-9]{3})+"
_STYLES: dict[Style, str] = {
    "point": (
        rf"(?:{_SPACED}|[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{{1,2}})?"
        r"|\.[0-9]+"
    ),
    "comma": rf"(?:{_SPACED}|[0-9]{{1,3}}(?:\.[0-9]{{3}})+|[0-9]+)(?:,[0-9]+)?",
}
_patterns = {
    style: re.compile(rf"({_SIGN}?{_CURRENCY}?|{_CURRENCY}{_SIGN})\s?({digits})\s?({_CURRENCY}|%)?")
    for style, digits in _STYLES.items()
}
_plain: dict[Style, dict[int, int | None]] = {
    "point": str.maketrans("", "", ", '\u00a0\u202f"),
    "comma": str.maketrans(",", ".", ". '\u00a0\u202f"),
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a column by row, None where there is none, and the unit that they share."""

    values: tuple[Decimal | None, ...]
    unit: str = ""
    style: Style = "point"

    def __bool__(self) -> bool:
        return any(value is not None for value in self.values)


def column_numbers(cells: Sequence[str], *, decimal_comma: bool) -> Numbers:
    """Read a column in the style that makes numbers of the most different cells.

    Two units in one column can't be added: they make no numbers, and `unit` names them both.
    """
    preferred: tuple[Style, Style] = ("comma", "point") if decimal_comma else ("point", "comma")
    different = set(cells)
    readings = {style: {cell: parse(cell, style) for cell in different} for style in preferred}
    style = max(preferred, key=lambda style: sum(map(bool, readings[style].values())))
    best = readings[style]
    units = {number[1] for number in best.values() if number} - {""}
    if len(units) > 1:
        return Numbers((None,) * len(cells), " and ".join(sorted(units)))
    values = {cell: number and number[0] for cell, number in best.items()}
    return Numbers(tuple(values[cell] for cell in cells), "".join(units), style)


def parse(cell: str, style: Style) -> tuple[Decimal, str] | None:
    """The number that a cell is, and its unit; None if it is no number."""
    if len(cell) > LONGEST:
        return None
    found = _patterns[style].fullmatch(cell)
    if not found:
        return None
    before, digits, after = found.groups(default="")
    number = Decimal(digits.translate(_plain[style]))
    is_negative = "-" in before or "\u2212" in before
    # Not `-number`, which rounds to 28 digits.
    return number.copy_negate() if is_negative else number, before.strip("+-\u2212") + after


def parse_any(cell: str, preferred: Style = "point") -> Decimal | None:
    """The number that a cell is in one style, or else in the other."""
    found = parse(cell, preferred) or parse(cell, "comma" if preferred == "point" else "point")
    return found and found[0]


def total(values: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    return reduce(EXACT.add, values, Decimal(0))


def quotient(dividend: Decimal, divisor: int) -> tuple[Decimal, bool]:
    """A quotient with as few decimals as it needs, and whether it is exact."""
    exact = Fraction(dividend) / divisor
    scale = decimals(dividend)
    for digits in range(scale, scale + MORE_DIGITS + 1):
        rounded = round(exact, digits)
        if rounded == exact:
            break
    shifted = Decimal(int(rounded * 10**digits))
    return shifted.scaleb(-digits, EXACT), rounded == exact


def decimals(value: Decimal) -> int:
    """How many decimals a number is written with."""
    return max(0, -int(value.as_tuple().exponent))


def plain(value: Decimal) -> str:
    """A number in digits, as it goes into a table."""
    return format(value or value.copy_abs(), "f")
