"""`gateway parity replay` and `record`: a session from a browser, compared or made a test."""

from __future__ import annotations

import sys
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.output import json_option, note, print_json, table_option
from gateway.refusal import RefusalError
from gateway.tablefile import create

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gateway.parity.har.comparison import Compared
    from gateway.parity.har.session import Session
    from gateway.parity.run import Run


@click.group()
def parity() -> None:
    """Compare two backends with a session that a browser recorded (a HAR file)."""


def _upload(
    _context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, Path | str]:
    uploads: dict[str, Path | str] = {}
    for text in given:
        field, equals, content = text.partition("=")
        if not field or not equals:
            raise click.BadParameter(f"{text!r} is no field. Write FIELD=@FILE or FIELD=VALUE.")
        uploads[field] = Path(content[1:]) if content.startswith("@") else content
        if content.startswith("@") and not Path(content[1:]).is_file():
            raise click.BadParameter(f"There is no file {content[1:]!r}.")
    return uploads


def _har_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.argument("file", metavar="FILE.har"),
        click.option("--origin", help="Which of the recorded hosts is the application."),
        click.option("--assets", is_flag=True, help="Take style sheets, scripts, images too."),
        click.option("--streams", is_flag=True, help="Take event streams of GET requests too."),
        click.option(
            "--upload",
            "uploads",
            multiple=True,
            callback=_upload,
            metavar="FIELD=@FILE",
            help="What an upload sent, which browsers do not record; or FIELD=VALUE.",
        ),
    ):
        command = option(command)
    return command


@parity.command()
@_har_options
@click.option("--control", metavar="BACKEND", help="Default: the table's default.")
@click.option("--candidate", metavar="BACKEND", help="Default: the other backend.")
@click.option(
    "--state",
    metavar="MODULE:FUNCTION",
    help="Prepares the state: a context manager that is given the database and yields a state."
    " Default: the database as it is.",
)
@click.option(
    "--login",
    metavar="MODULE:FUNCTION",
    help="Is called with `parity` before the session, to sign in.",
)
@click.option(
    "--cookie", "cookies", multiple=True, metavar="NAME=VALUE", help="Sent to both from the start."
)
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]),
    help="When it happens. Default: when it was recorded.",
)
@click.option(
    "--allow-strayed", is_flag=True, help="Exit with 0 though a call went otherwise than recorded."
)
@table_option
@json_option
def replay(  # noqa: PLR0913 - one parameter an option
    *,
    file: str,
    origin: str | None,
    control: str | None,
    candidate: str | None,
    state: str | None,
    login: str | None,
    cookies: tuple[str, ...],
    at: datetime | None,
    table: str,
    assets: bool,
    streams: bool,
    uploads: dict[str, Path | str],
    allow_strayed: bool,
    as_json: bool,
) -> None:
    """Send a recorded session to both backends and compare; exit 1 for a difference.

    Runs in this process on two private copies of the database. Cookies, CSRF tokens and ids are
    each side's own.
    """
    _need_extra()
    from gateway.parity.har.comparison import Preparation, compare_session  # noqa: PLC0415
    from gateway.parity.har.session import read_session  # noqa: PLC0415

    session = read_session(file, origin=origin, assets=assets, streams=streams, uploads=uploads)
    moment = at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
    preparation = Preparation(state, login, dict(map(_pair, cookies)), moment)
    # What an application prints is no result.
    with redirect_stdout(sys.stderr), _told_plainly():
        run = _run(table, control, candidate)
        compared = compare_session(run, session, preparation)
    ok = compared.report is None and (allow_strayed or not compared.outcome.strayed)
    if as_json:
        print_json(_as_json(run, session, compared, ok=ok))
    else:
        _print(run, session, compared)
    sys.exit(0 if ok else 1)


def _need_extra() -> None:
    if find_spec("time_machine") is None:
        raise RefusalError(
            "Comparing needs more packages: pip install 'strangler-gateway[sqlalchemy,parity]'."
        )


