"""The part of a question behind `where`: conditions joined by `and` and `or`."""

from dataclasses import replace

from assistants.tables.parser import Parser
from assistants.tables.query import Condition, Filter
from assistants.tables.vocabulary import BETWEEN, COMPARISONS, JOINTS, VERBS


def conditions(parser: Parser) -> Filter:
    """Read a filter; `and` binds more tightly than `or`."""
    found = [[*_condition(parser, None)]]
    while joint := parser.accept_any(JOINTS):
        more = _condition(parser, found[-1][-1])
        if joint == "or":
            found.append([*more])
        else:
            found[-1].extend(more)
    return tuple(map(tuple, found))


def _condition(parser: Parser, previous: Condition | None) -> tuple[Condition, ...]:
    mark = parser.mark()
    column = parser.column()
    found = () if column is None else _about(column, parser)
    if found:
        return found
    # “north or south”: another value for the same column.
    parser.back(mark)
    value = parser.value() if previous and previous.value else None
    if previous is None or value is None:
        raise parser.missing("a condition, such as “column = value”")
    return (replace(previous, value=value),)


def _about(column: int, parser: Parser) -> tuple[Condition, ...]:
    phrase = parser.accept_any(COMPARISONS)
    if phrase in VERBS:
        phrase = parser.accept_any(COMPARISONS) or phrase
    if parser.accept(BETWEEN):
        return _between(column, parser)
    comparison = COMPARISONS[phrase] if phrase else "="
    if comparison in {"empty", "not empty"}:
        return (Condition(column, comparison),)
    value = parser.value()
    return () if value is None else (Condition(column, comparison, value),)


def _between(column: int, parser: Parser) -> tuple[Condition, ...]:
    low = parser.value()
    high = parser.value() if parser.accept("and") else None
    if low is None or high is None:
        raise parser.missing("two values, as in “between 1 and 5”")
    return Condition(column, ">=", low), Condition(column, "<=", high)
