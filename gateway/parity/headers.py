"""The headers of a response by their meaning.

Every header counts except those in `LEFT_OUT`, so the security headers and an application's own
are compared. Content-Type is read with its parameters; Vary, Allow and Cache-Control are sets;
Content-Security-Policy is compared by directive; Location is resolved against the request, and
its query is read.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.parity.exchange import Request, Response

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


def is_json(kind: str) -> bool:
    """Tell whether a media type is JSON, or built on it."""
    return kind == "application/json" or kind.endswith("+json")


def canonical_headers(response: Response, request: Request, base_url: str) -> dict[str, str]:
    """Give the headers that count by name in lower case, each by its meaning."""
    return {
        name: _canonical_header(name, value, request, base_url)
        for name, value in _joined(response).items()
    }


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
    kept = sorted(p.lower() for p in parameters if p and not (is_json(kind) and "charset" in p))
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
