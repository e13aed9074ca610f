"""`gateway check`: every fault of the table, and whether its backends can be loaded."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from gateway.backends import BackendError, load_backend
from gateway.cli.output import json_option, print_json, table_option
from gateway.inventory import serves
from gateway.loader import Fault, TableError, parse_table, place_of, read_bytes, revision_of
from gateway.table import Route, RoutingTable


@click.command()
@table_option
@json_option
def check(table: str, *, as_json: bool) -> None:
    """Find every fault of the routing table; exit 1 if there is one.

    Imports the backends, and finds routes that go to a backend which does not serve them.
    """
    revision, faults = examine(table)
    if as_json:
        listed = [fault.as_json() for fault in faults]
        print_json({"ok": not faults, "revision": revision, "faults": listed})
    elif faults:
        click.echo("\n".join(map(str, faults)))
    else:
        click.echo(f"{table} is fine: revision {revision}.")
    sys.exit(1 if faults else 0)


def examine(file: str) -> tuple[str | None, list[Fault]]:
    """Return the revision of a table's file (None if unreadable) and everything wrong with it."""
    revision = None
    try:
        content = read_bytes(file)
        revision = revision_of(content)
        table = parse_table(content, file)
    except TableError as error:
        return revision, list(error.faults)
    return revision, list(_backend_faults(content, file, table))


def _backend_faults(content: bytes, file: str, table: RoutingTable) -> Iterator[Fault]:
    applications = {}
    for name, backend in table.backends.items():
        try:
            applications[name] = load_backend(name, backend)
        except BackendError as error:
            yield place_of(content, file, ("backends", name), str(error))
    for route in table.routes.values():
        for name, share in route.to.shares.items():
            if share and name in applications and serves(applications[name], route) is False:
                yield place_of(content, file, ("routes", route.name, "to"), _unserved(route, name))


def _unserved(route: Route, backend: str) -> str:
    methods = ", ".join(sorted(route.methods)) + " " if route.methods else ""
    where = route.path or f"anything below {route.prefix}"
    return (
        f"Route {route.name!r} goes to {backend!r}, which does not serve {methods}{where}. Send it"
        " to a backend that does, or add the view."
    )
