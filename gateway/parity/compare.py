"""Two observations of one request → every difference between them.

This knows meanings only: neither WSGI nor SQL. Opaque values are bound in the renaming as
they are met, so what is compared first decides what a token stands for.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import zip_longest
from numbers import Number
from typing import TYPE_CHECKING, Any

from gateway.parity.accepted import AcceptedDifferences
from gateway.parity.cookies import FLAGS
from gateway.parity.noise import NO_NOISE, Noise, ordered_like
from gateway.parity.opaque import content_of
from gateway.parity.pairing import paired_effects, paired_sent
from gateway.parity.renaming import Renaming
from gateway.parity.sent import NO_STAND_IN

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from gateway.effects import Effect
    from gateway.parity.canonical import Answer, Body, Tree
    from gateway.parity.cookies import SetCookie
    from gateway.parity.sent import Sent

KINDS = ("failure", "status", "redirect", "header", "cookie", "body", "rows", "outbound", "queries")
"""What differences there are; each kind is a channel that finds its own faults."""

_LET_IT_HAPPEN = "what follows from it means little; parity_outbound = allow lets it happen"


class _Absent:
    def __repr__(self) -> str:
        return "(absent)"


ABSENT = _Absent()


@dataclass(frozen=True)
class Difference:
    """One place where control and candidate disagree: what kind, where, both values."""

    kind: str
    place: str
    control: Any
    candidate: Any
    note: str = ""


@dataclass(frozen=True)
class Observation:
    """What one side did with a request; `effects` is None where rows are not looked at.

    `sent` is what left it by other ways than its answer,"""

    answer: Answer
    effects: tuple[Effect, ...] | None = None
    sent: tuple[Sent, ...] = ()
    ran: Counter[str] | None = None


@dataclass
class Counts:
    """How many values were compared, and how many of them by their shape only."""

    values: int = 0
    by_shape: int = 0


@dataclass(frozen=True)
class Comparison:
    """The outcome: the differences, the accepted ones, candidate's answer in control's terms."""

    differences: tuple[Difference, ...]
    used: tuple[str, ...]
    translated: Answer
    counts: Counts = field(default_factory=Counts)


def compare(
    control: Observation,
    candidate: Observation,
    renaming: Renaming,
    accepted: AcceptedDifferences | None = None,
    channels: Collection[str] = KINDS,
    noise: Noise = NO_NOISE,
) -> Comparison:
    """Compare two observations under one renaming; `accepted` holds what is in force here.

    Only differences of the kinds in `channels` are reported; what is `noise` is compared by shape.
    """
    accepted = accepted or AcceptedDifferences()
    translation = accepted.translate(control.answer, candidate.answer)
    comparing = _Comparing(renaming, accepted, noise, list(translation.used))
    ours, theirs = control.answer, translation.answer
    # First of all, since the answer may name the keys of rows that were inserted.
    rows = paired_effects(control.effects or (), candidate.effects or (), renaming)
    differences = [
        *_compare_outcome(ours, theirs),
        *comparing.headers(ours.headers, theirs.headers),
        *comparing.cookies(ours.cookies, theirs.cookies),
        *comparing.bodies(ours.body, theirs.body),
        *comparing.effects(rows),
        *comparing.sent(control.sent, candidate.sent),
    ]
    used = tuple(dict.fromkeys(comparing.used))
    reported = tuple(each for each in differences if each.kind in channels)
    return Comparison(reported, used, translation.answer, comparing.counts)


def varying(seen: Observation, again: Observation) -> dict[tuple[str, str], Difference]:
    """Give the differences between two runs of one side, by kind and place."""
    found = compare(seen, again, Renaming()).differences
    return {(difference.kind, difference.place): difference for difference in found}


def _compare_outcome(control: Answer, candidate: Answer) -> Iterator[Difference]:
    ours, theirs = (_last_line(answer.failure) for answer in (control, candidate))
    if ours != theirs:
        yield Difference("failure", "exception", ours, theirs)
    if control.status != candidate.status:
        yield Difference("status", "status", control.status, candidate.status)


def _last_line(failure: str | None) -> Any:
    return failure.strip().splitlines()[-1] if failure else ABSENT


@dataclass
class _Comparing:
    """The renaming and the accepted differences while one pair is compared."""

    renaming: Renaming
    accepted: AcceptedDifferences
    noise: Noise = NO_NOISE
    used: list[str] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)

    def headers(
        self, control: Mapping[str, str], candidate: Mapping[str, str]
    ) -> Iterator[Difference]:
        for name in sorted(control.keys() | candidate.keys()):
            kind = "redirect" if name == "location" else "header"
            ours, theirs = control.get(name, ABSENT), candidate.get(name, ABSENT)
            yield from self.scalars(kind, name.title(), ours, theirs)

    def cookies(
        self, control: tuple[SetCookie, ...], candidate: tuple[SetCookie, ...]
    ) -> Iterator[Difference]:
        ours, theirs = ({cookie.name: cookie for cookie in side} for side in (control, candidate))
        for name in sorted(ours.keys() | theirs.keys()):
            yield from self.cookie(name, ours.get(name), theirs.get(name))

    def cookie(
        self, name: str, control: SetCookie | None, candidate: SetCookie | None
    ) -> Iterator[Difference]:
        if control is None or candidate is None:
            ours, theirs = ("set" if side else ABSENT for side in (control, candidate))
            yield Difference("cookie", name, ours, theirs)
            return
        if not (control.deletes and candidate.deletes):
            yield from self.cookie_values(name, control.value, candidate.value)
        for flag in FLAGS:
            ours, theirs = (getattr(side, flag) for side in (control, candidate))
            both_delete = flag == "lifetime" and control.deletes and candidate.deletes
            if ours != theirs and not both_delete:
                yield Difference("cookie", f"{name}; {flag}", ours, theirs)

    def cookie_values(self, name: str, control: str, candidate: str) -> Iterator[Difference]:
        # First what signed ones carry, since that says where they differ.
        carried = content_of(control), content_of(candidate)
        found = [] if None in carried else [*self.trees("cookie", name, *carried)]
        yield from found or self.scalars("cookie", name, control, candidate)

    def bodies(self, control: Body, candidate: Body) -> Iterator[Difference]:
        if control.kind != candidate.kind:
            ours, theirs = (_describe(body) for body in (control, candidate))
            yield Difference("body", "body", ours, theirs)
            return
        if control.content != candidate.content:
            at = _first_difference(control.content, candidate.content)
            yield from (
                replace(found, note=f"the first byte that differs is number {at}")
                for found in self.trees("body", "", control.value, candidate.value)
            )
            return
        yield from self.trees("body", "", control.value, candidate.value)
        yield from self.texts(control, candidate)

    def texts(self, control: Body, candidate: Body) -> Iterator[Difference]:
        # A page's text is one stream: where its pieces break is a matter of mark-up.
        glue = " " if control.kind == "html" else "\n"
        note = self.renaming.match(glue.join(control.lines), glue.join(candidate.lines))
        if note is not None:
            yield from self.changed_lines(control.lines, candidate.lines, note)

    def changed_lines(
        self, control: tuple[str, ...], candidate: tuple[str, ...], note: str
    ) -> Iterator[Difference]:
        matcher = SequenceMatcher(None, control, candidate, autojunk=False)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            place, ours, theirs = f"text, piece {i1 + 1}", [*control[i1:i2]], [*candidate[j1:j2]]
            if tag != "equal" and not self.is_noise("body", place, ours, theirs):
                yield Difference("body", place, ours, theirs, note)

    def trees(self, kind: str, place: str, control: Tree, candidate: Tree) -> Iterator[Difference]:
        if isinstance(control, dict) and isinstance(candidate, dict):
            for name in {**control, **candidate}:
                ours, theirs = control.get(name, ABSENT), candidate.get(name, ABSENT)
                yield from self.trees(kind, _member(place, name), ours, theirs)
        elif isinstance(control, list) and isinstance(candidate, list):
            if kind == "body" and place in self.noise.unordered:
                candidate = ordered_like(control, candidate)
                self.counts.by_shape += 1
            pairs = zip_longest(control, candidate, fillvalue=ABSENT)
            for at, (ours, theirs) in enumerate(pairs):
                yield from self.trees(kind, f"{place}[{at}]", ours, theirs)
        else:
            yield from self.scalars(kind, place or "body", control, candidate)

    def scalars(self, kind: str, place: str, control: Any, candidate: Any) -> Iterator[Difference]:
        note = self.reason(control, candidate)
        if note is None or self.is_noise(kind, place, control, candidate):
            return
        accepting = self.accepted.value(control, candidate) if kind == "body" else None
        if accepting is None:
            yield Difference(kind, place, control, candidate, note)
        else:
            self.used.append(accepting)

    def reason(self, control: Any, candidate: Any) -> str | None:
        """Say why two values don't agree; None if they do."""
        self.counts.values += 1
        if isinstance(control, str) and isinstance(candidate, str):
            return self.renaming.match(control, candidate)
        if control == candidate and _family(control) is _family(candidate):
            return None
        return None if self.renaming.same_key(control, candidate) else ""

    def is_noise(self, kind: str, place: str, control: Any, candidate: Any) -> bool:
        """Tell whether two values vary by themselves and have the same shape."""
        excused = self.noise.excuses(kind, place, control, candidate)
        self.counts.by_shape += excused
        return excused

    def effects(self, pairs: Iterable[tuple[Effect | None, Effect | None]]) -> Iterator[Difference]:
        for ours, theirs in pairs:
            yield from self.effect(ours, theirs)

    def effect(self, control: Effect | None, candidate: Effect | None) -> Iterator[Difference]:
        present = control or candidate
        assert present is not None
        place = f"{present.table}[{', '.join(map(str, present.key))}]"
        if control is None or candidate is None or control.kind != candidate.kind:
            ours, theirs = (_summary(side) for side in (control, candidate))
            yield Difference("rows", place, ours, theirs)
            return
        for column in {**control.values, **candidate.values}:
            ours, theirs = (side.values.get(column, ABSENT) for side in (control, candidate))
            yield from self.column(f"{place}.{column}", f"{present.table}.{column}", ours, theirs)

    def column(self, place: str, column: str, control: Any, candidate: Any) -> Iterator[Difference]:
        note = self.reason(control, candidate)
        if note is None or self.is_noise("rows", place, control, candidate):
            return
        accepting = self.accepted.row_value(column, control, candidate)
        if accepting is None:
            ours, theirs = (_or_unchanged(value) for value in (control, candidate))
            yield Difference("rows", place, ours, theirs, note)
        else:
            self.used.append(accepting)

    def sent(self, control: tuple[Sent, ...], candidate: tuple[Sent, ...]) -> Iterator[Difference]:
        for ours, theirs in paired_sent(control, candidate, self.renaming):
            yield from self.outbound(ours, theirs)

    def outbound(self, control: Sent | None, candidate: Sent | None) -> Iterator[Difference]:
        present = control or candidate
        assert present is not None
        ours, theirs = (side.destination if side else ABSENT for side in (control, candidate))
        if present.kind == NO_STAND_IN:
            yield Difference("outbound", NO_STAND_IN, ours, theirs, _LET_IT_HAPPEN)
            return
        found = [*self.scalars("outbound", present.kind, ours, theirs)]
        if control and candidate:
            found += self.trees("outbound", present.kind, control.content, candidate.content)
        for difference in found:
            accepting = self.accepted.sent_value(
                difference.place, *map(_or_null, (difference.control, difference.candidate))
            )
            if accepting is None:
                yield replace(difference, place=_sent_place(present, difference.place))
            else:
                self.used.append(accepting)


def _first_difference(control: bytes, candidate: bytes) -> int:
    """Count bytes from 0, as ranges do."""
    pairs = enumerate(zip_longest(control, candidate))
    return next(at for at, (ours, theirs) in pairs if ours != theirs)


def _or_null(value: Any) -> Any:
    return None if value is ABSENT else value


def _sent_place(sent: Sent, place: str) -> str:
    member = place.removeprefix(sent.kind)
    return f"{sent.kind} {sent.destination}" + (f", {member.lstrip('.')}" if member else "")


def _family(value: Any) -> type:
    """Give what keeps equal values apart: true is not 1, but 1 is 1.0 in JSON."""
    if isinstance(value, bool):
        return bool
    return Number if isinstance(value, Number) else object


def _member(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _describe(body: Body) -> str:
    content = body.value if body.value is not None and body.kind != "html" else list(body.lines)
    return f"{body.kind}: {content}" if body.kind != "none" else "no body"


def _or_unchanged(value: Any) -> Any:
    return "(not changed)" if value is ABSENT else value


def _summary(effect: Effect | None) -> str:
    if effect is None:
        return "(nothing)"
    values = ", ".join(f"{column}={value!r}" for column, value in effect.values.items())
    return f"{effect.kind} {values}".strip()
