"""Which values of a recording may not stand in a file: by their names, by their looks, by place."""

from __future__ import annotations

import re
from base64 import b64decode
from itertools import pairwise
from typing import TYPE_CHECKING

from gateway.parity.har.names import is_csrf, singular, words_of
from gateway.parity.har.sources import cookies_of, csrf_tokens, leaves_of, tree_of
from gateway.parity.har.template import cookies_sent, template_of
from gateway.parity.opaque import is_signed, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gateway.parity.exchange import Request, Response
    from gateway.parity.har.archive import Entry
    from gateway.parity.har.template import Slot

_NAMES = re.compile(
    r"pass(word|wd|phrase|code)?|pwd|secret|token|api_?key|access_?key|private_?key|credentials?"
    r"|otp|totp|pin|cvv|cvc|card_?number|iban|ssn|auth(orization)?|signature|jwt|bearer"
)
_UUID = re.compile(r"[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}")
_CHOICE = re.compile(r"[A-Za-z_-]{0,20}|\d{1,3}")
_AUTHORIZATION = {"authorization", "proxy-authorization", "x-api-key", "x-auth-token"}
# Made by the browser for this one call, so that it is no secret, though it looks like one.
_CLIENT_MADE = re.compile(r"client_?token|idempotency|nonce|request_?id|correlation|trace")
# `password: x` in JSON, YAML, queries, attributes, and `<password>x</password>`.
_NAMED = re.compile(
    r"""<([\w.:-]+)[^<>]*>(?=(?:<!\[CDATA\[)?([^<>\]]+))"""
    r"""|([\w.-]+)(?=\\?["']?(?:\s*[:=]\s*|\r\n\r\n)"""
    r"""(?:\\"((?:(?!\\").)*)|"((?:[^"\\]|\\.)*)|'([^']*)|([^\s"'<>&;,(){}]+)))"""
)
_UNSEEN = frozenset({
    "accept", "accept-encoding", "accept-language", "content-type", "cookie", "host", "origin",
    "referer", "user-agent",
})  # fmt: skip
_VALUE = {"value", "text", "content", "plain"}
_LONG = 8
_TOKENS = re.compile(r"[\w.~+/=-]{16,}", re.ASCII)


def is_secret(slot: Slot) -> bool:
    """Tell whether a value of a request may not be written down."""
    value = str(slot.value)
    kind = slot.place[0]
    if not value or kind == "path":
        return _is_token(value)
    if kind == "header":
        return is_secret_name(slot.name) or _is_token(value)
    if _is_client_made(slot.name):
        return False
    return is_secret_name(slot.name) or is_secret_name(_around(slot)) or _is_token(value)


def _around(slot: Slot) -> str:
    """Name the member around one whose own name says nothing: `{"password": {"value": …}}`."""
    names = [part for part in slot.place[1:] if isinstance(part, str)]
    return names[-2] if len(names) > 1 and names[-1] in _VALUE else ""


def _is_client_made(name: str) -> bool:
    return bool(_CLIENT_MADE.search("_".join(words_of(name))))


def is_secret_name(name: str) -> bool:
    """Tell whether a field, member, element or parameter of this name holds a secret."""
    if _is_client_made(name):
        return False
    parts = _parts("_".join(words_of(name)))
    return is_csrf(name) or any(map(_NAMES.fullmatch, parts))


def is_secret_cookie(name: str, value: str) -> bool:
    """Tell whether a cookie is more than a choice, such as `theme=dark`."""
    named = is_secret_name(name) or "sess" in name.lower()
    return named or not _CHOICE.fullmatch(value)


def _parts(words: str) -> list[str]:
    """Give the words of a name and the pairs of neighbours, so that `api_key` is found."""
    single = [singular(word) for word in words.split("_")]
    return single + [f"{a}_{b}" for a, b in pairwise(single)]


def _is_token(value: str) -> bool:
    if _UUID.fullmatch(value):
        return False
    return any(is_signed(word) or kind_of(word) == "mixed" for word in value.split())


def known_secrets(entries: Iterable[Entry]) -> dict[str, str]:
    """Give the secrets of a recording, wherever they were met first: value → name."""
    found: dict[str, str] = {}
    for entry in entries:
        for name, value in (*_of_request(entry.request), *_of_response(entry.response)):
            found.setdefault(value, name)
    found.pop("", None)
    return found


def _of_request(request: Request) -> Iterator[tuple[str, str]]:
    template = template_of(request)
    for slot in template.slots():
        kind, value = slot.place[0], str(slot.value)
        if kind == "header" and slot.name.lower() in _UNSEEN:
            continue
        if is_secret(slot):
            yield slot.name, value
        if kind == "header" and slot.name.lower() in _AUTHORIZATION:
            yield from _credentials(value)
        elif kind not in {"header", "path"} and not _is_client_made(slot.name):
            yield from secrets_in(value)
    for part in template.parts:
        if part.filename is not None:
            yield from secrets_in(part.content.decode(errors="replace"))
    if not (template.form or template.parts or template.json):
        yield from secrets_in(request.body.decode(errors="replace"))
    yield from _of_cookies(cookies_sent(request))


def _of_cookies(cookies: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Give cookies that are secret; a short one of no telling name may be a number by chance."""
    for name, value in cookies:
        named = is_secret_name(name) or "sess" in name.lower()
        if named or (is_secret_cookie(name, value) and len(value) >= _LONG):
            yield f"cookie_{name}", value


def _credentials(header: str) -> Iterator[tuple[str, str]]:
    """Give what a header of authorization carries without its scheme, and a password's self."""
    scheme, _, credentials = header.partition(" ")
    yield "authorization", credentials
    if scheme.lower() == "basic":
        try:
            yield "password", b64decode(credentials).decode(errors="replace").partition(":")[2]
        except ValueError:
            return


def _of_response(response: Response) -> Iterator[tuple[str, str]]:
    yield from _of_cookies(cookies_of(response))
    for token in csrf_tokens(response):
        yield "csrf_token", str(token)
    for pointer, value in leaves_of(tree_of(response)):
        if pointer and is_secret_name(str(pointer[-1])):
            yield str(pointer[-1]), str(value)


def secrets_in(text: str) -> Iterator[tuple[str, str]]:
    """Find secrets in text of any kind, by the names before them and by their looks."""
    for found in _NAMED.finditer(text):
        element, content, name, *values = found.groups()
        if is_secret_name(element or name):
            yield element or name, next(filter(None, (content, *values)), "").strip()
    for token in _TOKENS.findall(text):
        if _is_token(token):
            yield "token", token
