"""Functions that use the session after Flask-SQLAlchemy has put it away."""

from __future__ import annotations

import pytest

from tests.doctor.writing import app, places, shared

EARLY = """
    from shared import User, db

    def late(error):
        {body}

    class Flask(Flask):
        def __init__(self, name):
            super().__init__(name)
            self.teardown_appcontext(late)
"""


def before(body):
    """An application with a function that was registered before `db.init_app(app)`."""
    return app(db=EARLY.format(body=body))


@pytest.mark.parametrize(
    ("body", "used"),
    [
        ("db.session.commit()", "db"),
        ("print(db.session)", "db"),
        ("User.query.count()", "User"),
    ],
)
def test_a_function_that_uses_the_removed_session_is_an_error(found, body, used):
    (seen,) = found(shared=shared(), legacy=app(), modern=before(body)).values()

    assert (seen.check, seen.severity) == ("db.late-session", "error")
    assert places(seen) == [f"modern.py: late uses {used}"]


@pytest.mark.parametrize(
    "body", ["db.session.remove()", "db.session.close()", "print(error)", "print(User, db)"]
)
def test_a_function_that_needs_no_session_is_sound(found, body):
    assert found(shared=shared(), legacy=app(), modern=before(body)) == {}


def test_a_function_that_runs_before_the_session_is_removed_is_sound(found):
    after = """
        @app.teardown_appcontext
        def early(error):
            db.session.commit()
    """

    assert found(shared=shared(), legacy=app(), modern=app(after)) == {}


def test_what_a_late_function_calls_is_looked_into(found):
    helper = "from shared import db\ndef flush():\n    db.session.flush()"
    late = before("import helper; helper.flush()")
    (seen,) = found(
        shared=shared(), helper=helper, legacy=app("import helper"), modern=late
    ).values()

    assert places(seen) == ["helper.py: flush uses db"]
