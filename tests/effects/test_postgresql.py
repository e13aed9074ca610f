"""What is particular about PostgreSQL."""

from __future__ import annotations

from contextlib import closing, contextmanager

import pytest
import sqlalchemy as sa

from gateway.effects import Effect
from gateway.effects.postgresql_tables import decoder
from gateway.effects.state import StateRecorder
from tests.effects.worlds import METHODS, empty_state, run

pytestmark = pytest.mark.postgresql

PERSON = "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)"
ROWS = "INSERT INTO person VALUES (1, 'Ada'), (2, 'Bob')"
PARTITIONS = [
    "CREATE TABLE visit (day INTEGER PRIMARY KEY, n INTEGER) PARTITION BY RANGE (day)",
    "CREATE TABLE early PARTITION OF visit FOR VALUES FROM (0) TO (10)",
    "CREATE TABLE late PARTITION OF visit FOR VALUES FROM (10) TO (20)",
    "INSERT INTO visit VALUES (1, 0), (2, 0)",
]


@pytest.fixture
def watched(postgresql_url, method):
    """Make a database of these statements, and watch it."""

    @contextmanager
    def start(*statements):
        with empty_state(postgresql_url) as (engine, state):
            run(engine, *statements)
            with closing(StateRecorder(state, METHODS[method])) as recorder:
                yield engine, recorder

    return start


def kinds(recorder):
    """Table, key and kind of each effect."""
    return {(effect.table, effect.key, effect.kind) for effect in recorder.effects()}


def test_truncate_is_seen_row_by_row(watched):
    pet = "CREATE TABLE pet (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES person)"
    with watched(PERSON, ROWS, pet, "INSERT INTO pet VALUES (1, 1)") as (engine, recorder):
        run(engine, "TRUNCATE person CASCADE", "INSERT INTO person VALUES (2, 'Bob')")
        assert kinds(recorder) == {("person", (1,), "deleted"), ("pet", (1,), "deleted")}


def test_copy_is_seen(watched):
    with watched(PERSON) as (engine, recorder):
        with closing(engine.raw_connection()) as pooled:
            with pooled.cursor().copy("COPY person FROM STDIN") as copy:
                copy.write_row((7, "Eve"))
            pooled.commit()
        assert kinds(recorder) == {("person", (7,), "inserted")}


def test_values_are_numbers_bytes_and_text(watched):
    columns = (
        "id INTEGER PRIMARY KEY, i INT8, n NUMERIC, f FLOAT8, b BOOLEAN, y BYTEA, t TEXT,"
        " u UUID, j JSONB, a INT[], d TIMESTAMPTZ"
    )
    values = (
        r"""1, -5, 1.50, 0.1, TRUE, '\x00ff', 'a "b"\,(c)','"""
        """00000000-0000-0000-0000-000000000001', '{"x": 1.10}', '{1,NULL}', 'infinity'"""
    )
    with watched(f"CREATE TABLE t ({columns})") as (engine, recorder):
        run(engine, "SET timezone = 'Asia/Tokyo'", f"INSERT INTO t VALUES ({values})")
        ((effect),) = recorder.effects()
    assert [(name, str(value)) for name, value in effect.values.items()] == [
        ("id", "1"),
        ("i", "-5"),
        ("n", "1.50"),
        ("f", "0.1"),
        ("b", "True"),
        ("y", r"b'\x00\xff'"),
        ("t", r'a "b"\,(c)'),
        ("u", "00000000-0000-0000-0000-000000000001"),
        ("j", '{"x": 1.10}'),
        ("a", "{1,NULL}"),
        ("d", "infinity"),
    ]


def test_what_is_not_a_number_is_equal_to_itself(watched):
    table = "CREATE TABLE t (f FLOAT8 PRIMARY KEY, n NUMERIC, more FLOAT8)"
    with watched(table, "INSERT INTO t VALUES ('NaN', 'NaN', 'NaN')") as (engine, recorder):
        run(engine, "UPDATE t SET n = n")
        assert recorder.effects() == ()
        run(engine, "UPDATE t SET n = 1")
        assert recorder.effects() == (Effect("t", ("NaN",), "changed", {"n": 1}),)


