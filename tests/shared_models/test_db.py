"""One `db`, with Flask and without."""

import subprocess
import sys

import pytest
from flask import Flask
from sqlalchemy import select, text

from shared_models import Assistant, Base, schema
from shared_models.db import ENGINE_OPTIONS, db
from shared_models.engine import make_engine


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path}/app.db"
    schema.upgrade(url)
    return url


def new_app(url):
    app = Flask("some application")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=dict(ENGINE_OPTIONS))
    db.init_app(app)
    return app


def test_models_import_no_flask():
    code = (
        "import sys, shared_models, shared_models.sample, shared_models.schema\n"
        "print([name for name in sys.modules if name.startswith('flask')])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE)
    assert done.stdout == b"[]\n"


def test_db_knows_the_models(url):
    assert db.metadatas[None] is Base.metadata
    with new_app(url).app_context():
        found = db.session.scalars(select(Assistant.key).order_by(Assistant.key))
        assert found.all() == ["docs", "guide", "table"]


def test_two_applications_have_one_engine(url):
    one, two = new_app(url), new_app(url)
    with one.app_context():
        first = db.engine
    with two.app_context():
        assert db.engine is first


@pytest.mark.parametrize("through", ["flask", "plain"])
def test_sqlite_is_set_up_for_several_processes(url, through):
    if through == "flask":
        with new_app(url).app_context():
            engine = db.engine
    else:
        engine = make_engine(url)
    names = ("foreign_keys", "journal_mode", "synchronous", "busy_timeout")
    with engine.connect() as connection:
        found = [connection.scalar(text(f"PRAGMA {name}")) for name in names]
    engine.dispose()
    assert found == [1, "wal", 1, 10_000]
