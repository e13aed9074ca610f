"""`gateway override BACKEND`: a token for a tester who wants to see one backend."""

from __future__ import annotations

import os
import re
import time

import click

from gateway.cli.output import note, table_option
from gateway.history import timestamp
from gateway.loader import load_table
from gateway.override import KEY_VARIABLE, sign
from gateway.refusal import RefusalError
from gateway.table import OverrideSettings, RoutingTable

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600}
_LONGEST = 366 * _SECONDS["d"]


class _Duration(click.ParamType[int]):
    name = "TIME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        found = re.fullmatch(r"([0-9]{1,9})([smhd])", str(value))
        seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
        if not 0 < seconds <= _LONGEST:
            message = f"{value!r} is not a time of up to a year. Write 30m, 1h or 2d."
            self.fail(message, param, ctx)
        return seconds


@click.command()
@click.argument("backend")
@click.option("--ttl", type=_Duration(), default="1h", show_default=True, help="How long it lasts.")
@table_option
def override(backend: str, ttl: int, table: str) -> None:
    """Print a signed token that lets a tester see BACKEND everywhere, for a while."""
    parsed = load_table(table)
    settings = parsed.settings.override
    _check(table, parsed, backend)
    expires = int(time.time()) + ttl
    try:
        token = sign(os.environ.get(KEY_VARIABLE, ""), backend, expires)
    except ValueError as error:
        raise RefusalError(str(error)) from error
    click.echo(token)
    note(f"Send it as {_places(settings)}. It expires at {timestamp(expires)}.")


def _check(file: str, table: RoutingTable, backend: str) -> None:
    settings = table.settings.override
    if not (settings.cookie or settings.header):
        raise RefusalError(
            f"{file} reads no override. Add, for example,"
            " 'settings: {override: {header: X-Gateway-Backend}}'."
        )
    if backend not in table.backends:
        known = ", ".join(map(repr, table.backends))
        raise RefusalError(f"There is no backend {backend!r} in {file}. It names {known}.")
    if KEY_VARIABLE not in os.environ:
        raise RefusalError(
            f"{KEY_VARIABLE} is not set. Set it to the secret that the gateway is served with."
        )


def _places(settings: OverrideSettings) -> str:
    header = settings.header and f"the header {settings.header}"
    cookie = settings.cookie and f"the cookie {settings.cookie}"
    return " or ".join(place for place in (header, cookie) if place)
