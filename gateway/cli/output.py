"""How commands speak: options that all share, JSON, and notes to the person."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import click

from gateway import DEFAULT_TABLE, TABLE_VARIABLE

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

table_option: Callable[..., Any] = click.option(
    "--table",
    envvar=TABLE_VARIABLE,
    default=DEFAULT_TABLE,
    show_default=True,
    metavar="FILE",
    help=f"The routing table (or {TABLE_VARIABLE}).",
)

json_option: Callable[..., Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object for a program to read."
)


def print_json(value: Any) -> None:
    """Print a result for a program."""
    text = json.dumps(value, ensure_ascii=False)
    if not _LONE_SURROGATE.search(text):
        click.echo(text)
    else:  # of a file's name that is not UTF-8, which the output must be
        click.echo(json.dumps(value))


def print_columns(lines: Sequence[tuple[str, ...]]) -> None:
    """Print lines of cells, aligned; the last column is as wide as it is."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (_printable(cell).ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _printable(cell: str) -> str:
    """Keep whoever wrote a cell from steering the terminal."""
    return "".join(character if character.isprintable() else "?" for character in cell)


def note(message: str) -> None:
    """Tell the person something that is not a result."""
    click.echo(message, err=True)
