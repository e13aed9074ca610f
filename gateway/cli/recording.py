"""The file and the options that `gateway parity replay` and `record` have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click


def har_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the argument FILE.har and the options that say what of it is taken."""
    for option in (
        click.argument("file", metavar="FILE.har"),
        click.option(
            "--origin", metavar="URL", help="Which of the recorded hosts is the application."
        ),
        click.option("--assets", is_flag=True, help="Take style sheets, scripts, images too."),
        click.option("--streams", is_flag=True, help="Take event streams of GET requests too."),
        click.option(
            "--upload",
            "uploads",
            multiple=True,
            callback=_upload,
            metavar="FIELD=@FILE",
            help="What an upload sent, where the browser did not record it; or FIELD=VALUE.",
        ),
    ):
        command = option(command)
    return command


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


def left_out_line(left_out: Mapping[str, int]) -> list[str]:
    """Say in one line, or none, what of a recording was left out."""
    counts = ", ".join(f"{reason} ({count})" for reason, count in left_out.items())
    return [f"left out: {counts}"] if counts else []
