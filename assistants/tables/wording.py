"""A query in words, as the answer repeats it: so a person sees how the question was read."""

from collections.abc import Iterable, Sequence

from assistants.chunking import by_words
from assistants.tables.query import Condition, Filter, Measure

_FUNCTIONS = {
    "sum": "sum of {}",
    "average": "average of {}",
    "median": "median of {}",
    "min": "smallest {}",
    "max": "largest {}",
    "count": "filled cells of {}",
    "distinct": "different values of {}",
}
_COMPARISONS = {"empty": "is empty", "not empty": "is not empty"}


def measure_name(measure: Measure, names: Sequence[str]) -> str:
    """`sum of amount`; what a column of the result is called."""
    if measure.column is None:
        return "number of rows"
    return _FUNCTIONS[measure.function].format(names[measure.column])


def filter_words(where: Filter, names: Sequence[str]) -> str:
    """`, where year = 2025 and region = north`; nothing without a filter."""
    every = (" and ".join(_condition(each, names) for each in conditions) for conditions in where)
    return f", where {' or '.join(every)}" if where else ""


def listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def counted(number: int, noun: str) -> str:
    """`1 row`, `2 rows`, `12,345 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def capital(words: str) -> str:
    """The words as the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def shortened(text: str, most: int) -> str:
    """The text, cut between graphemes if it is longer."""
    return text if len(text) <= most else f"{next(by_words(most)(text)).rstrip()}…"


def _condition(condition: Condition, names: Sequence[str]) -> str:
    comparison = _COMPARISONS.get(condition.comparison)
    if comparison:
        return f"{names[condition.column]} {comparison}"
    return f"{names[condition.column]} {condition.comparison} {condition.value}"
