"""The meaning of what left an application, apart from its spelling.

What a library sets by itself says nothing of the application, so of an HTTP request neither
`User-Agent` nor `Accept` is compared, nor the Message-ID of a mail. Contents are compared by their
type: JSON by meaning, forms by field, mail part by part, pages as `gateway.parity.html` describes,
other text as text, anything else by digest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from gateway.parity.canonical import parse_json
from gateway.parity.headers import LEFT_OUT
from gateway.parity.html import read_page
from gateway.sandbox.outbound.effect import NO_MORE_ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import EmailMessage

    from gateway.parity.canonical import Tree
    from gateway.sandbox.outbound.effect import OutboundEffect

LEFT_OUT_OF_REQUESTS = LEFT_OUT | {
    "accept",
    "accept-encoding",
    "content-type",  # read with the body
    "host",  # stands in the destination
    "user-agent",
}
LEFT_OUT_OF_MAIL = frozenset({
    "content-transfer-encoding",
    "content-type",  # read with the parts
    "message-id",
    "mime-version",
    "user-agent",
    "x-mailer",
})  # fmt: skip
NO_STAND_IN = "no stand-in"
"""The kind of what was stopped because nothing can answer in its place."""

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Sent:
    """One thing that left: where to, and what by its meaning.

    `turn` counts what the request's own thread sent; what others send has no order.
    """

    kind: str
    destination: str
    content: Mapping[str, Tree] = field(default_factory=dict)
    turn: int | None = None


def meaning_of(effect: OutboundEffect) -> Sent:
    """Give the meaning of an outbound effect."""
    match effect.kind:
        case "http":
            return _request(effect)
        case "mail":
            message: Any = message_from_bytes(effect.content, policy=policy.default)
            return Sent("mail", effect.destination, _mail(message))
        case "process":
            return _process(effect)
        case _:
            content = {"content": _text_or_digest(effect.content)} if effect.content else {}
            return Sent(effect.kind, effect.destination, content)


def _process(effect: OutboundEffect) -> Sent:
    words, has_input, given = effect.content.partition(NO_MORE_ARGUMENTS)
    _program, *arguments = words.decode(errors="replace").split("\n")
    content = {"arguments": arguments, "input": _text_or_digest(given) if has_input else None}
    return Sent("process", effect.destination, content)


def _request(effect: OutboundEffect) -> Sent:
    destination, _, query = effect.destination.partition("?")
    headers = {
        name.lower(): value
        for name, value in effect.headers
        if name.lower() not in LEFT_OUT_OF_REQUESTS
    }
    kind = next((value for name, value in effect.headers if name.lower() == "content-type"), "")
    content = {
        "query": parse_qs(query, keep_blank_values=True),
        "headers": headers,
        "type": kind.partition(";")[0].strip().lower(),
        "body": _typed(effect.content, kind),
    }
    return Sent("http", destination, content)


def _typed(content: bytes, kind: str) -> Tree:
    name = kind.partition(";")[0].strip().lower()
    if name == "application/json" or name.endswith("+json"):
        try:
            return parse_json(content)
        except ValueError:
            return _text_or_digest(content)
    if name == _FORM:
        return parse_qs(content.decode(errors="replace"), keep_blank_values=True)
    if name.startswith("multipart/"):
        head = f"Content-Type: {kind}\r\n\r\n".encode()
        message: Any = message_from_bytes(head + content, policy=policy.HTTP)
        return _parts(message)
    return _text_or_digest(content)


def _mail(message: EmailMessage) -> dict[str, Tree]:
    headers = {
        name.lower(): _instant(str(value)) if name.lower() == "date" else " ".join(value.split())
        for name, value in message.items()
        if name.lower() not in LEFT_OUT_OF_MAIL
    }
    return {**headers, "parts": _parts(message)}


def _instant(date: str) -> str:
    try:
        return str(parsedate_to_datetime(date).timestamp())
    except ValueError:
        return date


def _parts(message: EmailMessage) -> list[Tree]:
    return [_part(part) for part in message.walk() if not part.is_multipart()]


def _part(part: EmailMessage) -> dict[str, Tree]:
    kind, content = part.get_content_type(), part.get_payload(decode=True)
    assert isinstance(content, bytes)
    charset = part.get_content_charset("utf-8")
    return {
        "type": kind,
        "name": part.get_param("name", header="content-disposition"),
        "file": part.get_filename(),
        "content": _page(content, charset) if kind == "text/html" else _mailed(content, charset),
    }


def _page(content: bytes, charset: str) -> Tree:
    page = read_page(str(_mailed(content, charset)))
    return {**page.as_tree(), "text": " ".join(page.text)}


def _text_or_digest(content: bytes, charset: str = "utf-8") -> Tree:
    try:
        return content.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return {"length": len(content), "sha256": hashlib.sha256(content).digest()}


def _mailed(content: bytes, charset: str) -> Tree:
    # Mail ends its lines with CRLF whatever was written (RFC 5322 §2.3).
    text = _text_or_digest(content, charset)
    return "\n".join(text.splitlines()) if isinstance(text, str) else text
