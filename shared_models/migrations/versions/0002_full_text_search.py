"""Full-text search of message bodies and conversation titles.

SQLite: an FTS5 table for each, without a copy of the text; triggers keep it. They go with a table
that a later migration copies and drops (Alembic's batch mode): that has to make them anew.

PostgreSQL: `search_words(text)` and an index of what it gives for each row. A generated column
would be one more column to every reader of the rows, and hold nothing new.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SEARCHED = {"message": "body", "conversation": "title"}

# Every statement of one table's FTS5 index; `content` makes it read the text from the table itself.
SQLITE_UP = (
    """
    CREATE VIRTUAL TABLE {table}_search USING fts5(
        {column}, content='{table}', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER {table}_search_insert AFTER INSERT ON {table} BEGIN
        INSERT INTO {table}_search (rowid, {column}) VALUES (new.id, new.{column});
    END
    """,
    # What is taken out has to be what was put in, so the old text is told.
    """
    CREATE TRIGGER {table}_search_delete AFTER DELETE ON {table} BEGIN
        INSERT INTO {table}_search ({table}_search, rowid, {column})
        VALUES ('delete', old.id, old.{column});
    END
    """,
    """
    CREATE TRIGGER {table}_search_update AFTER UPDATE OF id, {column} ON {table} BEGIN
        INSERT INTO {table}_search ({table}_search, rowid, {column})
        VALUES ('delete', old.id, old.{column});
        INSERT INTO {table}_search (rowid, {column}) VALUES (new.id, new.{column});
    END
    """,
    "INSERT INTO {table}_search ({table}_search) VALUES ('rebuild')",
)
SQLITE_DOWN = (
    "DROP TRIGGER {table}_search_update",
    "DROP TRIGGER {table}_search_delete",
    "DROP TRIGGER {table}_search_insert",
    "DROP TABLE {table}_search",
)

# Without accents, and with spaces for ASCII's signs: the parser of PostgreSQL would keep addresses,
# paths and signed numbers whole, and pass over what looks like a tag. A tsvector holds up to a
# megabyte, and a longer text must not fail to be stored.
POSTGRESQL_UP = (
    r"""
    CREATE FUNCTION search_words(text text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_tsvector(
        'pg_catalog.simple'::regconfig,
        regexp_replace(
            regexp_replace(normalize(lower(left(text, 100000)), NFKD), '[\u0300-\u036F]', '', 'g'),
            '[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u007F]+', ' ', 'g'
        )
    )
    """,
    # It works with UTF-8 only, and should say so now rather than at the first message.
    "SELECT search_words('')",
    *(
        f"CREATE INDEX ix_{table}_search ON {table} USING gin (search_words({column}))"
        for table, column in SEARCHED.items()
    ),
)
POSTGRESQL_DOWN = (
    *(f"DROP INDEX ix_{table}_search" for table in SEARCHED),
    "DROP FUNCTION search_words",
)


def upgrade() -> None:
    _run(SQLITE_UP, POSTGRESQL_UP)


def downgrade() -> None:
    _run(SQLITE_DOWN, POSTGRESQL_DOWN)


def _run(on_sqlite: Sequence[str], on_postgresql: Sequence[str]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        statements = [*on_postgresql]
    else:
        statements = [
            statement.format(table=table, column=column)
            for table, column in SEARCHED.items()
            for statement in on_sqlite
        ]
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)
