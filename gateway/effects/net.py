"""The net effect of a request on rows: what is different after it from before.

Work that was rolled back, rows that were inserted and deleted again, and rows that were changed
and changed back leave no effect, however often they were written.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

Key = tuple[Any, ...]
Row = tuple[Any, ...]
Image = Any
"""A whole row in the form that its database gives it in: hashable, and equal for equal rows."""

_STEP = 500


@dataclass(frozen=True)
class Effect:
    """What happened to one row.

    `values` holds all columns of an inserted row, the changed ones of a changed row, and
    nothing for a deleted one. A row without a primary key has its content for a key.

    A table that was altered or dropped while it was too large to be read whole has one effect
    for all of its rows: its key is empty, and `values` holds the new `definition`.
    """

    table: str
    key: Key
    kind: Literal["inserted", "changed", "deleted", "altered"]
    values: Mapping[str, Any]


def _as_it_is(image: Image) -> Row:
    row: Row = image
    return row


@dataclass(frozen=True)
class Table:
    """A table as it is defined at one moment.

    `version` is another one as soon as the definition is, or may be.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    version: Hashable
    definition: str
    decode: Callable[[Image], Row] = field(default=_as_it_is, compare=False)


@dataclass(frozen=True)
class Content:
    """Rows of a table; without a table there are none."""

    table: Table | None = None
    images: Sequence[Image] = ()

    def named(self) -> Iterator[dict[str, Any]]:
        """Give each row as a mapping from column to value."""
        for image in self.images:
            assert self.table is not None
            yield dict(zip(self.table.columns, self.table.decode(image), strict=True))


def net_effects(before: Content, after: Content) -> Iterator[Effect]:
    """Give the difference between two contents of one table, or between two parts of them.

    What is in both parts is left out, so they may be all rows or only those that were touched.
    """
    if before.images == after.images and _same_columns(before, after):
        return
    table = after.table or before.table
    assert table is not None
    before, after = _without_common(before, after)
    old, new = dict(_by_key(before)), dict(_by_key(after))
    for key in old:
        if key not in new:
            yield Effect(table.name, key, "deleted", {})
    for key, row in new.items():
        if key not in old:
            yield Effect(table.name, key, "inserted", row)
        elif changed := _changed(old[key], row):
            yield Effect(table.name, key, "changed", changed)


def altered(name: str, now: Table | None) -> Effect:
    """Give the effect that stands for all rows of a table whose definition changed."""
    return Effect(name, (), "altered", {"definition": now and now.definition})


def _same_columns(before: Content, after: Content) -> bool:
    return (before.table and before.table.columns) == (after.table and after.table.columns)


def _without_common(before: Content, after: Content) -> tuple[Content, Content]:
    """Leave out the rows that are in both, as often as they are in both."""
    if not _same_columns(before, after):
        return before, after
    old, new = _without_common_ends(before.images, after.images)
    common = Counter(old) & Counter(new)
    return Content(before.table, _without(old, common)), Content(after.table, _without(new, common))


def _without_common_ends(
    old: Sequence[Image], new: Sequence[Image]
) -> tuple[Sequence[Image], Sequence[Image]]:
    """Leave out what both begin and end with: mostly all but a few rows, at little cost."""
    shorter, start = min(len(old), len(new)), 0
    while start < shorter and old[start : start + _STEP] == new[start : start + _STEP]:
        start += _STEP
    old, new = old[start:], new[start:]
    while old and old[-_STEP:] == new[-_STEP:]:
        old, new = old[:-_STEP], new[:-_STEP]
    return old, new


def _without(images: Iterable[Image], common: Counter[Image]) -> list[Image]:
    left = common.copy()
    kept = []
    for image in images:
        if left[image]:
            left[image] -= 1
        else:
            kept.append(image)
    return kept


def _by_key(content: Content) -> Iterator[tuple[Key, dict[str, Any]]]:
    """Give rows by primary key; without one, by content and a count."""
    keys = content.table.key if content.table else ()
    seen: Counter[str] = Counter()
    for row in content.named():
        key = tuple(row[column] for column in keys)
        # SQLite lets several rows have NULL in a primary key, so it tells none of them apart.
        if not key or None in key:
            text = repr(tuple(row.values()))
            seen[text] += 1
            key = (text, seen[text])
        yield key, row


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {
        column: new.get(column)
        for column in {**old, **new}
        if (column in old) != (column in new) or old.get(column) != new.get(column)
    }
