"""Werkzeug's converters, as the paths of a table use them.

Werkzeug takes almost any argument. One with which a rule would never match, or fail when a request
comes, is refused here, where a person can still mend it.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from werkzeug.routing import BaseConverter, Map
from werkzeug.routing.converters import (
    DEFAULT_CONVERTERS,
    AnyConverter,
    FloatConverter,
    NumberConverter,
    PathConverter,
    UnicodeConverter,
    UUIDConverter,
)
from werkzeug.routing.rules import parse_converter_args

from gateway.languages import Atom, Run, Words, is_canonical

Piece = str | BaseConverter
"""What a segment is made of: literal text, and converters."""

PLAIN_STRING = UnicodeConverter(Map()).regex

_CONVERTERS = {name: kind for name, kind in DEFAULT_CONVERTERS.items() if name != "default"}
_LENGTHS = re.compile(r"\[\^/\]\{(?P<least>\d+)(?P<range>,?)(?P<most>\d*)\}")
_ARGUMENT = re.compile(
    r"""
    \s*+ (?: \w++ \s*+ = \s*+ )?+
    (?: [urUR]?+ (?: "[^"]*+" | '[^']*+' ) | [\w.-]{1,100}+ )
    \s*+ (?:,|\Z)
    """,
    re.VERBOSE,
)
_LONGEST_TEXT = 65_536
"""No server takes a longer address."""
_MOST_DIGITS = 4_300
"""Python reads no longer number from a text."""
_UUID = (8, 4, 4, 4, 12)
_DIGITS = Run("digit", 1, None)
_BEYOND = Decimal("1e400")
"""Read as infinity by float."""


class ConverterError(ValueError):
    """A variable that can't be used; the message goes on after "The path '/…'"."""


def converter(name: str, arguments: str) -> BaseConverter:
    """Return a converter. Raises ConverterError."""
    if name not in _CONVERTERS:
        known = ", ".join(sorted(_CONVERTERS))
        raise ConverterError(
            f"uses the converter {name!r}, which is not one of {known}. Use one of these that"
            " accepts the same text, or a prefix."
        )
    try:
        args, kwargs = _parsed(arguments)
        made: BaseConverter = _CONVERTERS[name](Map(), *args, **kwargs)
        re.compile(made.regex)
        if isinstance(made, NumberConverter):
            _check_number(made)
    except Exception as error:
        raise ConverterError(f"gives {name!r} arguments that it does not take: {error}.") from error
    if not _accepts_anything(made):
        raise ConverterError(
            f"can never match: no text fits {name}({arguments}). Give it other arguments."
        )
    return made


def _parsed(arguments: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    # Werkzeug's own pattern goes back and forth, so it gets nothing long that it will not match.
    position = 0
    while position < len(arguments):
        found = _ARGUMENT.match(arguments, position)
        if found is None:
            raise ValueError(f"{arguments[position:][:40]!r} can't be read")
        position = found.end()
    return parse_converter_args(arguments)


def _check_number(number: NumberConverter) -> None:
    if type(number.fixed_digits) is not int:
        raise ValueError(f"fixed_digits is {number.fixed_digits!r}, not a whole number")
    for name in ("min", "max"):
        value: Any = getattr(number, name)
        if value is not None and (type(value) not in {int, float} or math.isnan(value)):
            raise ValueError(f"{name} is {value!r}, not a number")


def _accepts_anything(made: BaseConverter) -> bool:
    if isinstance(made, NumberConverter):
        if made.fixed_digits > _MOST_DIGITS:
            return False
        low, high = _bounds(made)
        return low <= high
    if isinstance(made, AnyConverter):
        return bool(made.items)
    return _lengths(made)[0] <= _LONGEST_TEXT


def _bounds(number: NumberConverter) -> tuple[float, float]:
    """Return the least and the greatest value that a number may have."""
    low = -math.inf if number.min is None else number.min
    high = math.inf if number.max is None else number.max
    if not number.signed:
        low = max(low, 0)
    if isinstance(number, FloatConverter):
        return low, high
    # A sign is one of the fixed digits.
    digits = number.fixed_digits or _MOST_DIGITS
    low = max(low, 1 - 10 ** (digits - 1 if number.fixed_digits else digits))
    high = min(high, 10**digits - 1)
    return (math.ceil(low), math.floor(high)) if low <= high else (low, high)


def _lengths(made: BaseConverter) -> tuple[int, int | None]:
    """Return the least and the greatest length of a text, which only a string's pattern knows."""
    found = _LENGTHS.fullmatch(made.regex)
    if found is None:
        return 1, None
    least = int(found["least"])
    most = found["most"] if found["range"] else found["least"]
    return least, int(most) if most else None


def example(piece: Piece) -> str:
    """Return a text that a piece accepts."""
    if isinstance(piece, str):
        return piece
    if isinstance(piece, NumberConverter):
        return _number(piece)
    if isinstance(piece, AnyConverter):
        return next(filter(is_canonical, sorted(piece.items)), min(piece.items))
    if isinstance(piece, UUIDConverter):
        return "-".join("0" * length for length in _UUID)
    return "x" if isinstance(piece, PathConverter) else _string(*_lengths(piece))


def _string(least: int, most: int | None) -> str:
    return "x" * (least or min(1, 1 if most is None else most))


def _number(number: NumberConverter) -> str:
    low, high = _bounds(number)
    if isinstance(number, FloatConverter):
        text = f"{_decimal(min(max(1.5, low), high)):f}"
        return text if "." in text else text + ".0"
    value = min(max(1, low), high)
    return ("-" if value < 0 else "") + str(abs(value)).zfill(number.fixed_digits - (value < 0))


def _decimal(value: float) -> Decimal:
    if math.isinf(value):
        return _BEYOND.copy_sign(Decimal(value))
    return Decimal(repr(value))


def atoms(piece: Piece) -> tuple[Atom, ...]:
    """Return what a piece accepts, its limits on numbers apart."""
    if isinstance(piece, str):
        return (Words((piece,)),)
    if isinstance(piece, NumberConverter):
        sign = (Words(("", "-")),) if piece.signed else ()
        point = (Words((".",)), _DIGITS) if isinstance(piece, FloatConverter) else ()
        return (*sign, _DIGITS, *point)
    if isinstance(piece, AnyConverter):
        return (Words(tuple(sorted(piece.items))),)
    if isinstance(piece, UUIDConverter):
        groups = [(Words(("-",)), Run("hex", length, length)) for length in _UUID]
        return tuple(atom for group in groups for atom in group)[1:]
    if isinstance(piece, PathConverter):
        return Run("segment", 1, 1), Run("any", 0, None)
    return (Run("segment", *_lengths(piece)),)
