"""The net effect of a request on rows: what is different after it from before.

Work that was rolled back, and rows that were inserted and deleted again, leave no effect;
bulk statements, raw SQL and cascades do, since the rows themselves are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Key = tuple[Any, ...]
Row = tuple[Any, ...]


@dataclass(frozen=True)
class TableRows:
    """The rows of one table by primary key; without one, by the whole row and a count."""

    columns: tuple[str, ...]
    rows: Mapping[Key, Row]


Snapshot = dict[str, TableRows]


@dataclass(frozen=True)
class Effect:
    """What happened to one row.

    `values` holds all columns of an inserted row, the changed ones of a changed row, and
    nothing for a deleted one.
    """

    table: str
    key: Key
    kind: Literal["inserted", "changed", "deleted"]
    values: Mapping[str, Any]


def net_effects(before: Snapshot, after: Snapshot) -> tuple[Effect, ...]:
    """Give the difference between two snapshots, tables by name and rows in their order."""
    if before is after:
        return ()
    return tuple(
        effect
        for table in sorted(before.keys() | after.keys())
        for effect in _effects_on(table, before.get(table), after.get(table))
    )


def _effects_on(table: str, before: TableRows | None, after: TableRows | None) -> Iterator[Effect]:
    if before is after or before == after:
        return
    old, new = (rows.rows if rows else {} for rows in (before, after))
    old_columns = before.columns if before else ()
    new_columns = after.columns if after else ()
    for key in old.keys() - new.keys():
        yield Effect(table, key, "deleted", {})
    for key, row in new.items():
        if key not in old:
            yield Effect(table, key, "inserted", _named(new_columns, row))
        elif old[key] != row or old_columns != new_columns:
            changed = _changed(_named(old_columns, old[key]), _named(new_columns, row))
            yield Effect(table, key, "changed", changed)


def _named(columns: tuple[str, ...], row: Row) -> dict[str, Any]:
    return dict(zip(columns, row, strict=True))


def _changed(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return {
        column: new.get(column)
        for column in {**old, **new}
        if (column in old) != (column in new) or old.get(column) != new.get(column)
    }
