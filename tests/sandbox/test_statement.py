"""What SQL text means for transactions, whatever it is written like."""

from __future__ import annotations

import pytest

from gateway.sandbox.statement import Act, read_postgresql, read_sqlite


@pytest.mark.parametrize(
    ("sql", "act", "name"),
    [
        ("", Act.READ, ""),
        ("-- nothing", Act.READ, ""),
        ("SELECT 'COMMIT'", Act.READ, ""),
        ("BEGIN EXCLUSIVE", Act.BEGIN, ""),
        ('SAVEPOINT "My ""point"', Act.SAVEPOINT, 'My "point'),
        ("release savepoint MyPoint", Act.RELEASE, "mypoint"),
        ("ROLLBACK TRANSACTION TO SAVEPOINT a", Act.ROLLBACK_TO, "a"),
        ("ROLLBACK -- TO a", Act.REFUSED, ""),
        ("/* a; */ end transaction", Act.REFUSED, ""),
        ("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END", Act.WRITE, ""),
        ("PRAGMA main.Table_Info('x')", Act.PRAGMA, "table_info"),
    ],
)
def test_statement_of_sqlite(sql: str, act: Act, name: str):
    statement = read_sqlite(sql)

    assert (statement.act, statement.name) == (act, name)


@pytest.mark.parametrize(
    ("sql", "is_dml"),
    [
        ("insert into t values (1)", True),
        (" /* x */ REPLACE INTO t VALUES (1)", True),
        # The driver does not see through WITH either, and begins no transaction.
        ("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", False),
        ("CREATE TABLE t (a)", False),
    ],
)
def test_data_is_changed_where_pythons_driver_thinks_so(sql: str, is_dml: bool):
    assert read_sqlite(sql).is_dml is is_dml


@pytest.mark.parametrize(
    ("sql", "acts"),
    [
        ("SELECT ';', \"a;b\" -- ; COMMIT", [Act.READ]),
        ("/* /* COMMIT; */ ; */ SELECT 1", [Act.READ]),
        (r"SELECT E'\'; COMMIT; SELECT '", [Act.READ]),
        ("SELECT $x$; COMMIT; $x$; COMMIT", [Act.READ, Act.REFUSED]),
        ("SELECT a$1, $1; COMMIT", [Act.READ, Act.REFUSED]),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END; COMMIT",
         [Act.WRITE, Act.REFUSED]),
        ("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", [Act.WRITE]),
        ("SELECT * INTO t FROM u", [Act.WRITE]),
        ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", [Act.IGNORED]),
        ("SET TRANSACTION READ ONLY", [Act.READ_ONLY]),
        ('SELECT "dblink"(\'x\')', [Act.REFUSED]),
        ("SELECT dblinks FROM t", [Act.READ]),
        ("COPY t FROM STDIN", [Act.WRITE]),
        ("ROLLBACK PREPARED 'x'", [Act.REFUSED]),
    ],
)  # fmt: skip
def test_statements_of_postgresql(sql: str, acts: list[Act]):
    assert [statement.act for statement in read_postgresql(sql)] == acts


def test_lock_that_outlives_the_transaction_is_seen():
    assert read_postgresql("SELECT pg_advisory_lock(1)")[0].takes_lock
    assert not read_postgresql("SELECT pg_advisory_xact_lock(1)")[0].takes_lock
