"""The JSON that the two applications' providers write for equal values."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from gateway.doctor.application import Application, Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.sources import lines_with

VALUES = Check("web.json-values", "warning")
TEXT = Check("web.json-text", "note")
CHECKS = (VALUES, TEXT)

SAMPLES: Mapping[str, Any] = {
    "a time": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "a time without a zone": datetime(2026, 1, 2, 3, 4, 5, 678),  # noqa: DTZ001 - as databases give
    "a date": date(2026, 1, 2),
    "a decimal": Decimal("1.50"),
    "a UUID": uuid.UUID(int=1),
    "a tuple": (1, 2),
    "a set": {1},
}
TEXTS: Mapping[str, Any] = {"keys in the order b, a": {"b": 1, "a": 2}, "the text é": "é"}


def findings(pair: Pair) -> Iterator[Finding]:
    """Find values that the two applications write as different JSON."""
    if values := [*_differing(pair, SAMPLES), *_types(pair)]:
        yield VALUES.finding(
            "The applications' JSON providers write some values differently. Scripts that read them"
            " break at a flip, wherever both answer through jsonify or by returning a dict.",
            *values,
            *_providers(pair),
            fix="Give both applications the same json provider (app.json), or write such values as"
            " text in the views.",
        )
    if all(map(_used, pair)) and (texts := list(_differing(pair, TEXTS))):
        yield TEXT.finding(
            "The applications write equal JSON in other orders or with other escapes. Programs read"
            " the same, but ETags, snapshots and signatures over the text change at a flip.",
            *texts,
            *_providers(pair),
            fix="Set app.json.sort_keys and app.json.ensure_ascii alike.",
        )


def _used(application: Application) -> bool:
    return bool(lines_with(application, "jsonify"))


def _differing(pair: Pair, samples: Mapping[str, Any]) -> Iterator[str]:
    for name, value in samples.items():
        ours, theirs = (_written(application, value) for application in pair)
        if ours != theirs:
            yield f"{name}: {ours} in {pair.control.name}, {theirs} in {pair.candidate.name}"


def _written(application: Application, value: Any) -> str:
    try:
        return str(application.flask.json.dumps(value))
    except Exception as error:  # noqa: BLE001 - what a view would meet
        return f"a {type(error).__name__}"


def _types(pair: Pair) -> Iterator[str]:
    ours, theirs = (getattr(each.flask.json, "mimetype", "application/json") for each in pair)
    if ours != theirs:
        yield f"the content type: {ours} in {pair.control.name}, {theirs} in {pair.candidate.name}"


def _providers(pair: Pair) -> Iterator[str]:
    for application in pair:
        kind = type(application.flask.json)
        yield f"{application.name}: app.json is a {kind.__module__}.{kind.__qualname__}"
