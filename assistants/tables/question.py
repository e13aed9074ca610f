"""Reads a question about a sheet: a few plain forms, and nothing that has to be guessed.

profile [columns]
how many rows · count column · distinct column
sum | average | median | min | max of column, …
top | bottom N by column · top | bottom N column by [measure of] column
which column has the most | fewest | highest | lowest column
show columns · first N rows · sort by column
… by columns   … where conditions   … sorted by column [descending]   … limit N
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistants.tables.conditions import conditions
from assistants.tables.parser import Parser
from assistants.tables.phrases import measures, natural_measure
from assistants.tables.query import Measure, Order, Profile, Query, Rows, Totals
from assistants.tables.vocabulary import (
    ASCENDING,
    BY,
    COMPARISONS,
    DESCENDING,
    DISTINCT,
    EXTREMES,
    FIRST,
    IDLE,
    LIMIT,
    POLITE,
    PROFILING,
    ROWS,
    SHOWING,
    SORTING,
    WHERE,
)

DEFAULT_LIMIT = 10


def read_question(question: str, names: Sequence[str], is_numeric: Callable[[int], bool]) -> Query:
    """The query that a question asks for; NotUnderstoodError where it is of no known form."""
    parser = Parser(question, names, is_numeric)
    query = _nothing(parser) or _head(parser)
    while not parser.is_at_end:
        query = _with_clause(parser, query)
    return query


def _nothing(parser: Parser) -> Query | None:
    """A question without content, such as “What is in this file?”, asks for a profile."""
    mark = parser.mark()
    parser.skip(POLITE | IDLE)
    if parser.is_at_end:
        return Profile()
    parser.back(mark)
    return None


def _head(parser: Parser) -> Query:
    parser.skip(POLITE)
    is_shown = parser.accept_any(SHOWING) is not None
    parser.skip(POLITE)
    for form in (_profile, _distinct, _totals, _top, _which, _first):
        query = form(parser)
        if query:
            return query
    if is_shown or parser.comes((*ROWS, *SORTING)):
        return _rows(parser)
    return _column_alone(parser)


def _profile(parser: Parser) -> Query | None:
    if not parser.accept_any(PROFILING):
        return None
    parser.skip(IDLE)
    column = parser.column()
    columns = () if column is None else (column, *parser.further_columns())
    parser.skip(IDLE)
    return Profile(columns)


def _distinct(parser: Parser) -> Query | None:
    found = parser.accept_any(DISTINCT)
    if not found:
        return None
    parser.skip(("values",))
    return Totals((Measure("count"),), groups=(parser.needed_column(found),))


def _totals(parser: Parser) -> Query | None:
    found = measures(parser)
    if not found:
        return None
    parser.skip(IDLE)
    return Totals(found)


def _top(parser: Parser) -> Query | None:
    end = parser.accept_any(("top", "bottom"))
    if not end:
        return None
    limit = parser.number() or DEFAULT_LIMIT
    is_top = end == "top"
    parser.skip(("of", "the"))
    if parser.accept_any(ROWS) or parser.comes(BY):
        parser.accept_any(BY)
        order = Order(parser.needed_column(f"{end} {limit} by"), descending=is_top)
        return Rows(order=order, limit=limit)
    group = parser.needed_column(f"{end} {limit}")
    measure = _measured_by(parser) if parser.accept_any(BY) else Measure("count")
    return Totals((measure,), (group,), order=Order(1, descending=is_top), limit=limit)


def _measured_by(parser: Parser) -> Measure:
    if parser.accept_any(ROWS):
        return Measure("count")
    found = measures(parser)
    return found[0] if found else natural_measure(parser, parser.needed_column("by"))


def _which(parser: Parser) -> Query | None:
    if not parser.accept("which"):
        return None
    group = parser.needed_column("which")
    parser.skip(("has", "had", "have", "is", "are", "with", "the"))
    extreme = parser.accept_any(EXTREMES)
    if not extreme:
        return Rows((group,))
    function, is_descending = EXTREMES[extreme]
    measure = Measure("count")
    if not parser.accept_any(ROWS):
        measure = Measure(function, parser.needed_column(extreme))
    return Totals((measure,), (group,), order=Order(1, descending=is_descending), limit=1)


def _first(parser: Parser) -> Query | None:
    if not parser.accept_any(FIRST):
        return None
    limit = parser.number() or DEFAULT_LIMIT
    parser.accept_any(ROWS)
    return Rows(limit=limit)


def _rows(parser: Parser) -> Query:
    limit = parser.number()
    parser.accept_any(ROWS)
    mark = parser.mark()
    column = None if parser.comes((*SORTING, *BY, *WHERE)) else parser.column()
    if column is None:
        return Rows(limit=limit)
    columns = (column, *parser.further_columns())
    if parser.comes(COMPARISONS):  # “filter amount > 5”: a condition and no list
        parser.back(mark)
        columns = ()
    return Rows(columns, limit=limit)


def _column_alone(parser: Parser) -> Query:
    column = parser.column()
    if column is None:
        raise parser.missing("one of the forms below")
    if parser.is_numeric(column):
        return Totals((natural_measure(parser, column),))
    return Totals((Measure("count"),), groups=(column,))


def _with_clause(parser: Parser, query: Query) -> Query:
    if isinstance(query, Profile):
        raise parser.missing("nothing but columns after “profile”")
    if parser.accept_any(SORTING) or (isinstance(query, Rows) and parser.accept_any(BY)):
        return replace(query, order=_order(parser, query))
    if isinstance(query, Totals) and parser.accept_any(BY):
        return _grouped(parser, query)
    if parser.accept(LIMIT):
        limit = parser.number()
        if limit is None:
            raise parser.missing("a number after “limit”")
        return replace(query, limit=limit)
    if query.where:
        raise parser.missing("the end of the question")
    parser.accept_any(WHERE)
    return replace(query, where=conditions(parser))


def _grouped(parser: Parser, query: Totals) -> Query:
    if query.groups:
        raise parser.missing("one “by” only, as in “by region, year”")
    return replace(query, groups=(parser.needed_column("by"), *parser.further_columns()))


def _order(parser: Parser, query: Rows | Totals) -> Order:
    column = _place(parser, query) if isinstance(query, Totals) else parser.needed_column("by")
    is_descending = parser.accept_any(DESCENDING) is not None
    parser.accept_any(ASCENDING)
    return Order(column, descending=is_descending)


def _place(parser: Parser, query: Totals) -> int:
    """Which column of the result is named: a group, a measure, or the measured column."""
    mark = parser.mark()
    named = measures(parser)[:1]
    column = None if named else parser.needed_column("sorted by")
    places = [*query.groups, *(measure.column for measure in query.measures)]
    if named and named[0] in query.measures:
        return len(query.groups) + query.measures.index(named[0])
    if column in places:
        return places.index(column)
    parser.back(mark)
    raise parser.missing("a column of the result after “sorted by”")
