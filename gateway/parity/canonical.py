"""The meaning of a response, apart from its spelling.

**Headers.** Every header counts except those in `LEFT_OUT`, so the security headers and an
application's own are compared. Content-Type is read with its parameters; Vary, Allow and
Cache-Control are sets; Content-Security-Policy is compared by directive; Location is resolved
against the request, and its query is read.

**Bodies**, by Content-Type: JSON by meaning (numbers are exact and compared by value, the order
of arrays counts and that of keys does not), event streams event by event, HTML as
`gateway.parity.html` describes, other text by lines, everything else by digest. A redirect's body,
which nobody sees, is left out.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from werkzeug.http import parse_options_header

from gateway.parity.eventstream import read_events
from gateway.parity.html import Page, read_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gateway.parity.cookies import SetCookie
    from gateway.parity.exchange import Exchange, Request, Response

LEFT_OUT = frozenset({
    "age",
    "connection",
    "content-length",  # the body itself is compared
    "date",
    "keep-alive",
    "server",
    "server-timing",
    "set-cookie",  # compared as cookies
    "transfer-encoding",
    "via",
    "x-powered-by",
    "x-request-id",  # names one request, not its meaning
    "x-response-time",
    "x-runtime",
})  # fmt: skip

_REMEMBERED = 1024

Tree = Any
"""JSON-like data: None, bool, int, Decimal, str, bytes, list and dict."""


@dataclass(frozen=True)
class Body:
    """A body by its meaning; `kind` is none, json, events, html, text or bytes."""

    kind: str
    value: Tree = None
    lines: tuple[str, ...] = ()
    page: Page | None = None
    content: bytes = b""


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
    headers = {
        name: _canonical_header(name, value, request, base_url)
        for name, value in _joined(response).items()
    }
    body = _body(request, response, base_url)
    return Answer(response.status, headers, cookies, body, response.failure)


# Headers.


def _joined(response: Response) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in response.headers:
        key = name.lower()
        if key not in LEFT_OUT:
            joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined


def _canonical_header(name: str, value: str, request: Request, base_url: str) -> str:
    if name in {"location", "content-location"}:
        return resolved(value, request, base_url)
    return _meaning(name, value)


# Most headers of a response come again with the next one.
@lru_cache(_REMEMBERED)
def _meaning(name: str, value: str) -> str:
    read = _HEADERS.get(name)
    return read(value) if read else value.strip()


def _set(value: str) -> str:
    items = {item.strip() for item in value.split(",")} - {""}
    return ", ".join(sorted(items, key=str.lower))


def _set_in_lower_case(value: str) -> str:
    return _set(value.lower())


def _directives(value: str) -> str:
    # The sources of a directive are a set too (CSP Level 3 §2.3).
    directives = (item.split() for item in value.split(";"))
    ordered = {" ".join([name, *sorted(set(rest))]) for name, *rest in filter(None, directives)}
    return "; ".join(sorted(ordered))


def _media_type(value: str) -> str:
    kind, *parameters = (part.strip() for part in value.split(";"))
    kind = kind.lower()
    # RFC 8259 §11: charset means nothing for JSON.
    kept = sorted(p.lower() for p in parameters if p and not (_is_json(kind) and "charset" in p))
    return "; ".join([kind, *kept])


_HEADERS: dict[str, Callable[[str], str]] = {
    "allow": _set,
    "cache-control": _set_in_lower_case,
    "content-security-policy": _directives,
    "content-type": _media_type,
    "vary": _set_in_lower_case,
}


def resolved(target: str, request: Request, base_url: str) -> str:
    """Resolve a target as a browser on the page would; on the same host only the path is left."""
    absolute = urlsplit(urljoin(base_url + request.target, target))
    base = urlsplit(base_url)
    path = quote(unquote(absolute.path), safe="/:@!$&'()*+,;=~")
    query = urlencode(parse_qsl(absolute.query, keep_blank_values=True))
    local = (absolute.scheme, absolute.netloc) == (base.scheme, base.netloc)
    host = "" if local else f"{absolute.scheme}://{absolute.netloc}"
    if not absolute.netloc:  # mailto:, javascript: and the like
        return target
    fragment = f"#{absolute.fragment}" if absolute.fragment else ""
    return f"{host}{path or '/'}{'?' if query else ''}{query}{fragment}"


# Bodies.


def _body(request: Request, response: Response, base_url: str) -> Body:
    if not response.body or request.method == "HEAD" or response.status in {204, 304}:
        return Body("none")
    if 300 <= response.status < 400 and response.header("Location"):
        return Body("none")
    return _typed_body(response, request, base_url)


def _typed_body(response: Response, request: Request, base_url: str) -> Body:
    kind, parameters = _content_type(response.header("Content-Type"))
    kind = kind.lower()
    if _is_json(kind):
        return _json_body(response.body)
    if kind == "text/event-stream":
        return _events_body(response.body)
    if kind in {"text/html", "application/xhtml+xml"}:
        return _html_body(response.body, request, base_url)
    if kind.startswith("text/") or kind in {"application/xml", "application/javascript"}:
        return _text_body(response.body, parameters.get("charset") or "utf-8")
    return _bytes_body(response.body)


_content_type = lru_cache(_REMEMBERED)(parse_options_header)


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def _json_body(content: bytes) -> Body:
    try:
        return Body("json", parse_json(content))
    except ValueError:
        return Body("text", lines=tuple(content.decode(errors="replace").splitlines()))


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


def _text_body(content: bytes, charset: str) -> Body:
    try:
        return Body("text", lines=tuple(content.decode(charset).splitlines()))
    except (UnicodeDecodeError, LookupError):
        return _bytes_body(content)


def _bytes_body(content: bytes) -> Body:
    # The digest is not text, since two texts of this form could pass for opaque values.
    digest = {"length": len(content), "sha256": hashlib.sha256(content).digest()}
    return Body("bytes", digest, content=content)
