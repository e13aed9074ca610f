"""`gateway flip ROUTE TO`: let another backend, or a split, answer a route; or take a flip back."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Any

import click

from gateway import flip as flips
from gateway import history
from gateway.cli.output import json_option, note, print_json, table_option
from gateway.flip import Author, Flip
from gateway.percent import shown
from gateway.workers import FOLDER_VARIABLE, WorkerStatus, live_workers, wait_for


def _number(
    context: click.Context, parameter: click.Parameter, value: float | None
) -> float | None:
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is no number of seconds.", context, parameter)
    return value


@click.command()
@click.argument("route", required=False)
@click.argument("to", required=False)
@click.option("--undo", is_flag=True, help="Take the newest flip (of ROUTE) back.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    callback=_number,
    metavar="SECONDS",
    help="Return when every live worker serves the new table; exit 1 if that takes longer, or if"
    " no worker is known.",
)
@click.option("--why", metavar="TEXT", help="The reason, for the history.")
@click.option("--force", is_flag=True, help="Do not ask whether the backend serves the route.")
@table_option
@json_option
def flip(  # noqa: PLR0913 - one parameter an option
    route: str | None,
    to: str | None,
    table: str,
    wait: float | None,
    why: str | None,
    *,
    undo: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Let TO answer ROUTE: a backend, or a split such as legacy=90,modern=10.

    Only the value of the route's "to:" changes in the file. Who flipped what, when and why goes
    into a history beside it, from which --undo takes the newest flip back, then the one before.
    """
    author = Author(history.who(), why)
    if undo:
        if to is not None:
            raise click.UsageError("--undo knows where to flip back to. Leave TO out.")
        done = flips.undo(table, route, author, force=force)
    elif route is None or to is None:
        raise click.UsageError("Name a ROUTE and TO whom it goes, or take a flip back with --undo.")
    else:
        done = flips.flip(table, route, to, author, force=force)
    answer = None if wait is None else _ask(table, done.revision, wait)
    if as_json:
        print_json(_as_json(done, answer))
    else:
        click.echo(_told(done))
    if wait is None or answer is None:
        return
    _tell(table, done, wait, answer)
    # Whoever waits wants to know that it is served. That nobody says so is no such knowledge.
    sys.exit(0 if answer.acknowledged else 1)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the workers said: whether all serve the revision (None: nobody knows), and who not."""

    acknowledged: bool | None
    waiting: tuple[WorkerStatus, ...] = ()


def _ask(table: str, revision: str, seconds: float) -> _Answer:
    waiting = wait_for(table, revision, seconds)
    if not waiting and not live_workers(table):
        return _Answer(None)
    return _Answer(not waiting, tuple(waiting))


def _as_json(done: Flip, answer: _Answer | None) -> dict[str, Any]:
    answer = answer or _Answer(None)
    return {
        "route": done.route,
        "from": done.from_,
        "to": done.to,
        "revision": done.revision,
        "revision_before": done.revision_before,
        "acknowledged": answer.acknowledged,
        "waiting": [
            {"pid": worker.pid, "revision": worker.revision, "fault": worker.fault}
            for worker in answer.waiting
        ],
    }


def _told(done: Flip) -> str:
    if not done.changed:
        return f"{done.route}: {shown(done.to)} already, revision {done.revision}. Nothing changed."
    return (
        f"{done.route}: {shown(done.from_)} → {shown(done.to)},"
        f" revision {done.revision_before} → {done.revision}."
    )


def _tell(table: str, done: Flip, wait: float, answer: _Answer) -> None:
    if answer.acknowledged:
        note(f"Every live worker serves revision {done.revision}.")
    elif answer.acknowledged is None:
        note(
            f"No live worker of {table} is known here, so nobody acknowledged revision"
            f" {done.revision}. Workers are known to their own user, by the same path of the table"
            f" and the same {FOLDER_VARIABLE}."
        )
    else:
        note(f"After {wait:g} seconds not every worker serves revision {done.revision}:")
        for worker in answer.waiting:
            fault = f" {worker.fault}" if worker.fault else ""
            note(f"  worker {worker.pid} serves revision {worker.revision}.{fault}")
