"""`gateway parity replay`: a session from a browser, sent to both sides and compared."""

from __future__ import annotations

import sys
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.output import json_option, note, print_json, table_option
from gateway.cli.recording import har_options, left_out_line
from gateway.parity.repeat import GATEWAY_URL
from gateway.refusal import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.parity.har.outcome import SessionOutcome


def _address(_context: click.Context, _parameter: click.Parameter, url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise click.BadParameter(f"{url!r} is no address. Write http://HOST:PORT.")
    return url


def _reports(
    _context: click.Context, _parameter: click.Parameter, names: tuple[str, ...]
) -> list[Path]:
    for name in names:
        if Path(name).suffix not in {".html", ".json"}:
            raise click.BadParameter(f"{name!r} is of no known kind. Give FILE.html or FILE.json.")
    return list(map(Path, names))


@click.command()
@har_options
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
    metavar="TIME",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]),
    help="When it happens, such as 2026-03-04T10:00:00. Default: when it was recorded.",
)
@click.option(
    "--allow-strayed", is_flag=True, help="Exit with 0 though a call went otherwise than recorded."
)
@click.option(
    "--url",
    metavar="URL",
    default=GATEWAY_URL,
    show_default=True,
    callback=_address,
    help="The gateway that the commands which repeat a request ask.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    callback=_reports,
    metavar="FILE",
    help="Write a page (FILE.html) or data (FILE.json) as well; may be given twice.",
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
    url: str,
    reports: list[Path],
    as_json: bool,
) -> None:
    """Send a recorded session to both backends and compare; exit 1 for a difference.

    Runs in this process on two private copies of the database. Cookies, CSRF tokens and ids are
    each side's own.
    """
    _need_extra()
    from gateway.parity.har.comparison import Preparation, compare_session  # noqa: PLC0415
    from gateway.parity.har.outcome import outcome_of  # noqa: PLC0415
    from gateway.parity.har.session import read_session  # noqa: PLC0415
    from gateway.parity.run import start_run  # noqa: PLC0415
    from gateway.parity.written import write_reports  # noqa: PLC0415

    session = read_session(file, origin=origin, assets=assets, streams=streams, uploads=uploads)
    moment = at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
    preparation = Preparation(state, login, dict(map(_pair, cookies)), moment)
    # What an application prints is no result.
    with redirect_stdout(sys.stderr), _told_plainly():
        run = start_run(Path(table), control, candidate, gateway_url=url)
        course = compare_session(run, session, preparation)
    outcome = outcome_of(run, session, course, may_stray=allow_strayed)
    unwritten = write_reports(outcome, reports)
    if as_json:
        print_json(outcome.as_json())
    else:
        _print(outcome)
    for told in unwritten:
        note(told)
    sys.exit(0 if outcome.ok and not unwritten else 1)


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


def _print(outcome: SessionOutcome) -> None:
    from gateway.parity.outcome import lines, summary_of  # noqa: PLC0415

    for line in (
        *(list(lines(outcome)) or [outcome.headline]),
        "",
        *summary_of(outcome),
        *(f"note: {told}" for told in outcome.notes),
        *left_out_line(outcome.left_out),
        *outcome.faults,
    ):
        # A recording may hold half of a surrogate pair, which has no UTF-8.
        click.echo(line.encode("utf-8", "backslashreplace").decode())
