"""`gateway init LEGACY MODERN`: a first table from the two applications."""

from __future__ import annotations

from pathlib import Path

import click

from gateway import DEFAULT_TABLE
from gateway.backends import BackendError, load_backend, parse_target
from gateway.cli.output import note
from gateway.firsttable import LEGACY, MODERN, first_table
from gateway.inventory import Inventory, inventory
from gateway.refusal import RefusalError
from gateway.tablefile import create


@click.command()
@click.argument("legacy")
@click.argument("modern")
@click.option("--output", default=DEFAULT_TABLE, show_default=True, metavar="FILE")
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
def init(legacy: str, modern: str, output: str, *, force: bool) -> None:
    """Write a first routing table: everything that LEGACY serves goes to LEGACY.

    Both are module:attribute, or module:factory(). Comments say what MODERN does not serve yet,
    and what only MODERN serves.
    """
    if not force and Path(output).exists():
        raise RefusalError(
            f"{output} exists already. Choose another --output, or replace it with --force."
        )
    text = first_table((legacy, modern), _inventory(LEGACY, legacy), _inventory(MODERN, modern))
    create(output, text.encode(), force=force)
    note(f"Wrote {output}. Look it over with `gateway check --table {output}`.")


def _inventory(name: str, target: str) -> Inventory:
    try:
        backend = parse_target(target)
    except BackendError as error:
        raise RefusalError(f"No table was written. {error}") from error
    found = inventory(load_backend(name, backend))
    if found is None:
        raise RefusalError(
            f"The routes of {target!r} can't be seen, since no Flask application was found behind"
            " it. Write the table by hand."
        )
    return found
