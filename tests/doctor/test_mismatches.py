"""Every way in which two applications have been seen to miss each other's `db`, as a project."""

from __future__ import annotations

import re

import pytest

from tests.doctor.fresh import PROJECTS


@pytest.fixture
def seen_in(diagnose):
    """What is found in a project, by check."""

    def seen_in(project, **targets):
        return {finding.check: finding for finding in diagnose(project, **targets)}

    return seen_in


def errors(seen):
    return {check for check, finding in seen.items() if finding.severity == "error"}


def test_views_that_use_another_dbs_models_and_session(seen_in):
    seen = seen_in("foreign-models", modern="modern:create_app()")

    assert {"db.two-instances", "db.foreign-db", "db.foreign-model"} <= errors(seen)
    assert seen["db.foreign-db"].evidence == (
        "modern.py:26: add_user uses legacy_db",
        "modern.py:27: add_user uses legacy_db",
    )
    assert seen["db.foreign-model"].evidence == (
        "modern.py:22: users uses User",
        "modern.py:26: add_user uses User",
    )


def test_a_session_that_is_asked_for_another_dbs_model(seen_in):
    seen = seen_in("foreign-session")

    assert {"db.two-instances", "db.foreign-model"} <= errors(seen)
    assert "db.foreign-db" not in seen
    assert seen["db.foreign-model"].evidence == ("modern.py:15: users uses User",)


def test_a_db_that_creates_nothing(seen_in):
    (legacy, modern) = seen_in("nothing-created")["db.two-instances"].evidence

    assert legacy == "legacy: legacy.db, with 1 model: legacy.User"
    assert modern == "modern: modern.db, with no models"


def test_a_row_that_is_lost_in_another_session(seen_in):
    seen = seen_in("lost-row")

    assert seen["db.foreign-db"].evidence == ("modern.py:15: add_user uses legacy.db",)
    assert "lost without an error" in seen["db.foreign-db"].message


@pytest.mark.parametrize(
    ("project", "said", "fix"),
    [
        ("two-dbs-on-one-app", "has already been registered on this Flask app", "init_app of one"),
        ("one-db-twice", "has already been registered on this Flask app", "init_app of one"),
        ("table-twice-in-one-metadata", "Table 'user' is already defined", "Define the table once"),
    ],
)
def test_what_fails_as_soon_as_it_is_imported(seen_in, project, said, fix):
    (only,) = seen_in(project).values()

    assert (only.check, only.severity) == ("application.not-imported", "error")
    assert said in only.message
    assert "modern.py:" in only.message
    assert fix in only.fix


def test_a_relationship_across_dbs(seen_in):
    seen = seen_in("relationship-across")

    assert {"db.two-instances", "db.mappers"} <= errors(seen)
    assert "modern.Order: InvalidRequestError" in seen["db.mappers"].evidence[0]


def test_a_foreign_key_across_dbs(seen_in):
    seen = seen_in("foreign-key-across")

    assert {"db.two-instances", "db.lost-reference"} <= errors(seen)
    assert seen["db.lost-reference"].evidence == (
        "order.user_id of modern.Order references user.id",
    )


def test_a_file_that_is_a_script_and_a_module(seen_in):
    seen = seen_in("script-and-package", legacy="run:app")

    assert {"db.models-imported-twice", "db.two-instances"} <= errors(seen)
    twice = seen["db.models-imported-twice"]
    assert twice.message.startswith("monolith/app.py was imported under 2 names: app and monolith")
    assert {"app.db", "monolith.app.db", "app.User", "app.app"} <= set(twice.evidence)


def test_the_cause_is_told_before_what_comes_of_it(diagnose):
    first, *_ = diagnose("script-and-package", legacy="run:app")

    assert first.check == "db.models-imported-twice"


def test_every_project_is_tried():
    tests = (file.read_text() for file in PROJECTS.parent.glob("test_*.py"))
    tried = {name for text in tests for name in re.findall(r'"([a-z-]+)"', text)}

    assert {folder.name for folder in PROJECTS.iterdir()} <= tried
