"""`gateway serve`: a production server in front of the table's applications."""

from __future__ import annotations

import click

from gateway.cli.output import note, table_option
from gateway.restarts import problems_of
from gateway.server import SERVERS, Address, ServerError, ServerSettings, check_address, run


class _AddressType(click.ParamType[Address]):
    name = "HOST:PORT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        if isinstance(value, Address):
            return value
        host, _, port = str(value).rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            message = f"{value!r} is not an address. Write HOST:PORT, such as 127.0.0.1:5000."
            self.fail(message, param, ctx)
        return Address(host.strip("[]"), int(port))


@click.command()
@table_option
@click.option("--bind", type=_AddressType(), default="127.0.0.1:5000", show_default=True)
@click.option("--workers", type=click.IntRange(1, 256), default=2, show_default=True)
@click.option(
    "--threads", type=click.IntRange(1, 1024), default=8, show_default=True, help="A worker."
)
@click.option("--server", type=click.Choice(sorted(SERVERS)), default="granian", show_default=True)
@click.option("--access-log/--no-access-log", default=True, show_default=True)
def serve(
    table: str, bind: Address, workers: int, threads: int, server: str, *, access_log: bool
) -> None:
    """Serve the routing table; edits of it are followed while requests run.

    SIGTERM and SIGINT stop it once the running requests are finished. The access log goes to
    stdout, everything else to stderr.
    """
    if problems := problems_of(table):
        raise ServerError(problems)
    check_address(bind)
    note(
        f"Serving {table} on http://{bind} with {server}:"
        f" {workers} workers, {threads} threads each."
    )
    run(server, ServerSettings(table, bind, workers, threads, access_log))
