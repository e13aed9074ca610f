"""Two sides that crash alike agree on nothing: what was to be compared was never reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.parity.difference import Difference

if TYPE_CHECKING:
    from gateway.parity.canonical import Answer

_CRASH = 500
_UNEXPECTED = (
    "both sides crashed alike, so nothing was compared; mend the request or the state, or say"
    " crashes=True if this is what the test is about"
)
_EXPECTED = "the test says crashes=True, and neither side crashes; leave it out"


def alike_crashes(
    control: Answer, candidate: Answer, *, expected: bool | None
) -> tuple[Difference, ...]:
    """Give the difference if both sides crash and nobody expected it, or the other way round.

    A 500 is a crash, as is an exception that leaves the application; 501 to 504 are answers that
    somebody wrote. With None for `expected` either is fine.
    """
    crashed = control.status == candidate.status == _CRASH
    neither = _CRASH not in {control.status, candidate.status}
    if (crashed and expected is False) or (neither and expected):
        note = _UNEXPECTED if crashed else _EXPECTED
        return (Difference("failure", "both sides", _told(control), _told(candidate), note),)
    return ()


def _told(answer: Answer) -> str:
    if answer.failure:
        return answer.failure.strip().splitlines()[-1]
    return str(answer.status)
