"""The rows that REPLACE would delete, where triggers must not be recursive.

Unless triggers are recursive, SQLite fires none for the rows that REPLACE deletes. Where the
application has triggers of its own, making them recursive would change what those do. There the
rows are looked for before they go: those which agree with the new row in a unique index.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gateway.effects.sqlite_tables import fetch, quoted

if TYPE_CHECKING:
    from collections.abc import Collection

    from gateway.effects.sqlite_tables import SqliteTable

_OWN_TRIGGERS = "SELECT count(*) FROM main.sqlite_master WHERE type = 'trigger'"
# Then a default takes the place of NULL, too late to be looked for.
_REPLACED_NULL = re.compile(r"\bNOT\s+NULL\s+ON\s+CONFLICT\s+REPLACE\b", re.IGNORECASE)

Conflicts = dict[str, tuple[str, ...]]
"""By table, the conditions under which a row is in the way of NEW."""


def conflicts_of(connection: Any, tables: Collection[SqliteTable]) -> Conflicts | None:
    """Give the conditions for those tables that have such; None if triggers may be recursive."""
    if fetch(connection, _OWN_TRIGGERS) == [(0,)]:
        return None
    found = {table.name: _conditions(connection, table) for table in tables}
    return {name: conditions for name, conditions in found.items() if conditions is not None}


def _conditions(connection: Any, table: SqliteTable) -> tuple[str, ...] | None:
    indexes = fetch(connection, f"PRAGMA main.index_list({quoted(table.name)})")
    unique = [(name, partial) for _, name, is_unique, _, partial in indexes if is_unique]
    columns = _plain_columns(connection, table)
    conditions = []
    for name, is_partial in unique:
        info = fetch(connection, f"PRAGMA main.index_xinfo({quoted(name)})")
        keys = [(column, collation) for _, _, column, _, collation, is_key in info if is_key]
        # Without the index's own condition it would not be used, and all rows be read each time.
        if is_partial or not columns.issuperset(column for column, _ in keys):
            return None
        conditions.append(" AND ".join(_agrees(*key) for key in keys))
    return None if _REPLACED_NULL.search(table.definition) else tuple(conditions)


def _plain_columns(connection: Any, table: SqliteTable) -> set[str]:
    """Give the columns that are not generated, perhaps from a rowid that is not there yet."""
    info = fetch(connection, f"PRAGMA main.table_xinfo({quoted(table.name)})")
    return {name for _, name, *_, hidden in info if not hidden}


def _agrees(column: str, collation: str) -> str:
    return f"{quoted(column)} = NEW.{quoted(column)} COLLATE {quoted(collation)}"
