"""`gateway check`: every fault of the table, and what is good to know before a flip."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import click

from gateway.backends import BackendError, WSGICallable, load_backend
from gateway.cli.output import json_option, print_json, table_option
from gateway.inventory import Inventory, inventory
from gateway.loader import (
    Fault,
    Placing,
    TableError,
    parse_table,
    placing,
    read_bytes,
    revision_of,
)
from gateway.notes import notes
from gateway.table import Route, RoutingTable
from gateway.unreachable import unreachable

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found in a table's file; `revision` is None if it can't be read."""

    revision: str | None
    faults: tuple[Fault, ...] = ()
    notes: tuple[Fault, ...] = ()


@click.command()
@table_option
@click.option("--strict", is_flag=True, help="Exit with 1 for notes too.")
@json_option
def check(table: str, *, strict: bool, as_json: bool) -> None:
    """Find every fault of the routing table; exit 1 if there is one.

    Imports the backends, and finds routes that go to a backend which does not serve them. Notes
    tell of URLs that no route names, and of routes that the applications do not answer alike.
    """
    found = examine(table)
    ok = not (found.faults or (strict and found.notes))
    if as_json:
        print_json(
            {
                "ok": ok,
                "revision": found.revision,
                "faults": [fault.as_json() for fault in found.faults],
                "notes": [note.as_json() for note in found.notes],
            }
        )
    else:
        click.echo("\n".join(_lines(table, found, ok=ok)))
    sys.exit(0 if ok else 1)


def _lines(table: str, found: Examination, *, ok: bool) -> Iterator[str]:
    yield from map(str, found.faults)
    if not found.faults:
        verdict = "is fine" if ok else "has notes, which --strict does not allow"
        yield f"{table} {verdict}: revision {found.revision}."
    for note in found.notes:
        yield f"{note.file}:{note.line}:{note.column}: note: {note.message}"


def examine(file: str) -> Examination:
    """Find everything that is wrong with a table's file, and everything worth a note."""
    revision = None
    try:
        content = read_bytes(file)
        revision = revision_of(content)
        table = parse_table(content, file)
    except TableError as error:
        return Examination(revision, error.faults)
    place = placing(content, file)
    loaded = {name: _load(name, table, place) for name in table.backends}
    unloadable = tuple(fault for fault in loaded.values() if isinstance(fault, Fault))
    inventories = {
        name: served
        for name, application in loaded.items()
        if not isinstance(application, Fault) and (served := inventory(application)) is not None
    }
    faults = (*_hidden(table, place), *unloadable, *_unserved(table, inventories, place))
    in_order = sorted(faults, key=lambda fault: (fault.line, fault.column))
    return Examination(revision, tuple(in_order), tuple(notes(table, inventories, place)))


def _load(name: str, table: RoutingTable, place: Placing) -> WSGICallable | Fault:
    try:
        return load_backend(name, table.backends[name])
    except BackendError as error:
        return place(("backends", name), str(error))


def _hidden(table: RoutingTable, place: Placing) -> Iterator[Fault]:
    for found in unreachable(table.routes.values()):
        named = [
            f"{name!r} on line {place(('routes', name), '').line}"
            for name in found.taken_by[:_NAMED]
        ]
        more = len(found.taken_by) - len(named)
        takers = ", ".join(named) + (f" and {more} more" if more > 0 else "")
        yield place(
            ("routes", found.route),
            f"Route {found.route!r} can never match: all that it is for is taken by more specific"
            f" routes, {takers}. Remove it, or let them ask for less.",
        )


def _unserved(
    table: RoutingTable, inventories: Mapping[str, Inventory], place: Placing
) -> Iterator[Fault]:
    for route in table.routes.values():
        for name, share in route.to.shares.items():
            if share and name in inventories and not inventories[name].serves(route):
                yield place(("routes", route.name, "to"), _sentence(route, name))


def _sentence(route: Route, backend: str) -> str:
    methods = ", ".join(sorted(route.methods)) + " " if route.methods else ""
    where = route.path or f"anything below {route.prefix}"
    return (
        f"Route {route.name!r} goes to {backend!r}, which does not serve {methods}{where}. Send it"
        " to a backend that does, or add the view."
    )
