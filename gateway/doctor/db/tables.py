"""Tables that are defined more than once in a process, and references that lead nowhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from gateway.doctor.application import Pair
from gateway.doctor.db.extension import full_name, metadatas_of, registered
from gateway.doctor.db.living import Living, named
from gateway.doctor.finding import Check, Finding

COLUMNS_DISAGREE = Check("db.columns-disagree", "error")
LOST_REFERENCE = Check("db.lost-reference", "error")
TABLE_TWICE = Check("db.table-twice", "warning")
CHECKS = (COLUMNS_DISAGREE, LOST_REFERENCE, TABLE_TWICE)


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A table in one MetaData, and who defines it."""

    table: Any
    by: str

    @property
    def columns(self) -> Mapping[str, Any]:
        """The columns by their names in the database."""
        return {column.name: column for column in self.table.columns}


def findings(pair: Pair, living: Living) -> Iterator[Finding]:
    """Find tables with several definitions, and foreign keys to tables that aren't there."""
    defined = _definitions(pair, living)
    pairs = [two for several in defined.values() for two in combinations(several, 2)]
    if lost := [line for several in defined.values() for it in several for line in _lost(it)]:
        yield _lost_reference(lost)
    if differing := [line for first, second in pairs for line in _disagreements(first, second)]:
        yield _columns_disagree(differing)
    if pairs:
        yield _table_twice([_both(first, second) for first, second in pairs])


def _definitions(pair: Pair, living: Living) -> dict[tuple[Any, str], list[Definition]]:
    """Return every table of the pair's process by bind key and name, once for each MetaData."""
    relevant = (*living.orphans, *(registered(application) for application in pair))
    metadatas = {id(m): m for each in living.instances for m in metadatas_of(each)}
    found: dict[tuple[Any, str], list[Definition]] = {}
    models = {id(model.__table__): full_name(model) for model in living.models()}
    metadatas |= {id(m.__table__.metadata): m.__table__.metadata for m in living.models()}
    for metadata in metadatas.values():
        owners = living.owners_of_metadata(metadata)
        if owners and not any(owner is each for owner in owners for each in relevant):
            continue
        for table in metadata.tables.values():
            by = models.get(id(table)) or named(table)
            key = (metadata.info.get("bind_key"), table.fullname)
            found.setdefault(key, []).append(Definition(table, by))
    return found


def _both(first: Definition, second: Definition) -> str:
    """Say who defines a table, and which columns only one of them has and the other can miss."""
    extra = [
        f"; only {one.by} has {name}"
        for one, other in ((first, second), (second, first))
        for name, column in one.columns.items()
        if name not in other.columns and not _is_needed(column)
    ]
    return f"{first.table.fullname}: {first.by} and {second.by}{''.join(extra)}"


def _disagreements(first: Definition, second: Definition) -> Iterator[str]:
    for name in {**first.columns, **second.columns}:
        ours, theirs = first.columns.get(name), second.columns.get(name)
        if ours is None or theirs is None:
            if not _is_needed(ours if theirs is None else theirs):
                continue
        elif _shape(ours) == _shape(theirs) or _is_the_same_but_untyped(ours, theirs):
            continue
        yield (
            f"{first.table.fullname}.{name}: {_told(ours)} in {first.by}, {_told(theirs)} in"
            f" {second.by}"
        )


def _is_needed(column: Any) -> bool:
    """Tell whether a row can't be added by somebody who does not know the column."""
    return not column.nullable and column.server_default is None and not column.identity


def _told(column: Any) -> str:
    return "missing" if column is None else " ".join(filter(None, _shape(column)))


def _shape(column: Any) -> tuple[str, str, str, str]:
    targets = sorted(key.target_fullname for key in column.foreign_keys)
    return (
        _type(column),
        "NULL" if column.nullable else "NOT NULL",
        "PRIMARY KEY" if column.primary_key else "",
        f"REFERENCES {', '.join(targets)}" if targets else "",
    )


def _is_the_same_but_untyped(ours: Any, theirs: Any) -> bool:
    # A column that takes its type from the one it references has none before it is resolved.
    untyped = any(type(column.type).__name__ == "NullType" for column in (ours, theirs))
    return untyped and _shape(ours)[1:] == _shape(theirs)[1:]


def _type(column: Any) -> str:
    try:
        return str(column.type)
    except sys.modules["sqlalchemy"].exc.CompileError:
        return repr(column.type)  # a type of one database only


def _lost(definition: Definition) -> Iterator[str]:
    for key in definition.table.foreign_keys:
        try:
            key.column  # noqa: B018 - looks the table up
        except sys.modules["sqlalchemy"].exc.NoReferenceError:
            yield f"{key.parent} of {definition.by} references {key.target_fullname}"


def _lost_reference(evidence: list[str]) -> Finding:
    return LOST_REFERENCE.finding(
        "Foreign keys reference tables that their MetaData does not have. Joins and relationships"
        " over them fail, and so does create_all(), with NoReferencedTableError.",
        *evidence,
        fix="Define the tables that reference each other on one db, and import all of them"
        " wherever one of them is imported.",
    )


def _columns_disagree(evidence: list[str]) -> Finding:
    return COLUMNS_DISAGREE.finding(
        "Tables are defined twice, and the definitions disagree. What one application writes, the"
        " other can't read or does not accept.",
        *evidence,
        fix="Keep one definition, and re-export it where the other one was. Which one is right,"
        " the database says.",
    )


def _table_twice(evidence: list[str]) -> Finding:
    return TABLE_TWICE.finding(
        "Tables are defined in more than one MetaData. A change of one definition leaves the other"
        " behind, and neither sees the other's relationships and unsaved rows.",
        *evidence,
        fix="Keep one definition, and re-export it where the other one was: 'from shared_models"
        " import User' in the old module is enough.",
    )
