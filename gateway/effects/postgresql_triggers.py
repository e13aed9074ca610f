"""Which rows were touched on PostgreSQL: triggers log each row that goes and each that comes.

The triggers run once a statement, whatever it is: a bulk statement, COPY, a cascade. What they log
is part of the transaction, so rolled-back work is not in it. An image that comes and goes again
cancels out, in any order, so what is left is the first image of each row and the last.

The log needs no sequence, which would change `lastval()`, and no unique index, on which two
connections could wait for each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.effects.postgresql_tables import OWN_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from gateway.effects.postgresql_tables import PostgresqlTable

# The application's session may have settings of its own, so the function brings those on which
# the text of a value depends. It may also have given up its rights, hence the owner's.
SETTINGS = {
    "bytea_output": "hex",
    "datestyle": "ISO",
    "extra_float_digits": "1",
    "intervalstyle": "postgres",
    "timezone": "UTC",
}
_SETTINGS = " ".join(f"SET {name} = '{value}'" for name, value in SETTINGS.items())
_INSTALL = f"""
DROP SCHEMA IF EXISTS {OWN_SCHEMA} CASCADE;
CREATE SCHEMA {OWN_SCHEMA};
CREATE UNLOGGED TABLE {OWN_SCHEMA}.log (relation oid, sign smallint, image text);
CREATE FUNCTION {OWN_SCHEMA}.log() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog {_SETTINGS} AS $$
BEGIN
    IF TG_OP IN ('DELETE', 'UPDATE') THEN
        INSERT INTO {OWN_SCHEMA}.log SELECT TG_ARGV[0]::oid, -1, (gone.*)::text FROM gone;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        INSERT INTO {OWN_SCHEMA}.log SELECT TG_ARGV[0]::oid, 1, (came.*)::text FROM came;
    END IF;
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format(
            'INSERT INTO {OWN_SCHEMA}.log SELECT $1, -1, (gone.*)::text FROM ONLY %s AS gone',
            TG_RELID::regclass
        ) USING TG_ARGV[0]::oid;
    END IF;
    RETURN NULL;
END $$;
"""  # noqa: S608  # constants
_TRIGGERS = {
    "insert": "AFTER INSERT ON {on} REFERENCING NEW TABLE AS came",
    "update": "AFTER UPDATE ON {on} REFERENCING OLD TABLE AS gone NEW TABLE AS came",
    "delete": "AFTER DELETE ON {on} REFERENCING OLD TABLE AS gone",
    "truncate": "BEFORE TRUNCATE ON {on}",
}
# In the order in which they came.
LOGGED = f"""
SELECT relation::bigint, image, sum(sign)::bigint FROM {OWN_SCHEMA}.log
GROUP BY relation, image HAVING sum(sign) <> 0 ORDER BY (array_agg(ctid ORDER BY ctid))[1]
"""  # noqa: S608  # constants


def install(tables: Collection[PostgresqlTable]) -> str:
    """Give the statements that put triggers on tables, and leave none on others."""
    return "\n".join([_INSTALL, *_definitions(tables)])


def _definitions(tables: Collection[PostgresqlTable]) -> Iterator[str]:
    for table in tables:
        for relation in table.relations:
            for name, definition in _TRIGGERS.items():
                yield (
                    f"CREATE TRIGGER {OWN_SCHEMA}_{name} {definition.format(on=relation.sql)}"
                    f" FOR EACH STATEMENT EXECUTE FUNCTION {OWN_SCHEMA}.log('{table.own.oid}');"
                    # Whatever the session's replication role is.
                    f" ALTER TABLE {relation.sql} ENABLE ALWAYS TRIGGER {OWN_SCHEMA}_{name};"
                )
