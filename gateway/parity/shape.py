"""The shape of a value that varies by itself: what may differ in it, and what may not.

Two texts have the same shape if they have the same punctuation, runs of the same kinds of
characters between, and the same length, unless control's own lengths vary. Times must be written
alike and lie close together, so another zone is another shape, and so is a null.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

CLOSE = timedelta(minutes=1)

_RUN = re.compile(r"[0-9A-Za-z]+")
_DIGIT = re.compile(r"[0-9]")
_EPOCH = range(1_000_000_000, 10_000_000_000)
_CLASSES = tuple(map(re.compile, ("[0-9]", "[a-f]", "[g-z]", "[A-F]", "[G-Z]")))


def same_shape(control: Any, again: Any, candidate: Any) -> bool:
    """Tell whether a value has the shape of two that control gave for the same."""
    if isinstance(control, str) and isinstance(again, str) and isinstance(candidate, str):
        return _same_text(control, again, candidate)
    if isinstance(control, list) and isinstance(again, list) and isinstance(candidate, list):
        return same_shape(*("\n".join(map(str, side)) for side in (control, again, candidate)))
    numbers = (control, again, candidate)
    if any(
        isinstance(each, bool) or not isinstance(each, int | float | Decimal) for each in numbers
    ):
        return type(control) is type(again) is type(candidate) is bool
    return _same_number(*numbers)


def _same_text(control: str, again: str, candidate: str) -> bool:
    moments = [moment_of(text) for text in (control, candidate)]
    if any(moments):
        ours, theirs = moments
        alike = _DIGIT.sub("9", control) == _DIGIT.sub("9", candidate)
        return bool(ours and theirs and alike and abs(ours - theirs) <= CLOSE)
    if not min(len(control), len(again)) <= len(candidate) <= max(len(control), len(again)):
        return False
    return _RUN.sub("", candidate) in {_RUN.sub("", control), _RUN.sub("", again)} and (
        _classes(candidate) <= _classes(control) | _classes(again)
    )


def _classes(text: str) -> set[str]:
    return {kind.pattern for kind in _CLASSES if kind.search(text)}


def _same_number(control: Any, again: Any, candidate: Any) -> bool:
    ours, theirs = moment_of(control), moment_of(candidate)
    if ours or theirs:
        return bool(ours and theirs and abs(ours - theirs) <= CLOSE)
    return (
        type(control) is type(candidate)
        and (candidate < 0) == (min(control, again) < 0)
        and len(str(abs(int(candidate))))
        <= 1 + max(len(str(abs(int(n)))) for n in (control, again))
    )


def moment_of(value: Any) -> datetime | None:
    """Read a time: ISO 8601, as HTTP writes it, or seconds or milliseconds since 1970."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        seconds = value / 1000 if int(value) // 1000 in _EPOCH else value
        return datetime.fromtimestamp(float(seconds), UTC) if int(seconds) in _EPOCH else None
    if not isinstance(value, str) or len(value) < len("2026-03-02T09:30"):
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(value)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def moved_with(clock: timedelta, before: Any, after: Any) -> bool:
    """Tell whether a time is just as much later as the clock is, so that it does not vary."""
    ours, theirs = moment_of(before), moment_of(after)
    return bool(ours and theirs and abs(theirs - ours - clock) < timedelta(seconds=1))
