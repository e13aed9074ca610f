"""Flips: changing who answers a route, in the file, with a record of it.

Each one is read, judged, written and recorded while the table is locked, so that two flips at
once are two flips, in some order. Whatever is refused is refused before anything is written.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic import ValidationError

from gateway import history
from gateway.backends import BackendError, load_backend
from gateway.editor import edit
from gateway.history import Entry
from gateway.inventory import serves
from gateway.loader import parse_table, read_bytes, revision_of
from gateway.percent import Said, said, shown
from gateway.refusal import RefusalError
from gateway.table import Route, RoutingTable, Split
from gateway.tablefile import locked, write

_WEIGHT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


class FlipError(RefusalError):
    """A flip that is not made; the message is a full sentence."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who flips, and why; `undoes` is the revision of the flip that is taken back, if one is."""

    who: str
    why: str | None = None
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Flip:
    """What a flip did. Where the route was so already, both revisions are the same."""

    route: str
    from_: Said
    to: Said
    revision_before: str
    revision: str

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return self.revision != self.revision_before


@dataclass(frozen=True, slots=True)
class _Opened:
    """The table as it is while we hold its lock."""

    file: str
    content: bytes
    table: RoutingTable

    @property
    def revision(self) -> str:
        return revision_of(self.content)


def flip(file: str, route: str, to: str, author: Author, *, force: bool = False) -> Flip:
    """Let another backend, or a split such as `legacy=90,modern=10`, answer a route.

    Raises TableError for a table with faults, and RefusalError for a route or backend that the
    table does not name, weights that are none, a backend that does not serve the route (unless
    forced), and a table that somebody else changes meanwhile. Nothing is written then.
    """
    with locked(file):
        opened = _open(file)
        found = _route(opened, route)
        return _apply(opened, found, _split(opened.table, found, _target(to)), author, force=force)


def undo(file: str, route: str | None, author: Author, *, force: bool = False) -> Flip:
    """Take the newest flip back, or the newest of one route, that was not taken back before.

    Raises what `flip` raises, and FlipError if the route was changed since then by hand.
    """
    with locked(file):
        opened = _open(file)
        if route is not None:
            _route(opened, route)
        last = _last(file, route)
        found = _route(opened, last.route)
        _check_untouched(found, last)
        author = Author(author.who, author.why or f"undo of {last.revision}", last.revision)
        return _apply(opened, found, _split(opened.table, found, last.from_), author, force=force)


def _open(file: str) -> _Opened:
    content = read_bytes(file)
    return _Opened(file, content, parse_table(content, file))


def _route(opened: _Opened, name: str) -> Route:
    routes = opened.table.routes
    if name in routes:
        return routes[name]
    near = get_close_matches(name, routes, n=1)
    advice = f"Did you mean {near[0]!r}?" if near else "`gateway routes` lists all."
    raise FlipError(f"There is no route {name!r} in {opened.file}. {advice}")


def _target(to: str) -> Said:
    """Read `legacy`, or `legacy=90,modern=10`."""
    if "=" not in to:
        return to
    weights: dict[str, int | float] = {}
    for part in to.split(","):
        name, _, text = map(str.strip, part.partition("="))
        if name in weights:
            raise FlipError(f"{to!r} gives {name!r} two weights. Give each backend one.")
        weights[name] = _weight(to, name, text)
    return weights


def _weight(to: str, name: str, text: str) -> int | float:
    if not _WEIGHT.fullmatch(text):
        raise FlipError(
            f"The weight of {name!r} in {to!r} is {text!r}. Write a backend, or a split in percent"
            " such as legacy=90,modern=10."
        )
    return float(text) if "." in text else int(text)


def _split(table: RoutingTable, route: Route, wanted: Said) -> Split:
    """Check what was asked for as the table's own `to:` is checked."""
    context = {"backends": list(table.backends)}
    try:
        return Route.model_validate({"path": "/", "to": wanted}, context=context).to
    except ValidationError as error:
        reasons = " ".join(detail["msg"] for detail in error.errors(include_url=False))
        raise FlipError(f"Route {route.name!r} can't be flipped. {reasons}") from error


def _last(file: str, route: str | None) -> Entry:
    flips = history.read(file).standing(route)
    if not flips:
        of = f" of route {route!r}" if route else ""
        raise FlipError(
            f"{history.history_file(file)} records no flip{of} that could be undone, or all of them"
            " are undone."
        )
    return flips[-1]


def _check_untouched(route: Route, last: Entry) -> None:
    if (now := said(route.to)) != last.to:
        raise FlipError(
            f"Route {route.name!r} was changed by hand since {last.who} flipped it from"
            f" {shown(last.from_)} to {shown(last.to)} at {last.at}: it is {shown(now)} now."
            f" Flip it to where you want it."
        )


def _apply(opened: _Opened, route: Route, split: Split, author: Author, *, force: bool) -> Flip:
    if _serving(route.to) == _serving(split):
        now = said(route.to)
        return Flip(route.name, now, now, opened.revision, opened.revision)
    if not force:
        _check_served(opened.table, route, _serving(split))
    after = edit(opened.content, opened.file, route.name, split)
    done = Flip(route.name, said(route.to), said(split), opened.revision, revision_of(after))
    with history.recording(opened.file) as record:
        write(opened.file, opened.content, after)
        record(_entry(done, author))
    return done


def _serving(split: Split) -> dict[str, int]:
    return {name: share for name, share in split.shares.items() if share}


def _check_served(table: RoutingTable, route: Route, backends: Iterable[str]) -> None:
    for name in backends:
        try:
            served = serves(load_backend(name, table.backends[name]), route)
        except BackendError as error:
            raise FlipError(
                f"Route {route.name!r} is not flipped. {error} Mend that, or flip with --force."
            ) from error
        if served is False:
            raise FlipError(
                f"Route {route.name!r} is not flipped: {name!r} does not serve it. Add the view,"
                " or flip with --force."
            )


def _entry(done: Flip, author: Author) -> Entry:
    return Entry(
        at=history.timestamp(time.time()),
        who=_readable(author.who),
        why=author.why and _readable(author.why),
        route=done.route,
        from_=done.from_,
        to=done.to,
        revision_before=done.revision_before,
        revision=done.revision,
        undoes=author.undoes,
    )


def _readable(text: str) -> str:
    """Replace what was not UTF-8 on the command line or in the environment."""
    return text.encode("utf-8", "replace").decode()
