"""The words that questions are made of; a quoted word is none of them."""

from assistants.tables.query import Comparison, Function


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


POLITE = _words(
    "please can could would will you i we me us want need like to tell give calculate compute find "
    "out get know see what what's is are was were the a an of all and hello hi hey"
)
IDLE = _words(
    "are were there do does did we have has exist is in of from this that the it file table data "
    "csv sheet here please inside contain hold look like about"
)
SHOWING = ("show", "list", "display", "filter", "select", "print", "which rows", "rows", "records")
ROWS = ("rows", "row", "lines", "records", "entries", "items", "everything")
FIRST = ("first", "head")
PROFILING = _words(
    "profile describe description summary summarise summarize overview statistics columns"
)
HOW_MANY = "how many"
COUNTING = (HOW_MANY, "total number of", "number of", "count of", "count")
DISTINCT = ("distinct", "different", "unique")
FUNCTIONS: dict[str, Function] = {
    "sum": "sum",
    "total": "sum",
    "average": "average",
    "avg": "average",
    "mean": "average",
    "median": "median",
    "min": "min",
    "minimum": "min",
    "smallest": "min",
    "lowest": "min",
    "earliest": "min",
    "max": "max",
    "maximum": "max",
    "largest": "max",
    "biggest": "max",
    "highest": "max",
    "latest": "max",
}
# “Most” adds up, “highest” compares single values; True is for the largest first.
EXTREMES: dict[str, tuple[Function, bool]] = {
    "most": ("sum", True),
    "fewest": ("sum", False),
    "least": ("sum", False),
    "highest": ("max", True),
    "largest": ("max", True),
    "biggest": ("max", True),
    "greatest": ("max", True),
    "lowest": ("min", False),
    "smallest": ("min", False),
}

WHERE = ("where", "with", "whose", "when", "if", "for which", "having", "for")
BY = ("by", "per", "for each", "for every", "grouped by", "group by", "in each")
SORTING = ("sorted by", "sort by", "ordered by", "order by")
DESCENDING = ("descending", "desc", "highest first", "largest first")
ASCENDING = ("ascending", "asc", "lowest first", "smallest first")
LIMIT = "limit"

JOINTS = ("and", "or", ",")
ENDS_VALUE = (*BY, *SORTING, *JOINTS, LIMIT, "where")

_COMPARISONS: dict[Comparison, tuple[str, ...]] = {
    "not empty": ("is not empty", "isn't empty", "not empty", "is filled"),
    "empty": ("is empty", "is missing"),
    ">=": ("at least", ">=", "≥"),
    "<=": ("at most", "up to", "<=", "≤"),
    ">": ("more than", "greater than", "larger than", "bigger than", "above", "over", "after", ">"),
    "<": ("less than", "fewer than", "smaller than", "below", "under", "before", "<"),
    "!=": ("is not", "isn't", "are not", "does not equal", "not", "!=", "<>", "≠"),
    "contains": ("contains", "includes"),
    "starts with": ("starts with", "begins with"),
    "ends with": ("ends with",),
    "=": ("is equal to", "equal to", "equals", "==", "=", "is", "are", "was"),
}
VERBS = _words("is are was")
# The longest first: “is not” must not be read as “is”, with a value that begins with “not”.
COMPARISONS: dict[str, Comparison] = dict(
    sorted(
        ((phrase, meant) for meant, phrases in _COMPARISONS.items() for phrase in phrases),
        key=lambda pair: -len(pair[0]),
    )
)
BETWEEN = "between"

KEYWORDS = (
    POLITE
    | IDLE
    | frozenset(
        word
        for phrases in (
            *(SHOWING, ROWS, FIRST, PROFILING, COUNTING, DISTINCT, FUNCTIONS, EXTREMES, WHERE, BY),
            *(
                SORTING,
                DESCENDING,
                ASCENDING,
                JOINTS,
                COMPARISONS,
                (LIMIT, BETWEEN, "which top bottom"),
            ),
        )
        for phrase in phrases
        for word in phrase.split()
    )
)
"""All words that mean something to a question."""
