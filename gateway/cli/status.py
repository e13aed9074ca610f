"""`gateway status`: the live workers of a table, their revisions and faults, and the counts."""

from __future__ import annotations

import time
from dataclasses import asdict

import click

from gateway.cli.output import json_option, print_json, table_option
from gateway.loader import TableError, read_bytes, revision_of
from gateway.workers import WorkerStatus, live_workers, summed

_EVERY = 1.0


@click.command()
@table_option
@click.option("--watch", is_flag=True, help="Print again every second until interrupted.")
@json_option
def status(table: str, *, watch: bool, as_json: bool) -> None:
    """Show the live workers of the table: revisions, faults and what they answered.

    With --watch --json, prints one JSON object a line.
    """
    while True:
        report(table, as_json=as_json)
        if not watch:
            return
        time.sleep(_EVERY)


def report(table: str, *, as_json: bool) -> None:
    """Print the status once."""
    workers = live_workers(table)
    revision = _revision(table)
    if as_json:
        print_json(
            {
                "revision": revision,
                "workers": [worker.as_json() for worker in workers],
                "counts": [asdict(count) for count in summed(workers)],
            }
        )
        return
    click.echo(f"{table} is at revision {revision or '-'}; {len(workers)} live workers.")
    for worker in workers:
        click.echo(_worker(worker, revision))
    for count in summed(workers):
        where = count.route or "(no route)"
        click.echo(
            f"  {count.requests:>9}  {count.status}  {count.backend:<12} {where} ({count.reason})"
        )


def _revision(table: str) -> str | None:
    try:
        return revision_of(read_bytes(table))
    except TableError:
        return None


def _worker(worker: WorkerStatus, revision: str | None) -> str:
    line = f"  worker {worker.pid} serves {worker.revision}"
    if worker.revision != revision:
        line += ", not the file as it is"
    return line + (f": {worker.fault}" if worker.fault else ".")
