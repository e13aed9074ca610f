"""What two sides left behind: effects on rows, and what they sent elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gateway.parity.difference import ABSENT, Difference
from gateway.parity.pairing import paired_sent
from gateway.parity.sent import NO_STAND_IN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gateway.effects import Effect
    from gateway.parity.sent import Sent
    from gateway.parity.values import Values

_LET_IT_HAPPEN = "what follows from it means little; parity_outbound = allow lets it happen"


def compare_effects(
    pairs: Iterable[tuple[Effect | None, Effect | None]], values: Values
) -> Iterator[Difference]:
    """Compare effects on rows that belong together, column by column."""
    for ours, theirs in pairs:
        yield from _effects(ours, theirs, values)


def _effects(
    control: Effect | None, candidate: Effect | None, values: Values
) -> Iterator[Difference]:
    present = control or candidate
    assert present is not None
    place = f"{present.table}[{', '.join(map(str, present.key))}]"
    if control is None or candidate is None or control.kind != candidate.kind:
        ours, theirs = (_summary(side) for side in (control, candidate))
        yield Difference("rows", place, ours, theirs)
        return
    for name in {**control.values, **candidate.values}:
        ours, theirs = (side.values.get(name, ABSENT) for side in (control, candidate))
        yield from _column(f"{place}.{name}", f"{present.table}.{name}", ours, theirs, values)


def _column(
    place: str, column: str, control: Any, candidate: Any, values: Values
) -> Iterator[Difference]:
    note = values.reason(control, candidate)
    if note is None or values.is_noise("rows", place, control, candidate, note):
        return
    accepting = values.accepted.row_value(column, control, candidate)
    if accepting is None:
        ours, theirs = (_or_unchanged(value) for value in (control, candidate))
        yield Difference("rows", place, ours, theirs, note)
    else:
        values.used.append(accepting)


def _or_unchanged(value: Any) -> Any:
    return "(not changed)" if value is ABSENT else value


def _summary(effect: Effect | None) -> str:
    if effect is None:
        return "(nothing)"
    values = ", ".join(f"{column}={value!r}" for column, value in effect.values.items())
    return f"{effect.kind} {values}".strip()


def compare_sent(
    control: tuple[Sent, ...], candidate: tuple[Sent, ...], values: Values
) -> Iterator[Difference]:
    """Compare what both sides sent, each with what belongs to it."""
    pairs = list(paired_sent(control, candidate, values.renaming))
    for ours, theirs in pairs:
        yield from _sent(ours, theirs, values)
    yield from _order(pairs, values)


def _order(
    pairs: Iterable[tuple[Sent | None, Sent | None]], values: Values
) -> Iterator[Difference]:
    """Compare the order in which one thread sent what both sides sent."""
    both = [
        (one, other)
        for one, other in pairs
        if one and other and one.turn is not None and other.turn is not None
    ]
    ours = [_label(one) for one, _ in sorted(both, key=lambda pair: pair[0].turn or 0)]
    theirs = [_label(one) for one, _ in sorted(both, key=lambda pair: pair[1].turn or 0)]
    if ours != theirs:
        found = Difference("outbound", "order", ours, theirs)
        yield from _unless_accepted(found, found.place, values)


def _label(sent: Sent) -> str:
    return f"{sent.kind} {sent.destination}"


def _sent(control: Sent | None, candidate: Sent | None, values: Values) -> Iterator[Difference]:
    present = control or candidate
    assert present is not None
    ours, theirs = (side.destination if side else ABSENT for side in (control, candidate))
    if present.kind == NO_STAND_IN:
        yield Difference("outbound", NO_STAND_IN, ours, theirs, _LET_IT_HAPPEN)
        return
    found = [*values.scalars("outbound", present.kind, ours, theirs)]
    if control and candidate:
        found += values.trees("outbound", present.kind, control.content, candidate.content)
    for difference in found:
        place = _sent_place(present, difference.place)
        yield from _unless_accepted(difference, place, values)


def _unless_accepted(difference: Difference, place: str, values: Values) -> Iterator[Difference]:
    accepting = values.accepted.sent_value(
        difference.place, *map(_or_null, (difference.control, difference.candidate))
    )
    if accepting is None:
        yield replace(difference, place=place)
    else:
        values.used.append(accepting)


def _or_null(value: Any) -> Any:
    return None if value is ABSENT else value


def _sent_place(sent: Sent, place: str) -> str:
    member = place.removeprefix(sent.kind)
    return _label(sent) + (f", {member.lstrip('.')}" if member else "")
