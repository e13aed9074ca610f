"""`gateway explain METHOD URL`: who would answer a request, and why."""

from __future__ import annotations

from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

import click

from gateway.cli.output import json_option, print_json, table_option
from gateway.decision import Decider, Deciding
from gateway.loader import parse_table, read_bytes, revision_of
from gateway.paths import UnreadablePathError, canonical
from gateway.places import environ_key


@click.command()
@click.argument("method")
@click.argument("url")
@click.option("--header", "-H", "headers", multiple=True, metavar="'NAME: VALUE'")
@table_option
@json_option
def explain(method: str, url: str, headers: tuple[str, ...], table: str, *, as_json: bool) -> None:
    """Say who would answer METHOD URL, and why. URL is a path, or a whole address.

    In a split, a request without a subject (its cookie, header or address) is taken for a new
    visitor: another one may be answered by another backend.
    """
    content = read_bytes(table)
    parsed = parse_table(content, table)
    environ = _environ(method, url, headers)
    revision = revision_of(content)
    decider = Decider(parsed, Deciding(revision=revision))
    try:
        path = canonical(environ["PATH_INFO"])
        decision = decider.decide(environ)
    except UnreadablePathError as error:
        raise click.BadParameter(f"{error} The gateway answers 400.") from error
    if as_json:
        print_json(
            {
                "route": decision.route,
                "backend": decision.backend,
                "reason": decision.reason,
                "revision": revision,
                "path": path,
            }
        )
    else:
        by = f"route {decision.route!r}" if decision.route else "no route"
        click.echo(
            f"{method.upper()} {path} → {decision.backend} ({by}, reason {decision.reason},"
            f" revision {revision})"
        )


def _environ(method: str, url: str, headers: tuple[str, ...]) -> dict[str, str]:
    parts = _parts(url)
    path = unquote_to_bytes(parts.path.encode("utf-8", "surrogateescape"))
    environ = {
        "REQUEST_METHOD": method.upper(),
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": parts.query,
        "HTTP_HOST": parts.netloc or "localhost",
        "wsgi.url_scheme": parts.scheme or "http",
    }
    for header in headers:
        name, colon, value = header.partition(":")
        if not colon:
            raise click.BadParameter(f"{header!r} is not a header. Write 'NAME: VALUE'.")
        environ[environ_key(name.strip())] = value.strip()
    return environ


def _parts(url: str) -> SplitResult:
    if any(character < " " for character in url):
        raise click.BadParameter(f"{url!r} holds a control character, which no request can have.")
    try:
        # A path may start with two slashes, and is no authority then.
        return urlsplit(f"http://localhost{url}" if url.startswith("/") else url)
    except ValueError as error:
        raise click.BadParameter(f"{url!r} is not an address: {error}.") from error
