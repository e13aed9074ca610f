"""Differences as a person reads them, with the requests to repeat them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Any

from gateway.parity.compare import KINDS, Difference
from gateway.parity.paired import Paired

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gateway.parity.exchange import Request

_LONGEST_VALUE = 300
_LONGEST_PREFIX = 100
_SHOWN_BEFORE = 40
_LEFT_OUT_OF_CURL = {"User-Agent", "Accept"}


@dataclass(frozen=True)
class Call:
    """One compared request of a test."""

    number: int
    requests: tuple[Request, Request]
    statuses: tuple[int, int]
    differences: tuple[Difference, ...]
    statements: tuple[int, int] | None = None


def describe(
    calls: Iterable[Call], names: tuple[str, str], base_url: str, hints: Iterable[str] = ()
) -> str:
    """Describe all calls with differences, grouped by kind."""
    calls = list(calls)
    failed = [call for call in calls if call.differences]
    total = sum(len(call.differences) for call in failed)
    head = (
        f"{total} {'difference' if total == 1 else 'differences'} in {len(failed)} of"
        f" {len(calls)} compared calls (control is {names[0]}, candidate is {names[1]})"
    )
    blocks = ["\n".join(_call(call, names, base_url)) for call in failed]
    return "\n\n".join([head, *blocks, *hints])


def _call(call: Call, names: tuple[str, str], base_url: str) -> Iterator[str]:
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
    ours, theirs = (curl(request, base_url) for request in call.requests)
    if ours == theirs:
        yield f"  repeat with:\n    {ours}"
    else:
        yield f"  repeat with:\n    {names[0]}: {ours}\n    {names[1]}: {theirs}"


def _difference(difference: Difference) -> Iterator[str]:
    note = f"   ({difference.note})" if difference.note else ""
    yield f"    {difference.place}{note}"
    ours, theirs = _from_first_difference(difference.control, difference.candidate)
    yield f"      control    {show(ours)}"
    yield f"      candidate  {show(theirs)}"


def show(value: Any) -> str:
    """Show a value on one line, long ones cut."""
    text = _as_text(value).replace("\n", "\\n")
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}… ({len(text)} long)"


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str) and not isinstance(value, Paired) else repr(value)


def _from_first_difference(control: Any, candidate: Any) -> tuple[Any, Any]:
    """Leave out what two long texts begin with in common."""
    if not (isinstance(control, str) and isinstance(candidate, str)):
        return control, candidate
    pairs = zip(control, candidate, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    if same < _LONGEST_PREFIX:
        return control, candidate
    start = same - _SHOWN_BEFORE
    return f"…{control[start:]}", f"…{candidate[start:]}"


def curl(request: Request, base_url: str) -> str:
    """Give the command that sends a request again."""
    words = ["curl", "-i", "-X", request.method, base_url + request.target]
    for name, value in request.headers:
        if name not in _LEFT_OUT_OF_CURL:
            words += ["-H", f"{name}: {value}"]
    if request.body:
        words += ["--data-binary", request.body.decode(errors="backslashreplace")]
    return shlex.join(words)
