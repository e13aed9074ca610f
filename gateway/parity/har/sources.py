"""Places of a response that a value can be taken from, on either side alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gateway.parity.cookies import parse_set_cookie
from gateway.parity.eventstream import read_events
from gateway.parity.har.archive import media_type
from gateway.parity.har.layout import literal
from gateway.parity.har.names import is_csrf
from gateway.parity.html import Page, read_page
from gateway.parity.reply import found_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.parity.exchange import Response

Pointer = tuple[str | int, ...]


@dataclass(frozen=True)
class Member:
    """A value in JSON, or in the JSON of an event of a stream."""

    pointer: Pointer
    events: bool = False

    def find(self, response: Response) -> Any:
        """Give the value here; in a list that became a member of an object, or back, too."""
        leaves = dict(leaves_of(tree_of(response)))
        if self.pointer in leaves:
            return leaves[self.pointer]
        ends = (
            [value for pointer, value in leaves.items() if pointer[-len(end) :] == end]
            for end in (self.pointer[at:] for at in range(len(self.pointer)))
        )
        # The longest end of the pointer that one value alone has; a list is no end, as any may be.
        return next((values[0] for values in ends if len(values) == 1), None)

    def code(self, reply: str) -> str:
        """Give the expression that reads it from a `Reply`."""
        steps = "".join(f"[{literal(part)}]" for part in self.pointer)
        return f"{reply}.{'events' if self.events else 'json'}{steps}"


@dataclass(frozen=True)
class Header:
    """A whole header."""

    name: str

    def find(self, response: Response) -> Any:
        """Give its value."""
        return response.header(self.name)

    def code(self, reply: str) -> str:
        """Give the expression that reads it from a `Reply`."""
        return f"{reply}.headers[{literal(self.name)}]"


@dataclass(frozen=True)
class Cookie:
    """The value of a cookie that the response sets, such as a CSRF token that is sent twice."""

    name: str

    def find(self, response: Response) -> Any:
        """Give its value."""
        return dict(cookies_of(response)).get(self.name)

    def code(self, reply: str) -> str:
        """Give the expression that reads it from a `Reply`."""
        return f"{reply}.cookies[{literal(self.name)}]"


@dataclass(frozen=True)
class FormField:
    """The first form field of a name; `else_csrf` accepts any other place of a CSRF token."""

    name: str
    else_csrf: bool = False

    def find(self, response: Response) -> Any:
        """Give its value."""
        page = page_of(response)
        values = page.values_of(self.name) if page else []
        return values[0] if values else any_csrf(response) if self.else_csrf else None

    def code(self, reply: str) -> str:
        """Give the expression that reads it from a `Reply`."""
        return f"{reply}.form({literal(self.name)})"


@dataclass(frozen=True)
class Meta:
    """The content of a `meta` element; `else_csrf` accepts any other place of a CSRF token."""

    name: str
    else_csrf: bool = False

    def find(self, response: Response) -> Any:
        """Give its content."""
        page = page_of(response)
        content = page.meta.get(self.name) if page else None
        return any_csrf(response) if content is None and self.else_csrf else content

    def code(self, reply: str) -> str:
        """Give the expression that reads it from a `Reply`."""
        return f"{reply}.meta({literal(self.name)})"


@dataclass(frozen=True)
class Pattern:
    """What a pattern's group finds in the body, or in a header: the first, second, … such value.

    Equal values count once, so that a page may link to a thing twice.
    """

    pattern: str
    nth: int = 0
    header: str | None = None

    def find(self, response: Response) -> Any:
        """Give what the group finds."""
        values = found_in(response, self.pattern, self.header)
        return values[self.nth] if len(values) > self.nth else None

    def code(self, reply: str) -> str:
        """Give the expression that reads it from a `Reply`."""
        more = f", nth={self.nth}" if self.nth else ""
        more += f", header={literal(self.header)}" if self.header else ""
        return f"{reply}.find({_raw(self.pattern)}{more})"


def _raw(pattern: str) -> str:
    """Write a pattern as people do, if it can be, and else with every backslash doubled."""
    quote = "'" if '"' in pattern else '"'
    return f"r{quote}{pattern}{quote}" if _can_be_raw(pattern, quote) else literal(pattern)


def _can_be_raw(pattern: str, quote: str) -> bool:
    return quote not in pattern and pattern.isprintable() and not pattern.endswith("\\")


Source = Member | Header | Cookie | FormField | Meta | Pattern


# What a response holds.


@lru_cache(maxsize=64)
def tree_of(response: Response) -> Any:
    """Read JSON, or the events of a stream; None for anything else."""
    kind = media_type(response.header("Content-Type"))
    text = response.body.decode(errors="replace")
    if kind == "text/event-stream":
        return read_events(text, _json_or_text)
    if kind == "application/json" or kind.endswith("+json"):
        return _json_or_text(text, otherwise=None)
    return None


def _json_or_text(text: str, otherwise: Any = "") -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text if otherwise == "" else otherwise


@lru_cache(maxsize=64)
def page_of(response: Response) -> Page | None:
    """Read a page; None for anything else."""
    if media_type(response.header("Content-Type")) not in {"text/html", "application/xhtml+xml"}:
        return None
    return read_page(response.body.decode(errors="replace"))


def leaves_of(tree: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    """Give the texts and integers of a tree with their places."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from leaves_of(value, (*pointer, name))
    elif isinstance(tree, list):
        for at, value in enumerate(tree):
            yield from leaves_of(value, (*pointer, at))
    elif isinstance(tree, str | int) and not isinstance(tree, bool):
        yield pointer, tree


def cookies_of(response: Response) -> list[tuple[str, str]]:
    """Give names and values of the cookies that a response sets."""
    read = (
        parse_set_cookie(header, request_path="/", now=0)
        for header in response.all_headers("Set-Cookie")
    )
    return [(cookie.name, cookie.value) for cookie in read]


def any_csrf(response: Response) -> Any:
    """Find a CSRF token wherever a response may hold one."""
    return next(csrf_tokens(response), None)


def csrf_tokens(response: Response) -> Iterator[Any]:
    """Give every CSRF token of a response, the likeliest place first."""
    page = page_of(response)
    yield from (value for name, value in (page.meta if page else {}).items() if is_csrf(name))
    for form in page.forms if page else ():
        yield from (field.value for field in form.fields if is_csrf(field.name))
    yield from (value for pointer, value in leaves_of(tree_of(response)) if _is_csrf_at(pointer))
    yield from (value for name, value in cookies_of(response) if is_csrf(name))


def _is_csrf_at(pointer: Pointer) -> bool:
    return bool(pointer) and is_csrf(str(pointer[-1]))
