"""Answers that need another state than the usual one, which an operator or a second tab makes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from gateway.parity.harness import START
from tests.parity_reference.test_turns import say

NO_SCHEMA = "DROP TABLE alembic_version"
STREAMING = f"UPDATE message SET state = 'streaming', created_at = '{START:%F %T}' WHERE id = 2"
ALL_OFF = "UPDATE assistant SET enabled = false"
PENDING = "UPDATE \"user\" SET status = 'pending' WHERE id = 2"


@pytest.fixture
def parity_state(parity_state, request):
    """The usual state, but for a statement of SQL."""
    with parity_state.copy() as state:
        engine = sa.create_engine(state.clones[0].url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(request.param)
        yield state


def prepared(statement):
    return pytest.mark.parametrize("parity_state", [statement], indirect=True, ids=[""])


@prepared(NO_SCHEMA)
def test_health_without_a_schema(parity):
    assert parity.get("/health").status == 503


@prepared(STREAMING)
def test_conversation_is_not_cleared_while_an_answer_is_written(ada):
    assert ada.post("/conversations/1/clear").status == 409


@prepared(STREAMING)
def test_message_waits_while_an_answer_is_written(ada):
    assert say(ada, conversation=1).status == 409


@prepared(ALL_OFF)
def test_nobody_enrols_with_an_assistant_that_is_off(ada):
    assert ada.post("/assistants/docs/enrolment").status == 409


@prepared(PENDING)
def test_account_that_waits_is_approved(ada):
    assert ada.post("/admin/users/2/approve").json["status"] == "active"
