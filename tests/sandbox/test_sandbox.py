"""Whatever is done in a sandbox is there until its end, and nowhere afterwards."""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask import Flask, Response, stream_with_context
from sqlalchemy.orm import Session

from gateway.sandbox import SandboxError, SharedSQLAlchemy, create_engine, sandbox
from tests.sandbox.pairs import Base, Pair, Person, Pet, make_app, on_several_connections, on_sqlite

if TYPE_CHECKING:
    from collections.abc import Callable


def insert(name: str) -> sa.Insert:
    return sa.insert(Person).values(name=name)


def sessions(pair: Pair) -> None:
    session = pair.db.session
    session.add(Person(name="one"))
    session.commit()
    session.add(Person(name="lost"))
    session.flush()
    session.rollback()
    session.add(Person(name="two"))
    session.commit()
    session.remove()


def nested(pair: Pair) -> None:
    session = pair.db.session
    session.add(Person(name="outer"))
    with session.begin_nested():
        session.add(Person(name="inner"))
    try:
        with session.begin_nested():
            session.add(Person(name="Ada"))
    except sa.exc.IntegrityError:
        pass
    session.commit()


def failed(pair: Pair) -> None:
    session = pair.db.session
    session.add(Person(name="before"))
    session.commit()
    session.add(Person(name="Ada"))
    with pytest.raises(sa.exc.IntegrityError):
        session.commit()
    session.rollback()
    session.add(Person(name="after"))
    session.commit()


def bulk(pair: Pair) -> None:
    session = pair.db.session
    session.execute(sa.insert(Person), [{"name": "x"}, {"name": "y"}])
    session.execute(sa.update(Person).values(name=Person.name + "!"))
    session.execute(sa.delete(Person).where(Person.name == "Ada!"))
    session.commit()


def core(pair: Pair) -> None:
    with pair.engine.begin() as connection:
        connection.execute(insert("begun"))
    with pair.engine.connect() as connection:
        connection.execute(insert("lost"))
    with pair.engine.connect() as connection:
        connection.execute(insert("first"))
        connection.commit()
        connection.execute(insert("lost"))
        connection.rollback()
        connection.execute(insert("second"))
        connection.commit()


def text(pair: Pair) -> None:
    pair.db.session.execute(sa.text("INSERT INTO person (name) VALUES (:name)"), {"name": "text"})
    pair.db.session.commit()
    pair.db.session.execute(sa.text("DELETE FROM person WHERE name = 'Ada'"))
    pair.db.session.commit()


def raw(pair: Pair) -> None:
    connection = pair.engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute("INSERT INTO person (name) VALUES ('lost')")
    connection.rollback()
    cursor.execute("INSERT INTO person (name) VALUES ('raw')")
    connection.commit()
    connection.close()


def autocommit(pair: Pair) -> None:
    with pair.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(insert("auto"))
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(insert("Ada"))
        connection.execute(insert("commit"))
    with pair.engine.connect() as connection:
        connection.execute(insert("lost"))


def isolated(pair: Pair) -> None:
    engine = pair.engine.execution_options(isolation_level="SERIALIZABLE")
    with engine.begin() as connection:
        connection.execute(insert("serial"))
    with engine.connect() as connection:
        connection.execute(insert("lost"))


def tables(pair: Pair) -> None:
    session = pair.db.session
    session.execute(sa.text("CREATE TABLE fresh (a INTEGER)"))
    session.execute(sa.text("INSERT INTO fresh VALUES (1)"))
    session.commit()
    assert session.scalar(sa.text("SELECT count(*) FROM fresh")) == 1
    session.execute(sa.text("DROP TABLE pet"))
    session.commit()


def streamed(pair: Pair) -> None:
    session = pair.db.session
    rows = session.execute(sa.select(Person).order_by(Person.id).execution_options(yield_per=1))
    assert next(rows)[0].name == "Ada"
    session.execute(insert("meanwhile"))
    assert next(rows)[0].name == "Bob"
    rows.close()
    session.commit()


def plain_session(pair: Pair) -> None:
    with Session(pair.engine) as session, session.begin():
        session.add(Person(name="plain"))


def two_connections(pair: Pair) -> None:
    session = pair.db.session
    session.scalars(sa.select(Person)).all()
    with pair.engine.begin() as connection:
        connection.execute(insert("inner"))
    session.rollback()
    session.add(Person(name="later"))
    session.commit()


PROGRAMS: dict[Callable[[Pair], None], str] = {
    sessions: "Ada Bob one two",
    nested: "Ada Bob outer inner",
    failed: "Ada Bob before after",
    bulk: "Bob! x! y!",
    core: "Ada Bob begun first second",
    text: "Bob text",
    raw: "Ada Bob raw",
    autocommit: "Ada Bob auto commit",
    isolated: "Ada Bob serial",
    tables: "Ada Bob",
    streamed: "Ada Bob meanwhile",
    plain_session: "Ada Bob plain",
    two_connections: "Ada Bob inner later",
}


