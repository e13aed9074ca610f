"""The meaning of a response, apart from its spelling.

Headers are read by `gateway.parity.headers`. Bodies are read by their Content-Type: JSON by meaning
(numbers are exact and compared by value, the order of arrays counts and that of keys does not),
event streams event by event, HTML as `gateway.parity.html` describes, separated values (CSV) by
cells, other text by lines and what ends them, everything else by digest. A redirect's body, which
nobody sees, is left out.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from werkzeug.http import parse_options_header

from gateway.parity.eventstream import read_events
from gateway.parity.headers import canonical_headers, is_json, resolved
from gateway.parity.html import Page, read_page
from gateway.parity.layout import Layout, lines_of
from gateway.parity.sheet import read_sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.parity.cookies import SetCookie
    from gateway.parity.exchange import Exchange, Request, Response

_SEPARATED = frozenset({"text/csv", "application/csv", "text/tab-separated-values"})
_NO_LAYOUT = Layout()

_REMEMBERED = 1024

Tree = Any
"""JSON-like data: None, bool, int, Decimal, str, bytes, list and dict."""


@dataclass(frozen=True)
class Body:
    """A body by its meaning; `kind` is none, json, events, html, csv, text or bytes."""

    kind: str
    value: Tree = None
    lines: tuple[str, ...] = ()
    page: Page | None = None
    content: bytes = b""
    layout: Layout = _NO_LAYOUT


@dataclass(frozen=True)
class Answer:
    """A response by its meaning; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[SetCookie, ...]
    body: Body
    failure: str | None = None


def canonical(exchange: Exchange, cookies: tuple[SetCookie, ...], base_url: str) -> Answer:
    """Give the meaning of a response to a request that went to `base_url`."""
    request, response = exchange.request, exchange.response
    headers = canonical_headers(response, request, base_url)
    body = _body(request, response, base_url)
    return Answer(response.status, headers, cookies, body, response.failure)


def _body(request: Request, response: Response, base_url: str) -> Body:
    if not response.body or request.method == "HEAD" or response.status in {204, 304}:
        return Body("none")
    if 300 <= response.status < 400 and response.header("Location"):
        return Body("none")
    return _typed_body(response, request, base_url)


def _typed_body(response: Response, request: Request, base_url: str) -> Body:
    kind, parameters = _content_type(response.header("Content-Type"))
    kind = kind.lower()
    if is_json(kind):
        return _json_body(response.body)
    if kind == "text/event-stream":
        return _events_body(response.body)
    if kind in {"text/html", "application/xhtml+xml"}:
        return _html_body(response.body, request, base_url)
    if kind in _SEPARATED:
        return _sheet_body(response.body, parameters.get("charset") or "utf-8")
    if kind.startswith("text/") or kind in {"application/xml", "application/javascript"}:
        return _text_body(response.body, parameters.get("charset") or "utf-8")
    return _bytes_body(response.body)


_content_type = lru_cache(_REMEMBERED)(parse_options_header)


def _json_body(content: bytes) -> Body:
    try:
        return Body("json", parse_json(content))
    except ValueError:
        return _lines_body(content.decode(errors="replace"))


def parse_json(content: bytes) -> Tree:
    """Read JSON exactly. Raises ValueError for what is not JSON, and for a repeated key."""
    return _JSON.decode(content.decode())


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def _without_repetition(pairs: list[tuple[str, Tree]]) -> dict[str, Tree]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A key stands twice in one object.")
    return found


_JSON = json.JSONDecoder(
    parse_float=Decimal,
    parse_constant=_refuse_constant,
    object_pairs_hook=_without_repetition,
)


def _events_body(content: bytes) -> Body:
    return Body("events", read_events(content.decode(errors="replace"), _json_or_text))


def _json_or_text(text: str) -> Tree:
    try:
        return parse_json(text.encode())
    except ValueError:
        return text


def _html_body(content: bytes, request: Request, base_url: str) -> Body:
    page = read_page(content.decode(errors="replace"))
    tree = page.as_tree()
    for form in tree["forms"]:
        form["action"] = resolved(form["action"], request, base_url)
    for link in tree["links"]:
        link["href"] = resolved(link["href"], request, base_url)
    return Body("html", tree, page.text, page)


def _sheet_body(content: bytes, charset: str) -> Body:
    text = _decoded(content, charset)
    sheet = read_sheet(text) if text is not None else None
    if sheet is None:
        return _text_body(content, charset)
    return Body("csv", sheet.rows, layout=sheet.layout)


def _text_body(content: bytes, charset: str) -> Body:
    text = _decoded(content, charset)
    return _bytes_body(content) if text is None else _lines_body(text)


def _decoded(content: bytes, charset: str) -> str | None:
    try:
        return content.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return None


def _lines_body(text: str) -> Body:
    lines, layout = lines_of(text)
    return Body("text", lines=lines, layout=layout)


def _bytes_body(content: bytes) -> Body:
    # The digest is not text, since two texts of this form could pass for opaque values.
    digest = {"length": len(content), "sha256": hashlib.sha256(content).digest()}
    return Body("bytes", digest, content=content)
