"""Random small schemas, and random programs on them, in the SQL of SQLite or PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

SQLITE, POSTGRESQL = "sqlite", "postgresql"

# What a value may look like in each type: empty, quoted, equal but not the same, out of range.
TEXTS = ["'a'", "'b'", "'A'", "''", "'a,b'", "'\"(x)\\'", "' '", "'ü\n'", "NULL"]
VALUES = {
    SQLITE: {
        "INTEGER": ["0", "1", "2", "-1", "9223372036854775807", "NULL"],
        "TEXT": [*TEXTS, "CAST(x'ff' AS TEXT)"],
        "REAL": ["0.5", "1", "-0.0", "9e999", "1e-300", "NULL"],
        "NUMERIC": ["1", "1.50", "'1e3'", "NULL"],
        "BLOB": ["x''", "x'00ff'", "x'61'", "'a'", "1", "1.0", "NULL"],
        "TIMESTAMP": ["'2026-03-02 09:30:00'", "'2026-03-02 09:30:00.000001'", "0", "NULL"],
    },
    POSTGRESQL: {
        "INTEGER": ["0", "1", "2", "-1", "2147483647", "NULL"],
        "TEXT": TEXTS,
        "DOUBLE PRECISION": ["0.5", "1", "-0.0", "'NaN'", "'-Infinity'", "0.1", "NULL"],
        "NUMERIC": ["1", "1.50", "1.5", "'NaN'", "12345678901234567890.000000001", "NULL"],
        "BYTEA": [r"'\x'", r"'\x00ff'", "NULL"],
        "BOOLEAN": ["TRUE", "FALSE", "NULL"],
        "TIMESTAMPTZ": ["'2026-03-02 09:30:00+01'", "'infinity'", "'0044-03-15 BC'", "NULL"],
        "JSONB": ["""'{"b": 1.10, "a": [null, "\\"x"]}'""", "'[]'", "'null'", "NULL"],
        "TEXT[]": ["'{}'", """'{a,"b c",NULL}'""", "NULL"],
        "INTERVAL": ["'1 month -1 day'", "'25:00'", "NULL"],
        "INT4RANGE": ["'[1,3)'", "'empty'", "NULL"],
    },
}
KEY_VALUES = {"INTEGER": ["1", "2", "3", "4"], "TEXT": ["'a'", "'A'", "'b'", "''"]}
KEYS: list[list[str]] = [["INTEGER"], ["TEXT"], ["INTEGER", "TEXT"], []]
ACTIONS = ["CASCADE", "SET NULL", "NO ACTION"]
VERBS = {
    SQLITE: {
        "INSERT": ["INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL"],
        "UPDATE": ["UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE", "UPDATE OR ROLLBACK"],
    },
    POSTGRESQL: {"INSERT": ["INSERT"], "UPDATE": ["UPDATE"]},
}
EVENTS = ["INSERT", "UPDATE", "DELETE"]
CONTROL = ["COMMIT", "ROLLBACK", "SAVEPOINT s", "ROLLBACK TO s", "RELEASE s"]


@dataclass(frozen=True)
class Column:
    """A column with the values that it may get."""

    name: str
    kind: str
    values: list[str]
    after: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.kind} {self.after}"


@dataclass(frozen=True)
class RandomTable:
    """A table; its generated columns are not among the columns."""

    name: str
    key: list[Column]
    columns: list[Column]
    more: list[str]
    ending: str

    def __str__(self) -> str:
        primary = [f"PRIMARY KEY ({', '.join(c.name for c in self.key)})"] if self.key else []
        lines = [*map(str, self.columns), *self.more, *primary]
        return f"CREATE TABLE {self.name} ({', '.join(lines)}) {self.ending}"

    @property
    def names(self) -> str:
        """The columns, as in an INSERT."""
        return ", ".join(column.name for column in self.columns)


@st.composite
def random_tables(
    draw: st.DrawFn, dialect: str, number: int, earlier: list[RandomTable]
) -> RandomTable:
    """Draw a table, which may refer to an earlier one."""
    collation = draw(st.sampled_from(["", "COLLATE NOCASE"])) * (dialect == SQLITE)
    key = [
        Column(f"k{at}", kind, KEY_VALUES[kind], collation if kind == "TEXT" else "")
        for at, kind in enumerate(draw(st.sampled_from(KEYS)))
    ]
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES[dialect])), min_size=1, max_size=3))
    others = [Column(f"c{at}", kind, VALUES[dialect][kind]) for at, kind in enumerate(kinds)]
    parents = [table for table in earlier if len(table.key) == 1]
    if draw(st.booleans()) and parents:
        others.append(draw(references(draw(st.sampled_from(parents)))))
    more = ["UNIQUE (c0)"] if draw(st.booleans()) else []
    if kinds[0] == "INTEGER" and draw(st.booleans()):
        more.insert(0, "g INTEGER GENERATED ALWAYS AS (c0 % 2) STORED")
    ending = "WITHOUT ROWID" if dialect == SQLITE and key and draw(st.booleans()) else ""
    return RandomTable(f"t{number}", key, [*key, *others], more, ending)


@st.composite
def references(draw: st.DrawFn, parent: RandomTable) -> Column:
    """Draw a column that refers to another table's key."""
    (key,) = parent.key
    delete, update = draw(st.sampled_from(ACTIONS)), draw(st.sampled_from(ACTIONS))
    after = f"REFERENCES {parent.name} ({key.name}) ON DELETE {delete} ON UPDATE {update}"
    return Column("parent", key.kind, [*key.values, "NULL"], after)


