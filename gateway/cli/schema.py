"""`gateway schema`: the JSON Schema of the table, for editors."""

from __future__ import annotations

import json

import click

from gateway.table import RoutingTable

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@click.command()
def schema() -> None:
    """Print the JSON Schema of routing tables, so that editors complete and check them."""
    found = RoutingTable.model_json_schema(mode="validation")
    click.echo(json.dumps({"$schema": _DIALECT, **found}, indent=2))
