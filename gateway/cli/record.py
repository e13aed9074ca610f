"""`gateway parity record`: a session from a browser, made a test."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.cli.output import note
from gateway.cli.recording import har_options, left_out_line
from gateway.tablefile import create


@click.command()
@har_options
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
    script = script_of(session, name or name_from(Path(file).name), fixture)
    if output is None:
        click.echo(script.source, nl=False)
    else:
        create(output, script.source.encode(), force=force)
    if script.environment:
        note(f"The test reads what is not written from {', '.join(script.environment)}.")
    for told in [*(f"note: {told}" for told in session.notes), *left_out_line(session.left_out)]:
        note(told)
