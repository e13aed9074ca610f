"""`gateway doctor`: what keeps two applications from sharing one database and one login."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from textwrap import fill

import click

from gateway.backends import BackendError, parse_target
from gateway.cli.output import json_option, print_json, table_option
from gateway.doctor import Finding, examine
from gateway.doctor.finding import SEVERITIES
from gateway.firsttable import LEGACY
from gateway.loader import load_table
from gateway.table import Backend

_SHOWN = 12


@click.command()
@table_option
@click.argument("targets", nargs=-1, metavar="[TARGET TARGET]")
@json_option
def doctor(table: str, targets: tuple[str, ...], *, as_json: bool) -> None:
    """Find what keeps two applications from being one; exit 1 for an error.

    Looks at the backends of the routing table, or at any two: each TARGET is module:attribute, or
    module:factory(). They are imported, and nothing is changed.
    """
    # What an application prints while it is imported is no result.
    with redirect_stdout(sys.stderr):
        backends, control = _from_targets(targets) if targets else _from_table(table)
        found = examine(backends, control)
    ok = not any(finding.severity == "error" for finding in found)
    if as_json:
        print_json({"ok": ok, "findings": [finding.as_json() for finding in found]})
    else:
        click.echo("\n".join(_lines(found, list(backends))))
    sys.exit(0 if ok else 1)


def _from_table(file: str) -> tuple[Mapping[str, Backend], str]:
    table = load_table(file)
    if len(table.backends) == 1:
        raise click.UsageError(
            f"{file} has one backend, {table.default!r}. Name two applications to compare."
        )
    return table.backends, LEGACY if LEGACY in table.backends else table.default


def _from_targets(targets: Sequence[str]) -> tuple[Mapping[str, Backend], str]:
    if len(targets) != 2:
        raise click.UsageError("Name two applications, or none for the backends of the table.")
    try:
        backends = [parse_target(target) for target in targets]
    except BackendError as error:
        raise click.UsageError(str(error)) from error
    names = [target.partition(".")[0].partition(":")[0] for target in targets]
    if names[0] == names[1]:
        names = list(targets)
    if names[0] == names[1]:
        raise click.UsageError(f"Both applications are {targets[0]!r}. Name two.")
    return dict(zip(names, backends, strict=True)), names[0]


def _lines(found: Sequence[Finding], names: Sequence[str]) -> Iterator[str]:
    for finding in found:
        yield f"{finding.severity}: {finding.check}"
        yield _wrapped(finding.message)
        yield from (f"    {fact}" for fact in finding.evidence[:_SHOWN])
        if more := finding.evidence[_SHOWN:]:
            yield f"    … and {len(more)} more, which --json lists"
        yield _wrapped(f"Fix: {finding.fix}")
        yield ""
    yield f"{' and '.join(names)}: {_verdict(found)}."


def _wrapped(text: str) -> str:
    return fill(
        text,
        width=100,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _verdict(found: Sequence[Finding]) -> str:
    counts = Counter(finding.severity for finding in found)
    told = [
        f"{counts[severity]} {severity}{'s' if counts[severity] > 1 else ''}"
        for severity in SEVERITIES
        if counts[severity]
    ]
    return ", ".join(told) or "nothing was found"