def _pair(cookie: str) -> tuple[str, str]:
    name, equals, value = cookie.partition("=")
    if not name or not equals:
        raise click.BadParameter(f"{cookie!r} is no cookie. Write NAME=VALUE.")
    return name.strip(), value.strip()


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Tell what is wrong with the settings of a comparison as a sentence."""
    from gateway.parity.accepted_file import AcceptedDifferencesError  # noqa: PLC0415
    from gateway.parity.harness import ParityError  # noqa: PLC0415

    try:
        yield
    except (ParityError, AcceptedDifferencesError) as error:
        raise RefusalError(str(error).replace("--parity-", "--")) from error


def _run(table: str, control: str | None, candidate: str | None) -> Run:
    from gateway.parity.run import start_run  # noqa: PLC0415

    return start_run(Path(table), control, candidate)


def _print(run: Run, session: Session, compared: Compared) -> None:
    names = f"control is {run.control.name}, candidate is {run.candidate.name}"
    count = len(compared.calls)
    calls = f"{count} {'call' if count == 1 else 'calls'}"
    click.echo(compared.report or f"{calls} compared, no difference ({names})")
    for strayed in compared.outcome.strayed:
        click.echo(f"strayed: {strayed}")
    if compared.outcome.strayed:
        click.echo(
            "A call that went otherwise than recorded may have compared little. Begin from the"
            " recorded state (--state, --login, --at), or allow it with --allow-strayed."
        )
    for told in _notes(run, session, compared):
        click.echo(f"note: {told}")
    if session.left_out:
        counts = ", ".join(f"{reason} ({count})" for reason, count in session.left_out.items())
        click.echo(f"left out: {counts}")
    if run.used:
        used = ", ".join(f"{name} ({count})" for name, count in sorted(run.used.items()))
        click.echo(f"accepted differences that occurred: {used}")


def _notes(run: Run, session: Session, compared: Compared) -> list[str]:
    rows = (
        []
        if run.database
        else ["Responses only: the table has no 'database', so what was written is not compared."]
    )
    return [*rows, *session.notes, *compared.outcome.notes]


def _as_json(run: Run, session: Session, compared: Compared, *, ok: bool) -> dict[str, Any]:
    from gateway.parity.report import show  # noqa: PLC0415

    return {
        "ok": ok,
        "control": run.control.name,
        "candidate": run.candidate.name,
        "origin": session.origin,
        "calls": len(compared.calls),
        "differences": [
            {
                "call": call.number,
                "method": call.requests[0].method,
                "target": call.requests[0].target,
                "kind": difference.kind,
                "place": difference.place,
                "control": show(difference.control),
                "candidate": show(difference.candidate),
                "note": difference.note,
            }
            for call in compared.calls
            for difference in call.differences
        ],
        "strayed": [asdict(strayed) for strayed in compared.outcome.strayed],
        "accepted": dict(sorted(run.used.items())),
        "left_out": dict(session.left_out),
        "notes": _notes(run, session, compared),
    }


@parity.command()
@_har_options
@click.option("--output", metavar="FILE", help="Default: stdout.")
@click.option("--name", metavar="NAME", help="Of the test. Default: from the file's name.")
@click.option("--fixture", metavar="NAME", help="A fixture that the test asks for, to sign in.")
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
def record(  # noqa: PLR0913 - one parameter an option
    *,
    file: str,
    origin: str | None,
    output: str | None,
    name: str | None,
    fixture: str | None,
    assets: bool,
    streams: bool,
    uploads: dict[str, Path | str],
    force: bool,
) -> None:
    """Turn a recorded session into a parity test, with its secrets taken out.

    Passwords, tokens and cookies are read from the environment or taken from each side's own
    answers, and ids from the answers that gave them.
    """
    from gateway.parity.har.script import name_from, script_of  # noqa: PLC0415  # pytest's extra
    from gateway.parity.har.session import read_session  # noqa: PLC0415

    for option, given in (("--name", name), ("--fixture", fixture)):
        if given is not None and not given.isidentifier():
            raise click.BadParameter(f"{option} {given!r} is no name in Python.")
    session = read_session(file, origin=origin, assets=assets, streams=streams, uploads=uploads)
    text = script_of(session, name or name_from(Path(file).name), fixture)
    if output is None:
        click.echo(text, nl=False)
    else:
        create(output, text.encode(), force=force)
    for told in session.notes:
        note(f"note: {told}")
    if session.left_out:
        counts = ", ".join(f"{reason} ({count})" for reason, count in session.left_out.items())
        note(f"left out: {counts}")
