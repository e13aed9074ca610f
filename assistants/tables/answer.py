"""From a query to what is said: a sentence that tells how the question was read, and a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistants.port import Table
from assistants.tables.calculate import Cell, Result, select, summarise
from assistants.tables.columns import Columns
from assistants.tables.profile import profile
from assistants.tables.query import Order, Profile, Query, Rows, Totals
from assistants.tables.wording import (
    capital,
    counted,
    filter_words,
    listed,
    measure_name,
    shortened,
)

SHOWN_ROWS = 50
SHOWN_COLUMNS = 30
SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """The text, in Markdown, and the table if there is more to show than one number."""

    text: str
    table: Table | None = None


def answer(columns: Columns, query: Query, file_name: str) -> Answer:
    """Calculate and put into words; ImpossibleError if the sheet can't answer."""
    if isinstance(query, Profile):
        return _profile(columns, query, file_name)
    if isinstance(query, Rows):
        return _rows(columns, query, file_name)
    return (
        _groups(columns, query, file_name) if query.groups else _totals(columns, query, file_name)
    )


def _profile(columns: Columns, query: Profile, file_name: str) -> Answer:
    size = f"{counted(len(columns.rows), 'row')} and {counted(len(columns.names), 'column')}"
    return _with_table(f"“{file_name}” has {size}.", profile(columns, query), columns)


def _rows(columns: Columns, query: Rows, file_name: str) -> Answer:
    result = select(columns, query)
    sorting = _sorting(query.order, columns.names)
    sentence = f"{capital(_scope(columns, query, result, file_name))}{sorting}."
    return _with_table(sentence, result, columns)


def _totals(columns: Columns, query: Totals, file_name: str) -> Answer:
    result = summarise(columns, query)
    (values,) = result.rows
    lines = [
        f"**{capital(column.name)}: {'nothing' if value is None else value}**"
        for column, value in zip(result.columns, values, strict=True)
    ]
    scope = f"From {_scope(columns, query, result, file_name)}."
    return Answer("\n\n".join([*lines, scope, *result.notes, *columns.sheet.notes]))


def _groups(columns: Columns, query: Totals, file_name: str) -> Answer:
    result = summarise(columns, query)
    measured = listed(measure_name(measure, columns.names) for measure in query.measures)
    groups = listed(columns.names[column] for column in query.groups)
    scope = _scope(columns, query, result, file_name)
    sorting = _sorting(query.order, [column.name for column in result.columns])
    sentence = f"{capital(measured)} by {groups}, from {scope}{sorting}."
    parts = [*_winner(query, result), sentence, *_in_all(columns, query)]
    return _with_table(" ".join(parts), result, columns)


def _winner(query: Totals, result: Result) -> Iterator[str]:
    """The one line that “which region has the most …” asks for."""
    if query.limit == 1 and result.rows:
        *group, value = (cell or "nothing" for cell in result.rows[0])
        yield f"**{', '.join(group)}: {value}.**"


def _sorting(order: Order | None, names: Sequence[str]) -> str:
    if not order:
        return ""
    first = "largest" if order.descending else "smallest"
    return f", sorted by {names[order.column]}, the {first} first"


def _in_all(columns: Columns, query: Totals) -> Iterator[str]:
    """The whole that the groups add up to, where they do."""
    first, *others = query.measures
    if query.limit is None and not others and first.function in {"sum", "count"}:
        whole = summarise(columns, replace(query, groups=(), order=None, limit=None))
        if whole.rows[0][0] is not None:
            yield f"In all: **{whole.rows[0][0]}**."


def _scope(columns: Columns, query: Rows | Totals, result: Result, file_name: str) -> str:
    whole = counted(len(columns.rows), "row")
    part = f"{result.used:,} of {whole}" if query.where else whole
    return f"{part} of “{file_name}”{filter_words(query.where, columns.names)}"


def _with_table(sentence: str, result: Result, columns: Columns) -> Answer:
    text = "\n\n".join([sentence, *_cuts(result), *result.notes, *columns.sheet.notes])
    return Answer(text, _shown(sentence, result) if result.rows else None)


def _cuts(result: Result) -> Iterator[str]:
    shown = len(result.rows[:SHOWN_ROWS])
    if 0 < shown < result.found:
        first = "first" if shown == 1 else f"first {shown}"
        yield f"Shown: the {first} of {counted(result.found, 'line')}."
    if len(result.columns) > SHOWN_COLUMNS:
        yield f"Shown: the first {SHOWN_COLUMNS} of {counted(len(result.columns), 'column')}."


def _shown(caption: str, result: Result) -> Table:
    return Table(
        result.columns[:SHOWN_COLUMNS],
        tuple(tuple(map(_short, row[:SHOWN_COLUMNS])) for row in result.rows[:SHOWN_ROWS]),
        caption.replace("**", ""),
    )


def _short(cell: Cell) -> Cell:
    return cell and shortened(cell, SHOWN_CHARACTERS)
