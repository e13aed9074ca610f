"""What a database holds, down to the last row, and what of it was not there before.

Every row is read, so this is for the databases of tests, and for those that nobody else
writes to meanwhile: others' rows can't be told from rows that a sandbox left behind.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.pool import PoolProxiedConnection

_SHOWN = 5
_SQLITE_TABLES = (
    "SELECT format('\"%w\"', name) FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    " AND name <> 'sqlite_schema'"
)
_SQLITE_DEFINITIONS = (
    "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master"
    " UNION ALL SELECT 'user_version', user_version FROM pragma_user_version"
)
_POSTGRESQL_TABLES = r"""
    SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
"""
# A sequence's value is not among them: no rollback takes back the numbers that it has given out.
_POSTGRESQL_DEFINITIONS = r"""
    WITH n AS (
        SELECT oid, nspname FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
    )
    SELECT 'relation ' || format('%I.%I', n.nspname, c.relname), c.relkind::text
        || coalesce(CASE WHEN c.relkind = 'i' THEN pg_get_indexdef(c.oid)
                         WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END, '')
    FROM pg_class c JOIN n ON n.oid = c.relnamespace
    UNION ALL
    SELECT 'column ' || format('%I.%I.%I', n.nspname, c.relname, a.attname),
        format_type(a.atttypid, a.atttypmod) || a.attnotnull
        || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'constraint ' || format('%I.%I', n.nspname, k.conname), pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN n ON n.oid = k.connamespace
    UNION ALL
    SELECT 'trigger ' || t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure, p.prosrc
    FROM pg_proc p JOIN n ON n.oid = p.pronamespace
"""
_QUERIES = {
    "sqlite": (_SQLITE_DEFINITIONS, _SQLITE_TABLES),
    "postgresql": (_POSTGRESQL_DEFINITIONS, _POSTGRESQL_TABLES),
}


@dataclass(frozen=True)
class Contents:
    """The definitions of a database, and how often each row stands in each of its tables."""

    definitions: Mapping[str, str]
    tables: Mapping[str, Counter[str]]


def read_contents(lent: PoolProxiedConnection, kind: str) -> Contents:
    """Read everything that a database of a kind ("sqlite", "postgresql") holds."""
    if kind not in _QUERIES:
        raise SandboxError(f"All rows of a database of the kind {kind!r} can't be read.")
    definitions, tables = _QUERIES[kind]
    names = [name for (name,) in _rows(lent, tables)]
    return Contents(
        {str(name): str(text) for name, text in _rows(lent, definitions)},
        {name: Counter(map(repr, _rows(lent, f"SELECT * FROM {name}"))) for name in names},  # noqa: S608
    )


def _rows(lent: PoolProxiedConnection, query: str) -> list[Any]:
    cursor: Any = lent.cursor()
    cursor.execute(query)
    rows: list[Any] = cursor.fetchall()
    cursor.close()
    return rows


def residue(before: Contents, after: Contents) -> tuple[str, ...]:
    """Name what two readings of a database differ in, table by table."""
    return (
        *_definitions(before.definitions, after.definitions),
        *(
            sentence
            for name in sorted(before.tables.keys() | after.tables.keys())
            for sentence in _table(name, before.tables.get(name), after.tables.get(name))
        ),
    )


def _definitions(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield f"{name} is new"
        elif name not in after:
            yield f"{name} is gone"
        elif before[name] != after[name]:
            yield f"{name} is defined differently"


def _table(name: str, before: Counter[str] | None, after: Counter[str] | None) -> Iterator[str]:
    old, new = before or Counter(), after or Counter()
    for verb, rows in (("is new", new - old), ("is gone", old - new)):
        shown = sorted(rows.elements())
        yield from (f"table {name}: the row {row} {verb}" for row in shown[:_SHOWN])
        if len(shown) > _SHOWN:
            yield f"table {name}: {len(shown) - _SHOWN} more like it"
