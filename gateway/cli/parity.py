"""`gateway parity`: what is done with a session that a browser recorded."""

from __future__ import annotations

import click

from gateway.cli.record import record
from gateway.cli.replay import replay


@click.group()
def parity() -> None:
    """Compare two backends with a session that a browser recorded (a HAR file)."""


for command in (replay, record):
    parity.add_command(command)