def everything(pair: Pair) -> list[Any]:
    """All tables and all rows."""
    with pair.engine.connect() as connection:
        names = sorted(sa.inspect(connection).get_table_names())
        rows = [connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in names]
        return [names, [sorted(map(tuple, found)) for found in rows]]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_all_is_there_inside_and_nothing_outside(pair: Pair, program: Callable[[Pair], None]):
    before = everything(pair)

    with sandbox(pair.db), pair.old.app_context():
        program(pair)
        assert pair.names() == PROGRAMS[program].split()
        assert pair.names(pair.new) == PROGRAMS[program].split()

    assert everything(pair) == before


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_same_program_gives_the_same_without_a_sandbox(pair: Pair, program: Callable[[Pair], None]):
    with pair.old.app_context():
        program(pair)

    assert pair.names() == PROGRAMS[program].split()


def test_request_that_fails_leaves_nothing(pair: Pair):
    @pair.old.post("/boom")
    def boom() -> str:
        pair.add("committed")
        raise ZeroDivisionError

    with sandbox(pair.db):
        answer = pair.old.test_client().post("/boom")

    assert answer.status_code == 500
    assert pair.names() == ["Ada", "Bob"]


def test_response_that_streams_may_write_while_it_does(pair: Pair):
    @pair.old.get("/stream")
    def stream() -> Response:
        def parts():
            for person in pair.db.session.scalars(sa.select(Person).order_by(Person.id)):
                yield person.name
            pair.db.session.add(Person(name="late"))
            pair.db.session.commit()
            yield "!"

        return Response(stream_with_context(parts()))

    with sandbox(pair.db):
        assert pair.old.test_client().get("/stream").text == "AdaBob!"
        assert pair.names() == ["Ada", "Bob", "late"]
    assert pair.names() == ["Ada", "Bob"]


def test_other_threads_see_nothing_of_it(pair: Pair):
    with ThreadPoolExecutor(1) as others, sandbox(pair.db, outbound="allow"):
        pair.add("Carol")
        assert others.submit(pair.names).result() == ["Ada", "Bob"]


def test_life_goes_on_after_it(pair: Pair):
    with sandbox(pair.db):
        pair.add("Carol")

    pair.add("Dora")
    pair.add("Emil", app=pair.new)

    assert pair.names() == ["Ada", "Bob", "Dora", "Emil"]


def test_no_connection_is_kept(pair: Pair):
    for _ in range(20):
        with sandbox(pair.db):
            pair.add("Carol")
            pair.engine.connect()  # never closed
    pool: Any = pair.engine.pool
    if pair.kind != "memory":
        assert pool.checkedout() == 0
    pair.add("Dora")


def test_block_that_raises_leaves_nothing_and_its_error_passes(pair: Pair):
    with pytest.raises(sa.exc.IntegrityError), sandbox(pair.db):
        pair.add("Ada")
    assert pair.names() == ["Ada", "Bob"]


def test_connection_kept_beyond_the_end_can_do_nothing(pair: Pair):
    with sandbox(pair.db):
        kept = pair.engine.connect()
        kept.execute(insert("kept"))
        cursor = kept.connection.cursor()

    with pytest.raises(SandboxError, match="belongs to a sandbox that has ended"):
        kept.execute(insert("escaped"))
    with pytest.raises(SandboxError, match="belongs to a sandbox that has ended"):
        kept.commit()
    with pytest.raises(SandboxError, match="belongs to a sandbox that has ended"):
        cursor.execute("INSERT INTO person (name) VALUES ('escaped')")
    kept.close()
    assert pair.names() == ["Ada", "Bob"]


def test_context_that_outlives_the_sandbox_gets_no_connection(pair: Pair):
    with sandbox(pair.db):
        context = contextvars.copy_context()
    with pytest.raises(SandboxError, match="a sandbox that has ended, as by a task"):
        context.run(pair.add, "late")
    assert pair.names() == ["Ada", "Bob"]


@pytest.mark.parametrize("pair", ["memory"], indirect=True)
def test_open_work_on_the_one_connection_of_a_state_is_refused(pair: Pair):
    # Elsewhere a sandbox has a connection of its own.
    with pair.database.copy() as state, state.scope(), pair.engine.connect() as connection:
        connection.execute(insert("open"))
        with sandbox(pair.db), pytest.raises(SandboxError, match="has an open transaction"):
            pair.engine.connect()


