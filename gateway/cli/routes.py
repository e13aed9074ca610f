"""`gateway routes`: the table at a glance."""

from __future__ import annotations

from typing import Any

import click

from gateway.backends import load_backend
from gateway.cli.output import json_option, print_columns, print_json, table_option
from gateway.inventory import inventory
from gateway.loader import load_table
from gateway.percent import said, shown
from gateway.table import Route, RoutingTable


@click.command()
@table_option
@json_option
def routes(table: str, *, as_json: bool) -> None:
    """List the routes: what they match, who answers, and which backends serve them."""
    rows = list_routes(load_table(table))
    if as_json:
        print_json(rows)
    else:
        _print_table(rows)


def list_routes(table: RoutingTable) -> list[dict[str, Any]]:
    """Return one row a route, in the order of the file; `served_by` is None where unknown."""
    inventories = {
        name: inventory(load_backend(name, backend)) for name, backend in table.backends.items()
    }
    return [
        {
            "route": route.name,
            "methods": sorted(route.methods) if route.methods else None,
            "path": _where(route),
            "to": said(route.to),
            "served_by": {name: inv and inv.serves(route) for name, inv in inventories.items()},
        }
        for route in table.routes.values()
    ]


def _where(route: Route) -> str:
    return route.path if route.path is not None else f"{(route.prefix or '').rstrip('/')}/*"


def _print_table(rows: list[dict[str, Any]]) -> None:
    print_columns([("ROUTE", "METHODS", "PATH", "TO", "SERVED BY"), *map(_line, rows)])


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    served = ", ".join(name for name, answer in row["served_by"].items() if answer is not False)
    return (
        row["route"],
        ", ".join(row["methods"] or ["all"]),
        row["path"],
        shown(row["to"]),
        served or "-",
    )
