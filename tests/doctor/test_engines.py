"""Databases, engines, pools, options and binds of a pair."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import MetaData

from gateway.doctor import Application, Pair
from gateway.doctor.db.engines import findings
from tests.doctor.writing import OWN_DB, app, shared

PLAIN = "from plain import User, db"


@pytest.fixture
def plain(found):
    """What is found where both use one db, that makes an engine for each application."""

    def plain(legacy, modern, body=""):
        source = shared(body).replace("= SharedSQLAlchemy()", "= SQLAlchemy()")
        return found(plain=source, legacy=app(db=PLAIN, **legacy), modern=app(db=PLAIN, **modern))

    return plain


def at(url, **config):
    return {"SQLALCHEMY_DATABASE_URI": url, **config}


def test_one_file_by_two_engines_is_a_warning(plain, tmp_path):
    seen = plain(at(f"sqlite:///{tmp_path}/a.db"), at(f"sqlite:///{tmp_path}/./a.db"))

    assert list(seen) == ["db.two-engines"]
    assert seen["db.two-engines"].severity == "warning"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_two_memories_are_an_error(plain, url):
    seen = plain(at("sqlite://"), at(url))

    assert list(seen) == ["db.different-database"]
    assert "an empty database in memory of its own" in seen["db.different-database"].message


def test_two_files_are_an_error(plain, tmp_path):
    seen = plain(at(f"sqlite:///{tmp_path}/a.db"), at(f"sqlite:///{tmp_path}/b.db"))

    assert list(seen) == ["db.different-database"]
    assert seen["db.different-database"].evidence == (
        f"legacy: sqlite:///{tmp_path}/a.db",
        f"modern: sqlite:///{tmp_path}/b.db",
    )
    assert "relative" not in seen["db.different-database"].message


def test_a_file_and_a_server_are_an_error(plain, tmp_path):
    server = "postgresql+psycopg://ada:secret@db.example.org/app"
    seen = plain(at(f"sqlite:///{tmp_path}/a.db"), at(server))

    assert list(seen) == ["db.different-database"]
    assert seen["db.different-database"].evidence[1] == (
        "modern: postgresql+psycopg://ada:***@db.example.org/app"
    )


def test_one_relative_path_that_leads_to_two_files_is_an_error(diagnose, project):
    packages = project(shared=shared())
    for name in ("legacy", "modern"):
        (packages / name).mkdir()
        (packages / name / "instance").mkdir()
        (packages / name / "__init__.py").write_text(
            app(**at("sqlite:///app.db")).replace(
                "Flask(__name__)", "Flask(__name__, instance_path=__path__[0] + '/instance')"
            )
        )
    seen = {finding.check: finding for finding in diagnose(packages)}

    assert list(seen) == ["db.different-database"]
    assert "the same relative path" in seen["db.different-database"].message
    assert seen["db.different-database"].evidence == tuple(
        f"{name}: sqlite:///{packages}/{name}/instance/app.db, given as sqlite:///app.db"
        for name in ("legacy", "modern")
    )


@pytest.mark.parametrize(
    ("option", "other", "told"),
    [
        ({"pool_size": 5}, {}, "pool_size: 5 in legacy, None in modern"),
        ({"connect_args": {"timeout": 3}}, {"connect_args": {"timeout": 9}},
         "connect_args.timeout: 3 in legacy, 9 in modern"),
        ({"isolation_level": "SERIALIZABLE"}, {},
         "isolation_level: 'SERIALIZABLE' in legacy, None in modern"),
        ({"connect_args": {"password": "swordfish"}}, {}, "connect_args.password differs"),
    ],
)  # fmt: skip
def test_options_that_differ_are_a_warning(plain, tmp_path, option, other, told):
    ours, theirs = (
        at(f"sqlite:///{tmp_path}/a.db", SQLALCHEMY_ENGINE_OPTIONS=it) for it in (option, other)
    )
    seen = plain(ours, theirs)

    assert seen["db.engine-options"].severity == "warning"
    assert seen["db.engine-options"].evidence == (told,)


def test_listeners_that_differ_are_a_warning(found, tmp_path):
    listening = """
        from sqlalchemy import event

        def foreign_keys(connection, record):
            connection.execute("PRAGMA foreign_keys = ON")

        with app.app_context():
            event.listen(db.engine, "connect", foreign_keys)
    """
    config = at(f"sqlite:///{tmp_path}/a.db")
    one, other = app(listening, PLAIN, **config), app(db=PLAIN, **config)
    source = shared().replace("= SharedSQLAlchemy()", "= SQLAlchemy()")
    seen = found(plain=source, legacy=one, modern=other)

    assert seen["db.engine-options"].evidence == (
        "listeners on connect: ('legacy.foreign_keys',) in legacy, () in modern",
    )


STAT = """
    class Stat(db.Model):
        __bind_key__ = "stats"
        id = db.Column(db.Integer, primary_key=True)
