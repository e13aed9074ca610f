"""What may be asked, said with the columns of the sheet at hand."""

from collections.abc import Iterator

from assistants.tables.columns import Columns
from assistants.tables.vocabulary import KEYWORDS
from assistants.tables.wording import listed

LISTED_COLUMNS = 30
GENERAL = (
    "profile",
    "how many rows where region = north",
    "sum amount by region where year = 2025",
    "average of price",
    "top 5 by visitors",
    "show name, price where price > 100 sorted by price",
)


def abilities(columns: Columns | None = None) -> str:
    """Examples of questions, and the columns that they may be about."""
    examples = GENERAL if columns is None else tuple(_examples(columns))
    text = "I understand questions such as these:\n\n" + "\n".join(f"- `{e}`" for e in examples)
    if columns is None:
        return text
    names = [f"“{name}”" for name in columns.names[:LISTED_COLUMNS]]
    more = len(columns.names) - len(names)
    return f"{text}\n\nThe columns are {listed([*names, *([f'{more:,} more'] if more else [])])}."


def _examples(columns: Columns) -> Iterator[str]:
    """Examples that this sheet can answer."""
    sayable = [number for number, name in enumerate(columns.names) if '"' not in name]
    numeric = next(filter(columns.is_numeric, sayable), None)
    other = next((number for number in sayable if not columns.is_numeric(number)), None)
    yield "profile"
    yield "how many rows"
    if other is not None:
        yield f"count rows by {_said(columns.names[other])}"
        yield f"show rows where {_said(columns.names[other])} is not empty"
    if numeric is not None:
        yield f"average of {_said(columns.names[numeric])}"
        yield f"top 5 by {_said(columns.names[numeric])}"
    if numeric is not None and other is not None:
        yield f"sum {_said(columns.names[numeric])} by {_said(columns.names[other])}"


def _said(name: str) -> str:
    """A column's name as it can be written in a question."""
    is_plain = name.replace(" ", "").isalpha() and KEYWORDS.isdisjoint(name.casefold().split())
    return name if is_plain else f'"{name}"'
