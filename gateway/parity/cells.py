"""Two sheets of separated values, cell by cell."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from gateway.parity.difference import ABSENT, Difference
from gateway.parity.matching import form
from gateway.parity.paired import CANDIDATE, CONTROL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.parity.renaming import Renaming
    from gateway.parity.values import Values

    Rows = list[list[str]]


def compare_cells(control: Rows, candidate: Rows, values: Values) -> Iterator[Difference]:
    """Compare rows that belong together cell by cell; rows count from 1, as spreadsheets do."""
    names = _header_of(control)
    candidate = values.in_order("body", "", control, candidate)
    one: Any
    other: Any
    for one, other in _aligned(control, candidate, values.renaming):
        if one is None:
            yield from values.scalars("body", f"row[{other + 1}]", ABSENT, candidate[other])
        elif other is None:
            yield from values.scalars("body", f"row[{one + 1}]", control[one], ABSENT)
        else:
            pairs = zip_longest(control[one], candidate[other], fillvalue=ABSENT)
            for column, cells in enumerate(pairs):
                name = names[column] if column < len(names) else f"column {column + 1}"
                yield from values.scalars("body", f"row[{one + 1}].{name}", *cells)


def _header_of(rows: Rows) -> list[str]:
    """Give the names of the columns, if the first row looks as if it had them."""
    first = rows[0] if len(rows) > 1 else []
    is_header = all(map(_is_name, first)) and len(set(first)) == len(first)
    return first if is_header else []


def _is_name(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return bool(cell.strip())
    return False


def _aligned(
    control: Rows, candidate: Rows, renaming: Renaming
) -> Iterator[tuple[int | None, int | None]]:
    """Pair rows so that one too many does not move all that follow."""
    ours = [form(row, renaming, CONTROL) for row in control] if control != candidate else []
    theirs = [form(row, renaming, CANDIDATE) for row in candidate] if ours else []
    if ours == theirs:
        yield from zip(range(len(control)), range(len(candidate)), strict=True)
        return
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    for _tag, i1, i2, j1, j2 in matcher.get_opcodes():
        yield from zip_longest(range(i1, i2), range(j1, j2))
