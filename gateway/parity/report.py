"""Differences as a person reads them, with the requests to repeat them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Any

from gateway.parity.difference import KINDS, Difference
from gateway.parity.paired import Paired

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gateway.parity.exchange import Request
    from gateway.parity.repeat import Gateway

_LONGEST_VALUE = 300
_LONGEST_PREFIX = 100
_SHOWN_BEFORE = 40


@dataclass(frozen=True)
class Call:
    """One compared request of a test."""

    number: int
    requests: tuple[Request, Request]
    statuses: tuple[int, int]
    differences: tuple[Difference, ...]
    statements: tuple[int, int] | None = None


def describe(
    calls: Iterable[Call], names: tuple[str, str], gateway: Gateway, hints: Iterable[str] = ()
) -> str:
    """Describe all calls with differences, grouped by kind."""
    calls = list(calls)
    failed = [call for call in calls if call.differences]
    total = sum(len(call.differences) for call in failed)
    head = (
        f"{total} {'difference' if total == 1 else 'differences'} in {len(failed)} of"
        f" {len(calls)} compared calls (control is {names[0]}, candidate is {names[1]})"
    )
    blocks = ["\n".join(_call(call, names, gateway)) for call in failed]
    return "\n\n".join([head, *blocks, *hints])


def _call(call: Call, names: tuple[str, str], gateway: Gateway) -> Iterator[str]:
    request = call.requests[0]
    yield f"call {call.number}: {request.method} {request.target}"
    ordered = sorted(call.differences, key=lambda d: KINDS.index(d.kind))
    for kind, differences in groupby(ordered, key=lambda d: d.kind):
        yield f"  {kind}"
        for difference in differences:
            yield from _difference(difference)
    if call.statements:
        counts = zip(names, call.statements, strict=True)
        yield f"  SQL statements: {', '.join(f'{name} {count}' for name, count in counts)}"
    ours, theirs = map(gateway.curl, call.requests, names)
    if ours == theirs:
        yield f"  repeat with:\n    {ours}"
    else:
        yield f"  repeat with:\n    {names[0]}: {ours}\n    {names[1]}: {theirs}"


def _difference(difference: Difference) -> Iterator[str]:
    note = f"   ({difference.note})" if difference.note else ""
    yield f"    {difference.place}{note}"
    ours, theirs = shown(difference)
    yield f"      control    {ours}"
    yield f"      candidate  {theirs}"


def shown(difference: Difference) -> tuple[str, str]:
    """Give both values on a line each: what long ones begin with in common, and their ends, cut."""
    texts = (_as_text(value) for value in (difference.control, difference.candidate))
    ours, theirs = _from_first_difference(*texts)
    return show(ours), show(theirs)


def show(value: Any) -> str:
    """Show a value on one line, long ones cut."""
    text = _as_text(value)
    told = "".join(map(_printable, text[:_LONGEST_VALUE]))
    return told if len(text) <= _LONGEST_VALUE else f"{told}… ({len(text)} long)"


def _printable(letter: str) -> str:
    """Keep a value on its line, and from steering the terminal; make what is unseen visible."""
    return letter if letter.isprintable() else repr(letter)[1:-1]


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str) and not isinstance(value, Paired) else repr(value)


def _from_first_difference(control: str, candidate: str) -> tuple[str, str]:
    """Leave out what two long texts begin with in common."""
    same = same_beginning(control, candidate)
    if same < _LONGEST_PREFIX:
        return control, candidate
    start = same - _SHOWN_BEFORE
    return f"…{control[start:]}", f"…{candidate[start:]}"


def same_beginning(one: str, other: str) -> int:
    """Tell how many characters two texts begin with in common."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
