"""The tables of a PostgreSQL database, and its text form of a row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gateway.effects.net import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.effects.net import Row

OWN_SCHEMA = "gateway_effects"

# A change of a column or of our triggers is a new row of the catalogue, so it has another xmin.
RELATIONS = f"""
SELECT c.oid::bigint, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
    CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname || '.' END || c.relname,
    CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid::bigint END,
    c.relkind = 'f' OR EXISTS (
        SELECT FROM pg_inherits AS i WHERE c.oid IN (i.inhrelid, i.inhparent)
        AND NOT EXISTS (SELECT FROM pg_class AS p WHERE p.oid = i.inhrelid AND p.relispartition)
    ),
    a.names, a.types, a.definition,
    ARRAY(
        SELECT ka.attname::text
        FROM pg_index AS i, unnest(i.indkey) WITH ORDINALITY AS k (number, at)
        JOIN pg_attribute AS ka ON ka.attnum = k.number
        WHERE i.indrelid = c.oid AND i.indisprimary AND ka.attrelid = c.oid ORDER BY k.at
    ),
    a.version || coalesce((
        SELECT string_agg(t.oid || ':' || t.xmin, ',' ORDER BY t.oid) FROM pg_trigger AS t
        WHERE t.tgrelid = c.oid AND t.tgname LIKE '{OWN_SCHEMA}%'
    ), '')
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN LATERAL (
    SELECT array_agg(attname::text ORDER BY attnum) AS names,
        array_agg(coalesce(b.typname, t.typname)::text ORDER BY attnum) AS types,
        string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
            AS definition,
        string_agg(attnum || ':' || a.xmin, ',' ORDER BY attnum) AS version
    FROM pg_attribute AS a
    JOIN pg_type AS t ON t.oid = a.atttypid
    LEFT JOIN pg_type AS b ON b.oid = t.typbasetype
    WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped
) AS a ON a.names IS NOT NULL
WHERE (c.relkind IN ('r', 'p') OR c.relkind = 'f' AND c.relispartition) AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('information_schema', '{OWN_SCHEMA}') AND n.nspname NOT LIKE 'pg\\_%'
ORDER BY c.oid
"""  # noqa: S608  # a constant


@dataclass(frozen=True)
class Relation:
    """A table, or a partition of one."""

    oid: int
    sql: str
    name: str
    root: int | None
    shares: bool
    columns: tuple[str, ...]
    types: tuple[str, ...]
    definition: str
    key: tuple[str, ...]
    version: str


@dataclass(frozen=True)
class PostgresqlTable(Table):
    """A table with its partitions; one that shares rows with others can't be watched."""

    relations: tuple[Relation, ...] = ()

    @property
    def own(self) -> Relation:
        """The table itself."""
        return self.relations[0]

    @property
    def can_be_watched(self) -> bool:
        """Whether a row has one table only, and one form."""
        return all(r.columns == self.columns and not r.shares for r in self.relations)

    @property
    def rows(self) -> str:
        """What to put after FROM for all rows and no others."""
        return self.own.sql if len(self.relations) > 1 else f"ONLY {self.own.sql}"


def tables_of(found: Sequence[Sequence[Any]]) -> dict[str, PostgresqlTable]:
    """Put tables together from the rows of `RELATIONS`."""
    relations = [_relation(row) for row in found]
    members: dict[int, list[Relation]] = {r.oid: [r] for r in relations if r.root is None}
    for relation in relations:
        if relation.root is not None:
            members[relation.root].append(relation)
    return {group[0].name: _table(tuple(group)) for group in members.values()}


def _relation(row: Sequence[Any]) -> Relation:
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in row]
    return Relation(*values)


def _table(relations: tuple[Relation, ...]) -> PostgresqlTable:
    own = relations[0]
    version = frozenset((r.oid, r.version) for r in relations)
    decode = decoder(own.types)
    return PostgresqlTable(
        own.name, own.columns, own.key, version, own.definition, decode, relations
    )


# In the text form of a row a value that is empty or has one of ( ) , " \ or white space stands
# in quotes, in which quotes and backslashes are doubled; nothing at all is NULL.
_VALUE = re.compile(r'[(,](?:"((?:[^"]|"")*)"|([^,)"]*))')


def decoder(types: Sequence[str]) -> Callable[[str], Row]:
    """Give what turns a row's text into values: numbers, booleans and bytes; the rest is text."""
    makers = [_MAKERS.get(name, str) for name in types]

    def decode(image: str) -> Row:
        found = (_unquoted(*match.groups()) for match in _VALUE.finditer(image))
        pairs = zip(found, makers, strict=True)
        return tuple(None if text is None else make(text) for text, make in pairs)

    return decode


def _unquoted(quoted: str | None, plain: str) -> str | None:
    if quoted is None:
        return plain or None
    return quoted.replace('""', '"').replace("\\\\", "\\")


def _number(make: Callable[[str], Any]) -> Callable[[str], Any]:
    # NaN is not equal to itself in Python, but stays as it is in a row.
    return lambda text: text if text in {"NaN", "Infinity", "-Infinity"} else make(text)


_MAKERS: dict[str, Callable[[str], Any]] = {
    "bool": lambda text: text == "t",
    **dict.fromkeys(("int2", "int4", "int8", "oid"), int),
    **dict.fromkeys(("float4", "float8"), _number(float)),
    "numeric": _number(Decimal),
    "bytea": lambda text: bytes.fromhex(text.removeprefix("\\x")),
}