def test_settings_of_the_session_do_not_matter(watched):
    table = "CREATE TABLE t (id INTEGER PRIMARY KEY, d DATE, f FLOAT8, i INTERVAL, b BYTEA)"
    row = r"INSERT INTO t VALUES (1, '2026-03-02', 0.1::float4, '1 day', '\x61')"
    odd = ["datestyle = 'German'", "extra_float_digits = -15", "bytea_output = 'escape'",
           "intervalstyle = 'iso_8601'"]  # fmt: skip
    with watched(table, row) as (engine, recorder):
        run(engine, *(f"SET LOCAL {setting}" for setting in odd), "UPDATE t SET id = 2")
        run(engine, "UPDATE t SET id = 1")
        assert kinds(recorder) == set()


def test_tables_of_other_schemas_are_seen(watched):
    with watched("CREATE SCHEMA hr", "CREATE TABLE hr.person (id INT PRIMARY KEY)", PERSON) as (
        engine,
        recorder,
    ):
        run(engine, "INSERT INTO hr.person VALUES (1)", ROWS)
        assert {table for table, _, _ in kinds(recorder)} == {"hr.person", "person"}


def test_role_of_replication_switches_nothing_off(watched):
    with watched(PERSON) as (engine, recorder):
        run(engine, "SET session_replication_role = replica", ROWS)
        assert len(recorder.effects()) == 2


def test_role_without_rights_on_our_log_can_write(watched):
    with watched(PERSON, "CREATE ROLE clerk", "GRANT ALL ON person TO clerk") as (
        engine,
        recorder,
    ):
        run(engine, "SET LOCAL ROLE clerk", ROWS)
        assert len(recorder.effects()) == 2
        run(engine, "DROP OWNED BY clerk", "DROP ROLE clerk")


def test_rows_of_partitions_are_rows_of_the_table(watched):
    with watched(*PARTITIONS) as (engine, recorder):
        run(
            engine,
            "INSERT INTO late VALUES (12, 0)",
            "UPDATE visit SET day = 11 WHERE day = 1",
            "UPDATE early SET n = 5",
        )
        assert kinds(recorder) == {
            ("visit", (1,), "deleted"),
            ("visit", (2,), "changed"),
            ("visit", (11,), "inserted"),
            ("visit", (12,), "inserted"),
        }
        run(engine, "TRUNCATE visit")
        assert {kind for _, _, kind in kinds(recorder)} == {"deleted"}


def test_partition_with_its_columns_in_another_order(watched):
    other = "CREATE TABLE other (n INTEGER, day INTEGER NOT NULL)"
    attach = "ALTER TABLE visit ATTACH PARTITION other FOR VALUES FROM (20) TO (30)"
    with watched(*PARTITIONS, other, attach) as (engine, recorder):
        run(engine, "INSERT INTO other VALUES (5, 21)", "UPDATE visit SET n = 6 WHERE day = 21")
        assert kinds(recorder) == {("visit", (21,), "inserted")}


def test_rows_of_a_child_are_not_its_parents(watched):
    child = "CREATE TABLE child (more TEXT) INHERITS (person)"
    with watched(PERSON, child, "INSERT INTO child VALUES (1, 'Ada', 'x')") as (engine, recorder):
        run(engine, "UPDATE person SET name = 'Eve'")
        assert {table for table, _, _ in kinds(recorder)} == {"child"}


@pytest.mark.parametrize("method", ["triggers"])
def test_triggers_that_were_off_for_a_while_are_told(watched):
    with watched(PERSON, ROWS) as (engine, recorder):
        run(
            engine,
            "ALTER TABLE person DISABLE TRIGGER USER",
            "DELETE FROM person",
            "ALTER TABLE person ENABLE TRIGGER USER",
        )
        assert kinds(recorder) == {("person", (), "altered")}
        run(engine, "INSERT INTO person VALUES (5, 'x')")
        assert kinds(recorder) == {("person", (5,), "inserted")}


def test_last_value_is_that_of_the_applications_own_sequence(watched):
    table = "CREATE TABLE t (id SERIAL PRIMARY KEY)"
    with watched(table) as (engine, _), engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO t DEFAULT VALUES")
        assert connection.exec_driver_sql("SELECT lastval()").scalar() == 1


@pytest.mark.parametrize("method", ["triggers"])
def test_reflection_shows_nothing_of_ours(watched):
    with watched(PERSON) as (engine, _):
        inspector = sa.inspect(engine)
        assert inspector.get_table_names() == ["person"]
        assert inspector.get_indexes("person") == []
        assert sa.MetaData().reflect(engine) is None


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("(1,)", (1, None)),
        ('(,"")', (None, "")),
        ('(2,"a ""b"" \\\\ (c), ü")', (2, 'a "b" \\ (c), ü')),
    ],
)
def test_text_of_a_row_is_taken_apart(text, row):
    assert decoder(("int4", "text"))(text) == row
