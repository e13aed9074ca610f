"""The heart: which value of a recorded request came from which recorded response.

Responses are read in order. What one gives is kept by value: telling values by themselves, ids
together with the thing they are ids of (see `names`). A later request that sends such a value
takes it from there. The first response that gave it is its source, unless a POST made it anew.
What the browser sent before any response had given it is its own, and is never taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from gateway.parity.har.names import (
    is_csrf,
    is_id,
    is_paging,
    is_telling,
    singular,
    thing_of,
    things_of_path,
)
from gateway.parity.har.offers import offers_of
from gateway.parity.har.sources import FormField, Header, Meta
from gateway.parity.har.template import template_of

if TYPE_CHECKING:
    from gateway.parity.har.archive import Entry
    from gateway.parity.har.sources import Source
    from gateway.parity.har.template import Place, Slot, Template

# Whose values browsers and not applications choose, or that are left out when replaying.
_NOT_TAKEN = frozenset({
    "accept", "accept-language", "content-type", "cookie", "host", "origin", "referer",
    "user-agent",
})  # fmt: skip
_ETAG_HEADERS = {"if-match": "ETag", "if-none-match": "ETag", "if-range": "ETag"}
_DATE_HEADERS = {"if-modified-since": "Last-Modified", "if-unmodified-since": "Last-Modified"}
_BETWEEN = re.compile(r'([\s",;]+)')


@dataclass(frozen=True)
class Taken:
    """A value that step number `step` gave, and what it was in the recording."""

    step: int
    source: Source
    value: str


Pieces = tuple[str | Taken, ...]


@dataclass(frozen=True)
class Step:
    """One request to send again; `follows` is the step whose redirect it is."""

    entry: Entry
    template: Template
    taken: Mapping[Place, Pieces]
    follows: int | None = None


@dataclass
class _Known:
    """What responses have given so far, and what the browser sent of its own accord."""

    telling: dict[str, Taken] = field(default_factory=dict)
    ids: dict[tuple[str, str], tuple[int, Taken]] = field(default_factory=dict)
    own: set[str | tuple[str, str]] = field(default_factory=set)
    pages: list[int] = field(default_factory=list)


def plan(entries: Iterable[Entry]) -> list[Step]:
    """Find where the values of each request came from."""
    known = _Known()
    steps: list[Step] = []
    for number, entry in enumerate(entries):
        template = template_of(entry.request)
        taken = dict(_taken(template, steps, known))
        steps.append(Step(entry, template, taken, _follows(entry, steps)))
        _learn(number, entry, known)
    return steps


def _follows(entry: Entry, steps: list[Step]) -> int | None:
    """Find the redirect that a request follows: the last one that leads to it, once."""
    if entry.request.method not in {"GET", "HEAD"}:
        return None
    followed = {step.follows for step in steps}
    for number in range(len(steps) - 1, max(-1, len(steps) - 6), -1):
        before = steps[number].entry
        location = before.response.header("Location")
        if location and 300 <= before.response.status < 400 and number not in followed:
            target = urlsplit(urljoin(before.url.geturl(), location))
            if (target.path or "/", target.query) == (entry.url.path or "/", entry.url.query):
                return number
    return None


# What responses give.


def _learn(number: int, entry: Entry, known: _Known) -> None:
    made = entry.request.method == "POST" and entry.response.status < 400
    if entry.media_type == "text/html":
        known.pages.append(number)
    for offer in offers_of(entry):
        taken = Taken(number, offer.source, offer.value)
        if offer.telling and offer.value not in known.own:
            known.telling.setdefault(offer.value, taken)
        for rank, thing in enumerate(offer.things):
            key = thing, offer.value
            before = known.ids.get(key)
            anew = made and offer.names_it and before is not None and before[1].step != number
            if key not in known.own and (before is None or anew or rank < before[0]):
                known.ids[key] = rank, taken


# What requests take.


def _taken(template: Template, steps: list[Step], known: _Known) -> Iterator[tuple[Place, Pieces]]:
    around = things_of_path(template.request.path)
    for slot in template.slots():
        if slot.place[0] == "header" and slot.name.lower() in _NOT_TAKEN:
            continue
        pieces = _pieces(slot, around, steps, known)
        if any(isinstance(piece, Taken) for piece in pieces):
            yield slot.place, pieces
        elif not is_csrf(slot.name):
            known.own |= _own(slot, around)


def _own(slot: Slot, around: tuple[str, ...]) -> set[str | tuple[str, str]]:
    value = str(slot.value)
    keys: set[str | tuple[str, str]] = {(thing, value) for thing in _things(slot, around)}
    return keys | {piece for piece in _BETWEEN.split(value) if is_telling(piece)}


def _pieces(slot: Slot, around: tuple[str, ...], steps: list[Step], known: _Known) -> Pieces:
    value = str(slot.value)
    header = slot.name.lower() if slot.place[0] == "header" else ""
    whole = (
        known.telling.get(value)
        or _validator(header, value, steps)
        or _id(value, _things(slot, around), known)
        or _csrf_unseen(slot, known)
    )
    if whole:
        return (whole,)
    return tuple(known.telling.get(unquote(part), part) for part in _BETWEEN.split(value))


def _validator(header: str, value: str, steps: list[Step]) -> Taken | None:
    """Find the response whose ETag or date a conditional request sends back."""
    name = _ETAG_HEADERS.get(header) or _DATE_HEADERS.get(header)
    if name is None:
        return None
    gave = [n for n, step in enumerate(steps) if step.entry.response.header(name) == value]
    return Taken(gave[-1], Header(name), value) if gave else None


def _id(value: str, things: tuple[str, ...], known: _Known) -> Taken | None:
    found = [known.ids[thing, value] for thing in things if (thing, value) in known.ids]
    return min(found, key=lambda ranked: ranked[0])[1] if found else None


def _things(slot: Slot, around: tuple[str, ...]) -> tuple[str, ...]:
    """Say what a value of a request is an id of, by its name; () if it is none."""
    if not is_id(str(slot.value)) or slot.place[0] == "header":
        return ()
    if slot.place[0] == "path":
        return (singular(slot.name),) if slot.name and not is_id(slot.name) else ()
    thing = thing_of(slot.name)
    if thing is None:
        # `?conversation=12` in an address, and the elements of `"attachments": [12]`.
        bare = slot.place[0] == "query" or (slot.place[0] == "json" and is_element(slot.place))
        return (singular(slot.name),) if bare and not is_paging(slot.name) else ()
    return (thing,) if thing else around


def is_element(place: Place) -> bool:
    """Tell whether a place in JSON is the element of a list."""
    return isinstance(place[-1], int)


def _csrf_unseen(slot: Slot, known: _Known) -> Taken | None:
    """Take a CSRF token that no recorded content shows from the page before it."""
    if slot.place[0] in {"path", "query"} or not is_csrf(slot.name) or not known.pages:
        return None
    source = (
        Meta("csrf-token", else_csrf=True)
        if slot.place[0] == "header"
        else FormField(slot.name, else_csrf=True)
    )
    return Taken(known.pages[-1], source, str(slot.value))
