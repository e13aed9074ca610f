"""One engine for all applications with the same URL."""

from __future__ import annotations

import gc
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy.record_queries import get_recorded_queries

from gateway.sandbox import SharedSQLAlchemy
from tests.sandbox.pairs import Base, Pair, make_app

if TYPE_CHECKING:
    from pathlib import Path


def test_both_applications_have_one_engine_and_see_one_database(pair: Pair):
    pair.add("Carol", app=pair.new)

    assert pair.db.engines_of(pair.old)[None] is pair.db.engines_of(pair.new)[None]
    assert pair.names(pair.old) == pair.names(pair.new) == ["Ada", "Bob", "Carol"]


def test_relative_file_is_compared_after_it_is_resolved(tmp_path: Path):
    db = SharedSQLAlchemy()
    apps = [Flask(name, instance_path=str(tmp_path / name)) for name in ("one", "two", "two")]
    for app in apps:
        app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///x.db"
        db.init_app(app)
    one, two, again = (db.engines_of(app)[None] for app in apps)

    assert two is again
    assert one is not two


def test_binds_with_one_url_are_two_engines():
    db = SharedSQLAlchemy()
    app = make_app(db, "app", "sqlite://", SQLALCHEMY_BINDS={"audit": "sqlite://"})

    engines = db.engines_of(app)

    assert engines.keys() == {None, "audit"}
    assert engines[None] is not engines["audit"]


def test_different_engine_options_are_refused_with_both_applications_named():
    db = SharedSQLAlchemy()
    old = make_app(db, "old", "sqlite:////tmp/none.db", SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 3})

    with pytest.raises(RuntimeError) as refused:
        make_app(db, "new", "sqlite:////tmp/none.db", SQLALCHEMY_ECHO=True)

    assert "Applications 'old' and 'new' ask for the same database" in str(refused.value)
    assert "echo is False and True" in str(refused.value)
    assert "pool_size is 3 and 'not set'" in str(refused.value)
    assert db.engines_of(old)


def test_password_is_not_shown_in_a_refusal():
    db = SharedSQLAlchemy()
    url = "postgresql+psycopg://ada:secret@localhost/x"
    app = make_app(db, "old", url)

    with pytest.raises(RuntimeError, match=r"ada:\*\*\*@localhost"):
        make_app(db, "new", url, SQLALCHEMY_ECHO=True)
    assert app


def test_ready_made_pool_is_refused():
    pool = sa.create_engine("sqlite://").pool

    with pytest.raises(RuntimeError, match="Give 'poolclass' and its settings instead"):
        make_app(SharedSQLAlchemy(), "app", "sqlite://", SQLALCHEMY_ENGINE_OPTIONS={"pool": pool})


def test_own_poolclass_is_kept():
    db = SharedSQLAlchemy(engine_options={"poolclass": sa.NullPool})
    app = make_app(db, "app", "sqlite:////tmp/none.db")

    assert isinstance(db.engines_of(app)[None].pool, sa.NullPool)


def test_application_that_is_gone_refuses_nobody():
    db = SharedSQLAlchemy()
    make_app(db, "gone", "sqlite:////tmp/none.db")

    app = make_app(db, "next", "sqlite:////tmp/none.db", SQLALCHEMY_ENGINE_OPTIONS={"echo": True})

    assert db.engines_of(app)[None].echo


def test_memory_database_ends_with_the_last_application_that_used_it():
    db = SharedSQLAlchemy(model_class=Base)
    pair = Pair(db, make_app(db, "a", "sqlite://"), make_app(db, "b", "sqlite://"), "memory")
    with pair.old.app_context():
        db.create_all()
    pair.add("Ada")
    del pair

    fresh = make_app(db, "c", "sqlite://")

    with fresh.app_context():
        assert sa.inspect(db.engine).get_table_names() == []


def test_application_that_nobody_holds_is_not_kept_alive():
    db = SharedSQLAlchemy()
    make_app(db, "gone", "sqlite:////tmp/none.db")
    assert db.living_engines()

    gc.collect()

    assert db.living_engines() == ()


def test_listening_to_queries_twice_records_each_once():
    db = SharedSQLAlchemy()
    apps = [make_app(db, n, "sqlite://", SQLALCHEMY_RECORD_QUERIES=True) for n in ("a", "b")]

    with apps[1].app_context():
        db.session.execute(sa.text("SELECT 1"))
        assert len(get_recorded_queries()) == 1


def test_sandbox_is_there_without_flask():
    code = (
        "import sys; from gateway.sandbox import create_engine, sandbox\n"
        "with sandbox(create_engine('sqlite://')): pass\n"
        "print([name for name in sys.modules if name.startswith('flask')])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert done.stdout == b"[]\n"