"""
BINDS: dict[str, Any] = {"SQLALCHEMY_BINDS": {"stats": "sqlite://"}}


def test_one_bind_on_both_is_sound(found):
    assert found(shared=shared(STAT), legacy=app(**BINDS), modern=app(**BINDS)) == {}


@pytest.mark.parametrize("side", ["legacy", "modern"])
def test_a_bind_that_models_need_and_one_side_lacks_is_an_error(found, side):
    config: dict[str, dict[str, Any]] = {"legacy": BINDS, "modern": BINDS, side: {}}
    seen = found(
        shared=shared(STAT), legacy=app(**config["legacy"]), modern=app(**config["modern"])
    )

    assert list(seen) == ["db.bind-missing"]
    assert seen["db.bind-missing"].message.startswith(f"{side} has no bind 'stats'")
    assert seen["db.bind-missing"].evidence[1] == "tables: stat"


def test_a_default_database_that_one_side_lacks_is_an_error(found):
    modern = app(**{**BINDS, "SQLALCHEMY_DATABASE_URI": None})
    seen = found(shared=shared(), legacy=app(**BINDS), modern=modern)

    assert list(seen) == ["db.bind-missing"]
    assert seen["db.bind-missing"].fix == "Give modern the same SQLALCHEMY_DATABASE_URI."


def test_a_bind_that_no_shared_model_needs_is_a_note(found):
    (seen,) = found(shared=shared(), legacy=app(**BINDS), modern=app()).values()

    assert (seen.check, seen.severity) == ("db.bind-on-one-side", "note")


def test_binds_that_lead_to_two_databases_are_an_error(found, tmp_path):
    stats = [{"stats": {"url": f"sqlite:///{tmp_path}/{name}.db"}} for name in "ab"]
    sources = [app(SQLALCHEMY_BINDS=binds) for binds in stats]
    seen = found(shared=shared(STAT), legacy=sources[0], modern=sources[1])

    assert list(seen) == ["db.different-database"]
    assert "for bind 'stats'" in seen["db.different-database"].message


def test_different_databases_are_seen_through_two_dbs(found, tmp_path):
    sources = [app(db=OWN_DB, **at(f"sqlite:///{tmp_path}/{name}.db")) for name in "ab"]
    seen = found(legacy=sources[0], modern=sources[1])

    assert set(seen) == {"db.two-instances", "db.different-database"}


def test_an_old_sqlalchemy_is_told_instead_of_being_taken_for_sound(found):
    # As SQLAlchemy was before 1.4, which can't be installed beside the one in use.
    old = "import sqlalchemy.orm\ndel sqlalchemy.orm.registry"
    (seen,) = found(shared=shared(), legacy=app(), modern=app(old)).values()

    assert (seen.check, seen.severity) == ("db.old-sqlalchemy", "warning")


class _SQLAlchemyState:
    """What Flask-SQLAlchemy 2.5 registers; it can't be installed beside the one in use."""

    def __init__(self, db):
        self.db, self.connectors = db, {None: SimpleNamespace(_engine=None)}


def version_2(name, root, uri):
    extension = _SQLAlchemyState(SimpleNamespace(metadata=MetaData()))
    config = {"SQLALCHEMY_DATABASE_URI": uri, "SQLALCHEMY_BINDS": None}
    flask = SimpleNamespace(extensions={"sqlalchemy": extension}, config=config, root_path=root)
    return Application(name, f"{name}:app", print, flask)


def test_version_2_is_told_and_its_urls_are_compared():
    pair = Pair(
        version_2("old", "/old", "sqlite:///a.db"), version_2("new", "/new", "sqlite:///a.db")
    )
    checks = {finding.check: finding for finding in findings(pair)}

    assert set(checks) == {"db.old-extension", "db.different-database"}
    assert checks["db.different-database"].evidence == (
        "old: sqlite:////old/a.db, given as sqlite:///a.db",
        "new: sqlite:////new/a.db, given as sqlite:///a.db",
    )


def test_version_2_with_one_url_is_sound():
    url = "sqlite:////data/a.db"
    pair = Pair(version_2("old", "/old", url), version_2("new", "/new", url))

    assert {finding.check for finding in findings(pair)} == {"db.old-extension"}
