"""How many SQL statements each side runs, and a limit to it."""

from __future__ import annotations

import pytest


def queries(parity):
    return [d for call in parity.calls for d in call.differences if d.kind == "queries"]


def test_statements_of_each_side_are_counted(comparing):
    parity = comparing("n plus one")
    parity.get("/notes")
    parity.post("/notes", json={"title": "new"})
    assert [call.statements for call in parity.calls] == [(1, 3), (3, 3)]


def test_candidate_above_the_limit_of_a_call_is_a_difference(comparing):
    parity = comparing("n plus one")
    parity.get("/notes", max_queries=3)
    assert not queries(parity)
    parity.get("/notes", max_queries=2)
    (difference,) = queries(parity)
    assert (difference.control, difference.candidate) == (1, 3)
    assert "at most 2 were to be run; 2 times: SELECT count(*)" in difference.note


def test_limit_of_a_test_holds_for_every_call_without_its_own(comparing):
    parity = comparing("n plus one")
    parity.max_queries = 1
    parity.get("/notes")
    parity.get("/notes", max_queries=5)
    assert len(queries(parity)) == 1


def test_control_may_run_as_many_as_it_does(comparing):
    parity = comparing()
    parity.get("/notes", max_queries=0)
    assert queries(parity)[0].control == 1


def test_report_tells_the_counts(comparing):
    parity = comparing("n plus one")
    parity.get("/notes", max_queries=2)
    assert "SQL statements: sound 1, n plus one 3" in parity.check()


@pytest.mark.postgresql
def test_statements_are_counted_on_postgresql(comparing, postgresql_url):
    parity = comparing("n plus one", url=postgresql_url)
    parity.get("/notes")
    assert parity.calls[0].statements == (1, 3)
