"""`gateway history [ROUTE]`: who flipped what, when and why."""

from __future__ import annotations

import json

import click

from gateway import history as flips
from gateway.cli.output import json_option, note, print_columns, print_json, table_option
from gateway.history import Entry
from gateway.loader import read_bytes
from gateway.percent import shown

_TITLES = ("WHEN", "WHO", "ROUTE", "FROM", "TO", "REVISION", "WHY")


@click.command()
@click.argument("route", required=False)
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many flips."
)
@table_option
@json_option
def history(route: str | None, limit: int, table: str, *, as_json: bool) -> None:
    """List the flips of a table (or of ROUTE), the newest first."""
    known = flips.read(table)
    for line in known.notes:
        note(line)
    entries = known.of(route)[: -limit - 1 : -1]
    if as_json:
        print_json([json.loads(flips.as_json(entry)) for entry in entries])
    elif entries:
        print_columns([_TITLES, *map(_cells, entries)])
    else:
        read_bytes(table)  # a table that does not exist has no history either
        of = f" of route {route!r}" if route else ""
        click.echo(f"No flip{of} is recorded for {table}.")


def _cells(entry: Entry) -> tuple[str, ...]:
    return (
        entry.at,
        entry.who,
        entry.route,
        shown(entry.from_),
        shown(entry.to),
        entry.revision,
        entry.why or "-",
    )
