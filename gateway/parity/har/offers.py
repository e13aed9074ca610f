"""A recorded response → the values that later requests may carry, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from gateway.parity.har.names import (
    is_csrf,
    is_id,
    is_paging,
    is_telling,
    singular,
    thing_of,
    things_of_path,
)
from gateway.parity.har.sources import (
    Cookie,
    FormField,
    Header,
    Member,
    Meta,
    Pattern,
    cookies_of,
    leaves_of,
    page_of,
    tree_of,
)
from gateway.parity.reply import found_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.parity.har.archive import Entry
    from gateway.parity.har.sources import Pointer, Source
    from gateway.parity.html import Page

_DATA_ATTRIBUTE = re.compile(r"""\bdata-([a-z][a-z-]*)=["']?([^"'\s>]+)""")
_ADDRESS_ATTRIBUTE = re.compile(r"""\b(?:href|src|action|data-[a-z-]+)=["']?([^"'\s>]+)""")
_TOKEN_IN_TEXT = re.compile(r"[\w.~+/=-]{8,}", re.ASCII)
_UNSENT = frozenset({"date", "server", "x-request-id", "set-cookie", "content-length", "location"})
_ANCHOR = 16


@dataclass(frozen=True)
class Offer:
    """A value of a response; `things` are what it may be an id of, the likeliest first.

    `names_it` tells that it is the id of what the response is about, and no reference.
    """

    value: str
    source: Source
    things: tuple[str, ...] = ()
    telling: bool = False
    names_it: bool = False


def offers_of(entry: Entry) -> Iterator[Offer]:
    """Give everything that later requests may carry, the plainest places first."""
    yield from _of_headers(entry)
    yield from _of_tree(entry)
    page = page_of(entry.response)
    if page:
        yield from _of_page(page)
    yield from _of_text(entry)


def _of_headers(entry: Entry) -> Iterator[Offer]:
    for name, value in cookies_of(entry.response):
        if is_telling(unquote(value)) or is_csrf(name):
            yield Offer(unquote(value), Cookie(name), telling=True)
    for name, value in entry.response.headers:
        if name.lower() not in _UNSENT and is_telling(value.strip('"')):
            yield Offer(value, Header(name), telling=True)
    location = entry.response.header("Location")
    if location:
        yield from _of_address(location, "Location", _Counting(entry))


def _of_tree(entry: Entry) -> Iterator[Offer]:
    tree = tree_of(entry.response)
    events = isinstance(tree, list) and entry.media_type == "text/event-stream"
    around = things_of_path(entry.request.path)
    for pointer, value in leaves_of(tree):
        if not pointer or (events and pointer[1:2] != ("data",)):
            continue
        text, name = str(value), str(pointer[-1])
        things = _things_at(pointer, around)
        telling = is_telling(text) or is_csrf(name)
        if telling or (things and is_id(text)):
            yield Offer(text, Member(pointer, events), things, telling, thing_of(name) == "")


def _things_at(pointer: Pointer, around: tuple[str, ...]) -> tuple[str, ...]:
    """Say what a member is an id of: by its name, the object it is in, or the address."""
    names = [part for part in pointer if isinstance(part, str)]
    thing = thing_of(names[-1]) if names else None
    if thing is None:
        return ()
    if thing:
        return (thing,)
    inside = [singular(name) for name in names[:-1] if name not in {"items", "data", "results"}]
    return (*inside[::-1][:1], *around)


def _of_page(page: Page) -> Iterator[Offer]:
    for name, content in page.meta.items():
        if is_telling(content) or is_csrf(name):
            yield Offer(content, Meta(name), telling=True)
    seen: set[str] = set()
    for field in (field for form in page.forms for field in form.fields):
        if not field.name or field.name in seen:
            continue
        seen.add(field.name)
        hidden = field.type in {"hidden", "select", "radio", "checkbox"}
        if is_csrf(field.name) or (hidden and is_telling(field.value)):
            yield Offer(field.value, FormField(field.name), telling=True)
        elif hidden and thing_of(field.name) and is_id(field.value):
            yield Offer(field.value, FormField(field.name), (str(thing_of(field.name)),))


def _of_text(entry: Entry) -> Iterator[Offer]:
    """Give ids in addresses and attributes, and tokens in scripts and other text."""
    if not _is_text(entry):
        return
    text = entry.response.body.decode(errors="replace")
    count = _Counting(entry)
    if page_of(entry.response):
        for name, value in _DATA_ATTRIBUTE.findall(text):
            things = _things_of_attribute(name, things_of_path(entry.request.path))
            if things and is_id(value):
                yield from count.offer(rf"""\bdata-{name}=\W?([\w~-]+)""", value, things)
        for address in dict.fromkeys(_ADDRESS_ATTRIBUTE.findall(text)):
            yield from _of_address(address.replace("&amp;", "&"), None, count)
    else:
        for _, value in leaves_of(tree_of(entry.response)):
            if isinstance(value, str) and value.startswith(("/", "http://", "https://")):
                yield from _of_address(value, None, count)
    if tree_of(entry.response) is None:
        yield from _tokens(text, count)


def _is_text(entry: Entry) -> bool:
    kind = entry.media_type
    return kind.startswith("text/") or kind.endswith(("json", "xml", "javascript"))


def _things_of_attribute(name: str, around: tuple[str, ...]) -> tuple[str, ...]:
    thing = thing_of(name)
    if thing is None:
        return ()
    return (thing,) if thing else around


def _of_address(address: str, header: str | None, count: _Counting) -> Iterator[Offer]:
    """Give the ids and tokens in an address: segments of its path, values of its query."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return
    segments = parts.path.split("/")
    for before, segment in pairwise(segments):
        if is_id(segment) and before and not is_id(before):
            things = (singular(before),)
            yield from count.offer(rf"/{re.escape(before)}/([\w~-]+)", segment, things, header)
    for name, value in parse_qsl(parts.query):
        if is_id(value) and not is_paging(name):
            pattern = rf"[?&;]{re.escape(name)}=([\w~-]+)"
            yield from count.offer(pattern, value, (thing_of(name) or singular(name),), header)


def _tokens(text: str, count: _Counting) -> Iterator[Offer]:
    """Give tokens in a text by what stands before them on their line."""
    for found in _TOKEN_IN_TEXT.finditer(text):
        token = found.group()
        if is_telling(token):
            line = text[max(0, found.start() - _ANCHOR) : found.start()].rpartition("\n")[2]
            if line.strip():
                yield from count.offer(rf"{re.escape(line)}([\w.~+/=-]+)", token, ())


class _Counting:
    """Finds out which of the values of a pattern one is; each pattern is looked for once."""

    def __init__(self, entry: Entry) -> None:
        self._response = entry.response
        self._found: dict[tuple[str, str | None], list[str]] = {}

    def offer(
        self, pattern: str, value: str, things: tuple[str, ...], header: str | None = None
    ) -> Iterator[Offer]:
        """Give the offer of a value that a pattern finds."""
        key = pattern, header
        if key not in self._found:
            self._found[key] = found_in(self._response, pattern, header)
        if value in self._found[key]:
            source = Pattern(pattern, self._found[key].index(value), header)
            yield Offer(value, source, things, is_telling(value), names_it=header is not None)
