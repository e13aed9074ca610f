"""The outcome of a replayed session, told as that of a test run is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from gateway.parity.har.course import Course, Strayed
from gateway.parity.outcome import Outcome

if TYPE_CHECKING:
    from gateway.parity.har.session import Session
    from gateway.parity.run import Run

_UNKNOWN = (
    "Neither side knows any address of the recording. Is it one of another application? Choose the"
    " application's host with --origin, and the table with --table."
)
_STRAYED = (
    "A call that went otherwise than recorded may have compared little. Begin from the recorded"
    " state (--state, --login, --at), or allow it with --allow-strayed."
)


@dataclass(frozen=True)
class SessionOutcome(Outcome):
    """What a session compared, which of its calls strayed, and what of it was left out."""

    origin: str = ""
    strayed: tuple[Strayed, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    unit: ClassVar[str] = "session"
    whole: ClassVar[str] = "replay"
    option: ClassVar[str] = "--report"

    def as_json(self) -> dict[str, Any]:
        """Give plain data: that of a run, and what only sessions have."""
        return {
            **super().as_json(),
            "origin": self.origin,
            "strayed": [asdict(strayed) for strayed in self.strayed],
            "left_out": dict(self.left_out),
        }


def outcome_of(run: Run, session: Session, course: Course, *, may_stray: bool) -> SessionOutcome:
    """Judge a replayed session; `may_stray` makes a note of what is a fault otherwise."""
    strayed, notes = course.told_strayed(), (*session.notes, *course.told_notes())
    return SessionOutcome(
        run.totals(),
        () if may_stray else (*strayed, *_advice(course, run.calls)),
        notes=strayed + notes if may_stray else notes,
        origin=session.origin,
        strayed=tuple(course.strayed),
        left_out=session.left_out,
    )


def _advice(course: Course, calls: int) -> tuple[str, ...]:
    unknown = [one for one in course.strayed if one.control == one.candidate == 404]
    if calls and len(unknown) == calls:
        return (_UNKNOWN,)
    return (_STRAYED,) if course.strayed else ()
