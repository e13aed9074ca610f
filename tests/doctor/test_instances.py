"""The `SQLAlchemy` objects of a pair: how many there are, and on which application."""

from __future__ import annotations

from tests.doctor.writing import app, shared

BARE = "from flask import Flask\napp = Flask(__name__)\n"


def test_one_db_on_both_is_sound(found):
    assert found(shared=shared(), legacy=app(), modern=app()) == {}


def test_a_db_on_one_side_only_is_told(found):
    seen = found(shared=shared(), legacy=app(), modern=BARE)

    assert list(seen) == ["db.not-registered"]
    assert seen["db.not-registered"].message.startswith("modern is registered with no SQLAlchemy")
    assert "shared.db" in seen["db.not-registered"].evidence[0]


def test_a_db_on_the_candidate_only_is_told(found):
    seen = found(shared=shared(), legacy=BARE, modern=app())

    assert seen["db.not-registered"].message.startswith("legacy is registered with no SQLAlchemy")


def test_an_engine_beside_the_db_is_named(found):
    plain = BARE + "from sqlalchemy import create_engine\nengine = create_engine('sqlite:////x.db')"
    seen = found(shared=shared(), legacy=app(), modern=plain)

    assert seen["db.not-registered"].evidence[1:] == ("an engine: modern.engine: sqlite:////x.db",)


def test_applications_without_a_db_are_sound(found):
    assert found(legacy=BARE, modern=BARE) == {}


def test_models_on_a_db_that_nobody_registered_are_an_error(found):
    lost = """
        lost = SQLAlchemy()

        class Lost(lost.Model):
            id = lost.Column(lost.Integer, primary_key=True)
    """
    seen = found(shared=shared(lost), legacy=app(), modern=app())

    assert list(seen) == ["db.orphan-with-models"]
    assert seen["db.orphan-with-models"].evidence == ("shared.lost, with 1 model: shared.Lost",)


def test_a_db_that_nobody_registered_is_told_with_all_its_names(found):
    legacy = app("from shared import spare")
    seen = found(shared=shared("spare = SQLAlchemy()"), legacy=legacy, modern=app())

    assert list(seen) == ["db.orphan"]
    assert seen["db.orphan"].evidence == ("legacy.spare, shared.spare, with no models",)


def test_a_db_that_only_waits_to_be_collected_is_none(found):
    dropped = """
        import gc

        gc.disable()
        SQLAlchemy()
    """

    assert found(shared=shared(), legacy=app(), modern=app(dropped)) == {}


def test_a_db_of_a_third_application_is_no_orphan(found):
    other = """
        other = Flask("other")
        other.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
        of_other = SQLAlchemy(other)
    """

    assert found(shared=shared(other), legacy=app(), modern=app()) == {}


def test_a_file_without_models_that_is_imported_twice_is_a_warning(found):
    twice = """
        import importlib.util, sys
        import tools
        spec = importlib.util.spec_from_file_location("instruments", tools.__file__)
        sys.modules["instruments"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["instruments"])
    """
    tools = "from shared import db"
    (twice,) = found(shared=shared(), legacy=app(twice), modern=app(), tools=tools).values()

    assert (twice.check, twice.severity) == ("db.file-imported-twice", "warning")
    assert "tools.py was imported under 2 names: instruments and tools" in twice.message


def test_a_module_under_a_second_name_is_no_second_module(found):
    alias = """
        import sys, shared
        sys.modules["models"] = shared
    """

    assert found(shared=shared(), legacy=app(alias), modern=app()) == {}