def test_session_does_not_carry_unwritten_rows_out(pair: Pair):
    with pair.old.app_context():
        with sandbox(pair.db):
            pair.db.session.add(Person(name="never flushed"))
        pair.db.session.commit()
    assert pair.names() == ["Ada", "Bob"]


def test_session_that_began_outside_is_refused(pair: Pair):
    with pair.old.app_context():
        pair.db.session.scalars(sa.select(Person)).all()
        with pytest.raises(SandboxError, match="before the sandbox is entered"), sandbox(pair.db):
            pass


def test_engine_captured_at_import_is_in_it(pair: Pair):
    captured = pair.engine
    with sandbox(pair.db):
        with captured.begin() as connection:
            connection.execute(insert("captured"))
        assert pair.names() == ["Ada", "Bob", "captured"]
    assert pair.names() == ["Ada", "Bob"]


def test_foreign_keys_hold_inside(pair: Pair):
    with sandbox(pair.db), pair.old.app_context():
        pair.db.session.add(Pet(owner_id=1))
        pair.db.session.commit()
        pair.db.session.execute(sa.delete(Person).where(Person.id == 1))
        pair.db.session.commit()
        assert pair.db.session.scalars(sa.select(Pet)).all() == []
        pair.db.session.add(Pet(owner_id=99))
        with pytest.raises(sa.exc.IntegrityError):
            pair.db.session.commit()


FULL_TEXT = """
CREATE VIRTUAL TABLE found USING fts5(name, content='person', content_rowid='id');
CREATE TRIGGER find_it AFTER INSERT ON person BEGIN
    INSERT INTO found (rowid, name) VALUES (new.id, new.name);
END;
INSERT INTO found (found) VALUES ('rebuild');
"""


@on_sqlite
def test_full_text_is_searched_inside_and_undone(pair: Pair):
    with pair.engine.connect() as connection:
        connection.connection.executescript(FULL_TEXT)
    if pair.kind != "memory":
        pair.engine.dispose()  # a new connection loads the virtual table inside

    def found(words: str) -> object:
        with pair.old.app_context():
            query = sa.text("SELECT rowid FROM found WHERE found MATCH :words")
            return pair.db.session.scalar(query, {"words": words})

    with sandbox(pair.db):
        assert (found("ada"), found("carol")) == (1, None)
        pair.add("Carol")
        assert found("carol") == 3
    assert (found("ada"), found("carol")) == (1, None)


def test_what_is_committed_is_counted(pair: Pair):
    with sandbox(pair.db) as box:
        pair.add("Carol")
        pair.names()
        pair.add("Dora")
    assert box.commits == 2
    assert box.notes == ()


@on_several_connections
def test_rows_of_another_connection_that_are_taken_along_are_noted(pair: Pair):
    with sandbox(pair.db) as box, pair.engine.connect() as one, pair.engine.connect() as other:
        one.execute(insert("one"))
        other.execute(insert("other"))
        other.commit()
        one.rollback()
    assert [note.split(".")[0] for note in box.notes] == [
        "Two connections had written before either of them ended its transaction",
        "A connection rolled back while another one had written, and the other's rows went with it",
    ]


def test_connection_of_a_sandbox_in_a_state_is_that_of_the_state(pair: Pair):
    with pair.database.copy() as state, state.scope():
        pair.add("Carol")
        with sandbox(pair.db):
            pair.add("Dora")
            assert pair.names() == ["Ada", "Bob", "Carol", "Dora"]
        assert pair.names() == ["Ada", "Bob", "Carol"]
    assert pair.names() == ["Ada", "Bob"]


def test_bind_is_undone_too():
    db = SharedSQLAlchemy(model_class=Base)
    app = make_app(db, "app", "sqlite://", SQLALCHEMY_BINDS={"audit": "sqlite://"})
    audit = db.engines_of(app)["audit"]
    with audit.begin() as connection:
        connection.execute(sa.text("CREATE TABLE log (line TEXT)"))

    with sandbox(db), audit.begin() as connection:
        connection.execute(sa.text("INSERT INTO log VALUES ('x')"))

    with audit.connect() as connection:
        assert connection.execute(sa.text("SELECT * FROM log")).all() == []


def test_models_without_flask_are_undone_in_a_plain_session(url_of, tmp_path):
    engine = create_engine(url_of("file"))
    Base.metadata.create_all(engine)

    with sandbox(engine), Session(engine) as session:
        session.add(Person(name="plain"))
        session.commit()
        assert session.scalars(sa.select(Person.name)).all() == ["plain"]

    with Session(engine) as session:
        assert session.scalars(sa.select(Person.name)).all() == []
    engine.dispose()


def test_anything_but_a_shared_database_is_refused():
    wrong: Any = Flask("app")
    with pytest.raises(TypeError, match="It was given a Flask"), sandbox(wrong):
        pass
