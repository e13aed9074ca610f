"""The part of a question that says what to count or calculate: `sum of amount and price`."""

from assistants.tables.parser import Parser
from assistants.tables.query import Function, Measure
from assistants.tables.vocabulary import (
    BY,
    COUNTING,
    DISTINCT,
    FUNCTIONS,
    HOW_MANY,
    JOINTS,
    LIMIT,
    POLITE,
    ROWS,
    SORTING,
    WHERE,
)

_AFTER_COUNT = (*ROWS, *JOINTS, *BY, *WHERE, *SORTING, LIMIT)


def measures(parser: Parser) -> tuple[Measure, ...]:
    """Read measures joined by commas or `and`; none if no measure comes next."""
    found = _measures_of_one_kind(parser)
    while found:
        mark = parser.mark()
        more = _measures_of_one_kind(parser) if parser.accept_any((",", "and")) else []
        if not more:
            parser.back(mark)
            break
        found += more
    return tuple(dict.fromkeys(found))


def natural_measure(parser: Parser, column: int) -> Measure:
    """What is asked of a column that stands alone: its sum if it holds numbers."""
    return Measure("sum" if parser.is_numeric(column) else "count", column)


def _measures_of_one_kind(parser: Parser) -> list[Measure]:
    counting = parser.accept_any(COUNTING)
    if counting:
        return [_counted(parser, counting)]
    named = parser.accept_any(FUNCTIONS)
    if not named:
        return []
    functions = [FUNCTIONS[named], *_further_functions(parser)]
    columns = [parser.needed_column(named), *parser.further_columns((*COUNTING, *FUNCTIONS))]
    return [Measure(function, column) for column in columns for function in functions]


def _further_functions(parser: Parser) -> list[Function]:
    """The others of “min, max and median of price”."""
    found: list[Function] = []
    mark = parser.mark()
    while parser.accept_any((",", "and")):
        named = parser.accept_any((*FUNCTIONS, "and"))
        if named in FUNCTIONS:
            found.append(FUNCTIONS[named])
            mark = parser.mark()
        elif not named:
            break
    parser.back(mark)
    return found


def _counted(parser: Parser, counting: str) -> Measure:
    parser.skip(POLITE - {"and"})
    if parser.accept_any(DISTINCT):
        parser.skip(("values",))
        return Measure("distinct", parser.needed_column(counting))
    if parser.is_at_end or parser.comes(_AFTER_COUNT):
        parser.accept_any(ROWS)
        return Measure("count")
    column = parser.needed_column(counting)
    # “How many visitors” are as many as the column adds up to.
    return natural_measure(parser, column) if counting == HOW_MANY else Measure("count", column)
