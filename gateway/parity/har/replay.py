"""Sends a planned session to both sides, each with its own cookies, tokens and ids."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from gateway.parity.har.course import Course, Missing, Strayed
from gateway.parity.har.plan import Taken
from gateway.parity.har.selection import SAFE
from gateway.parity.har.sources import FormField, Meta, any_csrf
from gateway.parity.har.template import cookies_sent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gateway.parity.exchange import Request, Response
    from gateway.parity.har.plan import Step
    from gateway.parity.har.template import Place
    from gateway.parity.harness import Parity
    from gateway.parity.paired import Pairs
    from gateway.parity.reply import Reply

# What belongs to the connection, or says nothing of the request; Accept-Encoding would hide
# the answer in a compressed body.
UNSENT = frozenset({
    "accept-encoding", "cache-control", "connection", "content-length", "cookie", "dnt", "host",
    "keep-alive", "pragma", "priority", "sec-gpc", "te", "transfer-encoding",
    "upgrade-insecure-requests",
})  # fmt: skip


# Cookies of what watches visitors, which no application reads.
_FOREIGN = re.compile(
    r"_ga|_gid|_gat|_gcl|__utm|_fbp|_fbc|_hj|_pk_|_clck|_clsk|ajs_|amplitude|mp_|intercom|Optanon"
)


class _Replaying:
    """A session under way: what each side has answered so far."""

    def __init__(self, parity: Parity, course: Course) -> None:
        self.parity = parity
        self.course = course
        self.first_call = len(parity.calls) + 1
        self.steps: list[Step] = []
        self.answers: tuple[list[Response], list[Response]] = ([], [])

    def send(self, step: Step) -> None:
        """Send one request to both sides."""
        crashed = None if step.entry.response.status == 500 else False
        reply = self.parity.exchange(_Sending(self, step), self.parity.clients, crashes=crashed)
        self.steps.append(step)
        self.answers[0].append(reply.control)
        self.answers[1].append(reply.candidate)
        self._judge(step, reply)

    def _judge(self, step: Step, reply: Reply) -> None:
        recorded = step.entry.response.status
        if recorded in {reply.control.status, reply.candidate.status}:
            return
        if {recorded, reply.control.status} == {200, 304}:
            return  # a matter of the browser's cache
        statuses = reply.control.status, reply.candidate.status
        strayed = Strayed(len(self.parity.calls), _told(step), recorded, *statuses)
        beside = self._under_way(step)
        if beside is None:
            self.course.strayed.append(strayed)
        else:
            self.course.notes.append(
                f"{strayed} The browser sent it while {_told(beside)} was under way, so either may"
                " have come first."
            )

    def _under_way(self, step: Step) -> Step | None:
        """Find what may have changed something while a request that only reads was on its way."""
        if step.entry.request.method not in SAFE:
            return None
        before = (other for other in self.steps if other.entry.request.method not in SAFE)
        return next((o for o in before if o.entry.ended > step.entry.started), None)

    def value(self, taken: Taken, side: int, step: Step) -> Any:
        """Find a side's own value; where there is none the recorded one is sent, and noted."""
        answers = self.answers[side]
        found = taken.source.find(answers[taken.step])
        if found is None and isinstance(taken.source, FormField | Meta) and taken.source.else_csrf:
            tokens = (any_csrf(answer) for answer in reversed(answers))
            found = next((token for token in tokens if token is not None), None)
        if found is None:
            self._note_missing(taken, side, step)
            return taken.value
        return found

    def _note_missing(self, taken: Taken, side: int, step: Step) -> None:
        call, giver = len(self.parity.calls) + 1, self.first_call + taken.step
        missing = Missing(call, _told(step), taken.value, giver)
        names = self.course.missing.setdefault(missing, [])
        if (name := self.parity.sides[side].name) not in names:
            names.append(name)


class _Sending:
    """One recorded request, as each side is to be sent it."""

    def __init__(self, replaying: _Replaying, step: Step) -> None:
        self._replaying = replaying
        self._step = step

    def for_side(self, _: Pairs, side: int) -> Request:
        """Fill in one side's own values."""
        step = self._step
        values: dict[Place, Any] = {}
        for place, pieces in step.taken.items():
            own = [
                self._replaying.value(piece, side, step) if isinstance(piece, Taken) else piece
                for piece in pieces
            ]
            values[place] = own[0] if len(own) == 1 else "".join(map(str, own))
        request = self._redirected(step.template.filled(values), side)
        return replace(request, headers=_sent(request.headers))

    def _redirected(self, request: Request, side: int) -> Request:
        """Go where a side's own redirect leads, on the same host."""
        follows = self._step.follows
        if follows is None:
            return request
        answer = self._replaying.answers[side][follows]
        location = answer.header("Location")
        if not location or not 300 <= answer.status < 400:
            return request
        entry = self._replaying.steps[follows].entry
        target = urlsplit(urljoin(f"{entry.origin}{entry.request.path}", location))
        if f"{target.scheme}://{target.netloc}" != entry.origin:
            return request
        return replace(request, path=target.path or "/", query=target.query)


def _sent(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, value)
        for name, value in headers
        if name.lower() not in UNSENT and not name.lower().startswith("sec-ch-")
    )


def _told(step: Step) -> str:
    return f"{step.entry.request.method} {step.entry.request.target}"


def replay(parity: Parity, steps: Sequence[Step]) -> Course:
    """Send a session to both sides, as far apart in time as it was recorded."""
    course = Course()
    replaying = _Replaying(parity, course)
    elapsed = 0.0
    for step in steps:
        recorded = (step.entry.started - steps[0].entry.started).total_seconds()
        if recorded > elapsed:
            parity.advance(recorded - elapsed)
            elapsed = recorded
        replaying.send(step)
        elapsed += 1  # by which every call moves the clock on
    return course


def beginning_cookies(steps: Sequence[Step]) -> dict[str, str]:
    """Give the cookies that the browser had before the recording began."""
    given: set[str] = set()
    found: dict[str, str] = {}
    for step in steps:
        for name, value in cookies_sent(step.entry.request):
            if name not in given and not _FOREIGN.match(name):
                found.setdefault(name, value)
        for header in step.entry.response.all_headers("Set-Cookie"):
            given.add(header.partition("=")[0].strip())
    return found
