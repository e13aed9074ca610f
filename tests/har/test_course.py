"""What is told of how a session went: the first of many, and what both sides lack once."""

from __future__ import annotations

import pytest

from gateway.parity.har.course import Course, Missing, Strayed


@pytest.mark.parametrize(("calls", "told"), [(6, 6), (7, 6)])
def test_of_many_calls_that_strayed_the_first_are_told(calls, told):
    course = Course([Strayed(n, "GET /x", 200, 404, 404) for n in range(1, calls + 1)])

    assert len(course.told_strayed()) == told
    assert course.told_strayed()[4].startswith("call 5: GET /x got 200")
    assert (course.told_strayed()[-1] == "2 more calls strayed after these.") is (calls == 7)


def test_value_that_both_sides_lack_is_told_once():
    one, both = Missing(4, "GET /x", "a" * 13, 2), Missing(5, "GET /y", "7", 3)
    course = Course(missing={one: ["new"], both: ["old", "new"]}, notes=["First."])

    assert course.told_notes() == (
        "First.",
        "call 4: GET /x sends new the recorded value 'aaaaaaaa…', since call 2 did not give one.",
        "call 5: GET /y sends both sides the recorded value '7', since call 3 did not give one.",
    )
