"""A state takes the place of the database, and leaves it alone."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.sandbox import CloneError, Database, SharedSQLAlchemy
from tests.sandbox.pairs import Base, Pair, Person, Pet, make_app


def test_what_is_written_in_a_state_stays_there(pair: Pair):
    with pair.database.copy() as state:
        with state.scope():
            pair.add("Carol")
            pair.add("Dora", app=pair.new)
            inside = pair.names(pair.new)

        assert inside == ["Ada", "Bob", "Carol", "Dora"]
        assert pair.names() == ["Ada", "Bob"]


def test_two_copies_of_a_state_are_apart(pair: Pair):
    with pair.database.copy() as state, state.copy() as one, state.copy() as two:
        with one.scope():
            pair.add("Carol")
        with two.scope():
            pair.add("Dora")
            assert pair.names() == ["Ada", "Bob", "Dora"]
        with one.scope():
            assert pair.names() == ["Ada", "Bob", "Carol"]


def test_prepared_state_hands_its_rows_to_its_copies(pair: Pair):
    with pair.database.empty() as state:
        with state.scope():
            Base.metadata.create_all(pair.engine)
            pair.add("Zoe")
        with state.copy() as copied, copied.scope():
            assert pair.names() == ["Zoe"]


def test_session_engine_and_raw_connections_all_follow_the_scope(pair: Pair):
    engine = pair.engine
    with pair.database.copy() as state, state.scope():
        with engine.begin() as connection:
            connection.execute(sa.insert(Person).values(name="core"))
        raw = engine.raw_connection()
        raw.cursor().execute("INSERT INTO person (name) VALUES ('raw')")
        raw.commit()
        raw.close()
        assert pair.names() == ["Ada", "Bob", "core", "raw"]
    assert pair.names() == ["Ada", "Bob"]


def test_scope_survives_the_disposal_of_the_engine(pair: Pair):
    with pair.database.copy() as state, state.scope():
        pair.engine.dispose()
        pair.add("Carol")
    assert pair.names() == ["Ada", "Bob"]


def test_two_connections_open_at_once_are_two_transactions(pair: Pair):
    if pair.kind == "memory":
        pytest.skip("A memory database has one connection for everybody, and so has its copy.")
    with pair.database.copy() as state, state.scope(), pair.old.app_context():
        pair.db.session.scalars(sa.select(Person)).all()
        with pair.new.app_context():
            pair.db.session.add(Person(name="inner"))
            pair.db.session.commit()
        pair.db.session.rollback()
        assert pair.names() == ["Ada", "Bob", "inner"]


def test_uncommitted_rows_of_another_connection_are_not_seen(pair: Pair):
    if pair.kind in {"memory", "file"}:
        pytest.skip("Only WAL and PostgreSQL let readers by while another writes.")
    with pair.database.copy() as state, state.scope(), pair.engine.connect() as writer:
        writer.execute(sa.insert(Person).values(name="unseen"))
        assert pair.names() == ["Ada", "Bob"]


def test_connect_time_set_up_runs_on_copies(pair: Pair):
    with pair.database.copy() as state, state.scope(), pair.old.app_context():
        pair.db.session.add(Pet(owner_id=1))
        pair.db.session.commit()
        pair.db.session.execute(sa.delete(Person).where(Person.id == 1))
        pair.db.session.commit()
        assert pair.db.session.scalars(sa.select(Pet)).all() == []


class OwnConnection(sqlite3.Connection):
    """What an application may ask for in `connect_args`."""


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///{}/x.db"])
def test_connect_args_are_those_of_the_application(url: str, tmp_path: Path):
    db = SharedSQLAlchemy()
    options = {"connect_args": {"factory": OwnConnection}}
    app = make_app(db, "app", url.format(tmp_path), SQLALCHEMY_ENGINE_OPTIONS=options)
    engine = db.engines_of(app)[None]

    with Database((engine,)).empty() as state, state.scope(), engine.connect() as connection:
        assert isinstance(connection.connection.dbapi_connection, OwnConnection)


def test_journal_mode_is_kept(pair: Pair):
    expected = {"memory": "memory", "file": "delete", "wal": "wal"}
    if pair.kind not in expected:
        pytest.skip("Journal modes are SQLite's.")
    with pair.database.copy() as state, state.scope(), pair.engine.connect() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    assert mode == expected[pair.kind]


def test_closed_state_leaves_nothing_behind(pair: Pair):
    state = pair.database.copy()
    url = state.clones[0].url
    with state.scope():
        pair.add("Carol")

    state.close()

    if pair.kind == "postgresql":
        with pair.engine.connect() as connection:
            databases = connection.execute(sa.text("SELECT datname FROM pg_database")).scalars()
            assert url.database not in set(databases)
    elif pair.kind != "memory":
        assert not Path(str(url.database)).parent.exists()


def test_scope_is_not_seen_by_other_threads(pair: Pair):
    if pair.kind == "memory":
        pytest.skip("One connection can't be used by two threads at once.")
    seen: list[list[str]] = []
    with pair.database.copy() as state, state.scope():
        pair.add("Carol")
        thread = threading.Thread(target=lambda: seen.append(pair.names()))
        thread.start()
        thread.join()
    assert seen == [["Ada", "Bob"]]


def test_database_outside_the_scope_is_refused_inside():
    db = SharedSQLAlchemy(model_class=Base)
    app = make_app(db, "app", "sqlite://", SQLALCHEMY_BINDS={"audit": "sqlite://"})
    engines = db.engines_of(app)

    with (
        Database((engines[None],)).empty() as state,
        state.scope(),
        pytest.raises(RuntimeError, match="scope that has no copy of it"),
    ):
        engines["audit"].connect()


def test_missing_file_is_named_and_not_created(tmp_path: Path):
    db = SharedSQLAlchemy()
    app = make_app(db, "app", f"sqlite:///{tmp_path}/gone.db")

    with pytest.raises(CloneError, match=r"no SQLite database at '.*gone\.db' to copy"):
        Database((db.engines_of(app)[None],)).copy()
    assert list(tmp_path.iterdir()) == []


def test_engine_of_another_make_is_refused():
    with pytest.raises(TypeError, match=r"with gateway\.sandbox\.create_engine"):
        Database((sa.create_engine("sqlite://"),)).copy()


@pytest.mark.postgresql
def test_busy_postgresql_database_is_refused_with_the_reason(postgresql_url: str):
    db = SharedSQLAlchemy()
    app = make_app(db, "app", postgresql_url)
    engine = db.engines_of(app)[None]

    with engine.connect(), pytest.raises(CloneError, match="nobody else may be connected"):
        Database((engine,)).copy()
    engine.dispose()
