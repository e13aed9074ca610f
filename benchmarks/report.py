"""What a bench found: a table and what to know about it, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Report:
    """One bench's table. `notes` are full sentences: targets met or missed, what was left out."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


def as_markdown(report: Report) -> str:
    """Return the report as a Markdown table, with its notes as a list below."""
    lines = [f"## {report.title}", "", *_table(report), ""]
    lines += [f"- {note}" for note in report.notes]
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as plain values: each row is a mapping from column to cell."""
    rows = [dict(zip(report.columns, row, strict=True)) for row in report.rows]
    return asdict(report) | {"rows": rows}


def target(what: str, measured: float | None, limit: float, unit: str = "") -> Iterator[str]:
    """Yield a sentence that says whether a measured value is at most its limit."""
    if measured is None:
        return
    verdict = "met" if measured <= limit else f"missed by {measured / limit - 1:.1%}"
    yield f"Target: {what}, at most {_cell(limit)}{unit}: {_cell(measured)}{unit}, {verdict}."


def target_least(what: str, measured: float, limit: float) -> Iterator[str]:
    """Yield a sentence that says whether a measured value is at least its limit."""
    verdict = "met" if measured >= limit else f"missed by {1 - measured / limit:.1%}"
    yield f"Target: {what}, at least {_cell(limit)}: {_cell(measured)}, {verdict}."


def _table(report: Report) -> Iterator[str]:
    yield _line(report.columns)
    yield _line("---" if index == 0 else "---:" for index in range(len(report.columns)))
    for row in report.rows:
        yield _line(map(_cell, row))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Cell) -> str:
    if value is None:
        return "-"
    if isinstance(value, int | str):
        return f"{value:,}" if isinstance(value, int) else value
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.5g}"
