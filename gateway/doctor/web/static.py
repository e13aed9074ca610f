"""Static files of two applications under one URL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from gateway.doctor.application import Application, Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.objects import shown_file
from gateway.urlmap import served_rules

CLASH = Check("web.static-clash", "warning")
CHECKS = (CLASH,)

_LOOKED_AT = 10_000
_NAMED = 3


def findings(pair: Pair) -> Iterator[Finding]:
    """Find URLs below which each application serves a folder of its own."""
    ours, theirs = (_folders(application) for application in pair)
    for url in sorted(ours.keys() & theirs.keys()):
        if ours[url] != theirs[url]:
            yield from _clash(pair, url, ours[url], theirs[url])


def _folders(application: Application) -> Mapping[str, Path]:
    """Return the folders of static files, by the URL below which they are served."""
    flask = application.flask
    return {
        rule.folder: Path(folder).resolve()
        for rule in served_rules(flask)
        if rule.static and rule.folder
        for owner in [flask.blueprints.get(rule.endpoint.rpartition(".")[0], flask)]
        if (folder := owner.static_folder)
    }


def _clash(pair: Pair, url: str, ours: Path, theirs: Path) -> Iterator[Finding]:
    files = _sizes(ours), _sizes(theirs)
    if files[0] == files[1]:
        return
    yield CLASH.finding(
        f"Both serve static files below {url}, each from a folder of its own. Whichever answers,"
        " the pages of the other miss their styles and scripts, or get those of another version.",
        f"{pair.control.name}: {shown_file(str(ours))}{_only(files[0], files[1])}",
        f"{pair.candidate.name}: {shown_file(str(theirs))}{_only(files[1], files[0])}",
        fix=f"Give {pair.candidate.name} another static_url_path, such as '/assets', and a route"
        " with that prefix.",
    )


def _sizes(folder: Path) -> Mapping[str, int]:
    found = islice(sorted(folder.rglob("*")), _LOOKED_AT)
    return {str(file.relative_to(folder)): file.stat().st_size for file in found if file.is_file()}


def _only(mine: Mapping[str, int], other: Mapping[str, int]) -> str:
    own = sorted(mine.keys() - other.keys())
    more = f" and {len(own) - _NAMED} more" if len(own) > _NAMED else ""
    return f", which alone has {', '.join(own[:_NAMED])}{more}" if own else ""