@st.composite
def inserts(draw: st.DrawFn, dialect: str, table: RandomTable) -> str:
    """Insert a few rows, with all that can be done about a conflict."""
    row = st.tuples(*(st.sampled_from(column.values) for column in table.columns))
    rows = [f"({', '.join(row)})" for row in draw(st.lists(row, min_size=1, max_size=3))]
    verb = draw(st.sampled_from(VERBS[dialect]["INSERT"]))
    text = f"{verb} INTO {table.name} ({table.names}) VALUES {', '.join(rows)}"
    if verb == "INSERT" and table.key and draw(st.booleans()):
        column = draw(st.sampled_from(table.columns))
        does = ["NOTHING", f"UPDATE SET {column.name} = {draw(st.sampled_from(column.values))}"]
        keys = ", ".join(key.name for key in table.key)
        text += f" ON CONFLICT ({keys}) DO {draw(st.sampled_from(does))}"
    return text


@st.composite
def copies(draw: st.DrawFn, dialect: str, table: RandomTable) -> str:
    """Insert in bulk what is there, under other keys."""
    verb = draw(st.sampled_from(VERBS[dialect]["INSERT"]))
    values = [
        f"{column.name} + 2" if column in table.key and column.kind == "INTEGER" else column.name
        for column in table.columns
    ]
    return f"{verb} INTO {table.name} ({table.names}) SELECT {', '.join(values)} FROM {table.name}"


@st.composite
def updates(draw: st.DrawFn, dialect: str, table: RandomTable) -> str:
    """Update some rows, perhaps their keys, perhaps to what they are."""
    column = draw(st.sampled_from(table.columns))
    verb = draw(st.sampled_from(VERBS[dialect]["UPDATE"]))
    more = [f"{column.name} + 1"] if column.kind == "INTEGER" else []
    value = draw(st.sampled_from([*column.values, column.name, *more]))
    return f"{verb} {table.name} SET {column.name} = {value}{draw(conditions(table))}"


@st.composite
def deletes(draw: st.DrawFn, dialect: str, table: RandomTable) -> str:
    """Delete some rows or all."""
    if dialect == POSTGRESQL and draw(st.integers(0, 3)) == 0:
        return f"TRUNCATE {table.name} CASCADE"
    return f"DELETE FROM {table.name}{draw(conditions(table))}"


@st.composite
def conditions(draw: st.DrawFn, table: RandomTable) -> str:
    """Draw which rows."""
    column = draw(st.sampled_from(table.columns))
    value = draw(st.sampled_from(column.values))
    found = f" WHERE {column.name} = CAST({value} AS {column.kind})"
    return draw(st.sampled_from(["", found]))


@st.composite
def statements(draw: st.DrawFn, dialect: str, schema: list[RandomTable]) -> str:
    """Draw one statement that writes."""
    kind = draw(st.sampled_from([inserts, inserts, copies, updates, deletes]))
    table = draw(st.sampled_from(schema))
    text = draw(kind(dialect, table))
    returning = draw(st.booleans()) and not text.startswith("TRUNCATE")
    return f"{text} RETURNING {table.names}" if returning else text


@st.composite
def own_triggers(draw: st.DrawFn, schema: list[RandomTable]) -> str:
    """Draw a trigger that the application has of its own: it writes somewhere, or refuses.

    What a trigger writes BEFORE an event may be undefined, says SQLite's manual.
    """
    event, table = draw(st.sampled_from(EVENTS)), draw(st.sampled_from(schema))
    if draw(st.booleans()):
        kind = draw(st.sampled_from([inserts, copies, updates, deletes]))
        body = draw(kind(SQLITE, draw(st.sampled_from(schema))))
        return f"CREATE TRIGGER own AFTER {event} ON {table.name} BEGIN {body}; END"
    row = "OLD" if event == "DELETE" else "NEW"
    refusal = draw(st.sampled_from(["IGNORE", "ABORT, 'no'", "FAIL, 'no'"]))
    body = f"SELECT RAISE({refusal}) WHERE {row}.c0 IS NULL"
    return f"CREATE TRIGGER own BEFORE {event} ON {table.name} BEGIN {body}; END"


@st.composite
def programs(draw: st.DrawFn, dialect: str) -> tuple[list[str], list[list[str]]]:
    """Draw the statements that make a schema with some rows, and those of a few requests."""
    schema: list[RandomTable] = []
    for number in range(draw(st.integers(1, 3))):
        schema.append(draw(random_tables(dialect, number, schema)))
    rows = [draw(inserts(dialect, table)) for table in schema for _ in range(2)]
    if dialect == SQLITE and draw(st.booleans()):
        rows.append(draw(own_triggers(schema)))
    writes = statements(dialect, schema)
    step = st.one_of(writes, writes, st.sampled_from(CONTROL))
    request = st.lists(step, min_size=1, max_size=8)
    requests = draw(st.lists(request, min_size=1, max_size=3))
    return [*map(str, schema), *rows], requests
