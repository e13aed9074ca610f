"""The judge of the load tests sees what they look for."""

import pytest

from tests.reliability.timeline import Answer, Table, Timeline


@pytest.fixture
def timeline():
    timeline = Timeline()
    timeline.add(Table("old", {"alpha": "legacy"}, 10))
    timeline.add(Table("new", {"alpha": "modern"}, 20))
    timeline.acknowledge("new", 21)
    return timeline


def answer(start, end, backend, revision):
    return Answer("1", "alpha", start, end, "", backend, revision, 1)


@pytest.mark.parametrize(
    ("start", "end", "backend", "revision"),
    [
        (10, 11, "legacy", "old"),
        (19, 30, "legacy", "old"),  # it started before the flip
        (20.5, 20.6, "legacy", "old"),  # its worker had not yet followed
        (20.5, 20.6, "modern", "new"),
        (15, 20, "modern", "new"),  # it reached a worker after the flip
    ],
)
def test_accepts_an_answer_of_a_table_that_was_current(timeline, start, end, backend, revision):
    assert timeline.complaint(answer(start, end, backend, revision)) == ""


@pytest.mark.parametrize(
    ("start", "end", "backend", "revision", "said"),
    [
        (22, 23, "legacy", "old", "no worker served any more"),
        (15, 16, "modern", "new", "not yet written"),
        (20, 21, "legacy", "new", "another backend than its table's"),
        (20, 21, "legacy", "other", "a revision that no table had"),
    ],
)
def test_refuses_an_answer_of_any_other_table(timeline, start, end, backend, revision, said):
    assert said in timeline.complaint(answer(start, end, backend, revision))


def test_refuses_a_failure(timeline):
    assert timeline.complaints([Answer("1", "alpha", 1, 2, "status 500")]) != []
