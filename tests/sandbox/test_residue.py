"""What a sandbox would leave behind is found and named."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.sandbox import ResidueError, sandbox
from tests.sandbox.pairs import Pair, Person, on_postgresql, on_several_connections, on_sqlite


def test_sandbox_that_leaves_nothing_passes_the_check(pair: Pair):
    with sandbox(pair.db, check=True):
        pair.add("Carol")


@on_several_connections
def test_rows_that_are_left_are_named_with_their_table(pair: Pair):
    def escape() -> None:
        thread = threading.Thread(target=pair.add, args=["Carol"])
        thread.start()
        thread.join()

    with pytest.raises(ResidueError, match=r"table .*person.*: the row \(3, 'Carol'\) is new"):
        run_checked(pair, escape)


@on_several_connections
def test_rows_and_tables_that_are_gone_are_named(pair: Pair):
    def escape() -> None:
        with pair.engine.pool.connect_outside() as lent:  # type: ignore[attr-defined]
            cursor = lent.cursor()
            cursor.execute("DELETE FROM person WHERE name = 'Ada'")
            cursor.execute("DROP TABLE pet")
            lent.commit()

    with pytest.raises(ResidueError) as found:
        run_checked(pair, escape)

    assert "pet is gone" in str(found.value)
    assert "the row (1, 'Ada') is gone" in str(found.value)


def run_checked(pair: Pair, program) -> None:
    with sandbox(pair.db, check=True, outbound="allow"):
        program()


@on_several_connections
def test_many_rows_are_counted_and_some_shown(pair: Pair, monkeypatch):
    # A sandbox with its one purpose taken out: it commits what it should undo.
    monkeypatch.setattr("gateway.sandbox.held.Held.finish", keep_everything)

    def write() -> None:
        for number in range(9):
            pair.add(f"Person {number}")

    with pytest.raises(ResidueError, match="4 more like it"):
        run_checked(pair, write)


def keep_everything(held) -> None:
    held.pin.end()
    raw = held.pin.connection
    if hasattr(raw, "set_authorizer"):
        raw.set_authorizer(None)
    raw.commit()
    held._lent.close()


@on_sqlite
def test_transaction_that_ended_unseen_is_reported(pair: Pair, monkeypatch):
    monkeypatch.setattr("gateway.sandbox.sqlite._LEAVING", frozenset())
    with pytest.raises(ResidueError, match="may have stayed"):
        commit_for_real(pair)


@on_postgresql
def test_transaction_that_ended_unseen_is_reported_by_the_server(pair: Pair):
    with pytest.raises(ResidueError, match="may have stayed"):
        commit_for_real(pair)
    with pair.engine.begin() as connection:
        connection.execute(sa.delete(Person).where(Person.name == "Carol"))


def commit_for_real(pair: Pair) -> None:
    with sandbox(pair.db) as box:
        pair.add("Carol")
        (held,) = box._held.values()
        pin: Any = held.pin
        pin.connection.commit()
        pin.connection.execute("SELECT 1")


RUN = """
import pytest
from gateway.sandbox import ResidueError

def test_that_finds_residue():
    raise ResidueError("table person: the row (3, 'Carol') is new.")

def test_that_must_not_run():
    pass
"""


def test_run_of_pytest_stops_as_invalid(pytester: pytest.Pytester):
    pytester.makepyfile(RUN)

    done = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    done.assert_outcomes(failed=1)
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.stdout.fnmatch_lines(["*invalid: table person: the row (3, 'Carol') is new.*"])
