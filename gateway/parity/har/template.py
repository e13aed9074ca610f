"""A recorded request taken apart into its values, and put together again with others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import (
    Data,
    Epilogue,
    Field,
    File,
    MultipartDecoder,
    Preamble,
)

from gateway.parity.exchange import Request
from gateway.parity.har.archive import media_type
from gateway.parity.har.sources import leaves_of

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

Place = tuple[str, *tuple[str | int, ...]]
"""What of a request: `("path", 1)`, `("query", 0)`, `("header", 3)`, `("form", 0)`,
`("part", 0)`, or `("json", "user", "id")`."""


@dataclass(frozen=True)
class Slot:
    """A value in a request, with its name where it has one."""

    place: Place
    name: str
    value: Any


@dataclass(frozen=True)
class Part:
    """A field of a multipart form; a file if it has a name of one."""

    headers: tuple[tuple[str, str], ...]
    name: str
    filename: str | None
    content: bytes


@dataclass(frozen=True)
class Template:
    """A request by its parts; a body of no known type has none and is sent as it was."""

    request: Request
    segments: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    form: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()
    boundary: str = ""
    json: Any = None

    def slots(self) -> Iterator[Slot]:
        """Give every value; a segment of the path is named by the one before it."""
        before = ""
        for at, segment in enumerate(self.segments):
            yield Slot(("path", at), before, segment)
            before = segment
        for kind, pairs in (
            ("query", self.query),
            ("header", self.request.headers),
            ("form", self.form),
            ("part", [(part.name, part.content.decode(errors="replace")) for part in self.parts]),
        ):
            for at, (name, value) in enumerate(pairs):
                if kind != "part" or self.parts[at].filename is None:
                    yield Slot((kind, at), name, value)
        for pointer, value in leaves_of(self.json):
            names = [part for part in pointer if isinstance(part, str)]
            yield Slot(("json", *pointer), names[-1] if names else "", value)

    def filled(self, values: Mapping[Place, Any]) -> Request:
        """Give the request with other values in some places; all else stays as it was sent."""
        request = self.request
        kinds = {place[0] for place in values}
        if "path" in kinds:
            segments = (str(values.get(("path", i), s)) for i, s in enumerate(self.segments))
            request = replace(
                request, path="/".join(quote(s, safe=":@!$&'()*+,;=~") for s in segments)
            )
        if "query" in kinds:
            request = replace(request, query=urlencode(_pairs("query", self.query, values)))
        if "header" in kinds:
            headers = tuple(_pairs("header", request.headers, values))
            request = replace(request, headers=headers)
        return replace(request, body=self._body(kinds, values))

    def _body(self, kinds: set[str], values: Mapping[Place, Any]) -> bytes:
        if "form" in kinds:
            return urlencode(_pairs("form", self.form, values)).encode()
        if "json" in kinds:
            tree = _replaced(self.json, ("json",), values)
            return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
        if "part" in kinds:
            return _encoded(self._filled_parts(values), self.boundary)
        return self.request.body

    def _filled_parts(self, values: Mapping[Place, Any]) -> list[Part]:
        return [
            replace(part, content=str(values[place]).encode())
            if (place := ("part", at)) in values
            else part
            for at, part in enumerate(self.parts)
        ]


def template_of(request: Request) -> Template:
    """Take a request apart."""
    segments = tuple(map(unquote, request.path.split("/")))
    query = tuple(parse_qsl(request.query, keep_blank_values=True))
    template = Template(request, segments, query)
    header = next((v for n, v in request.headers if n.lower() == "content-type"), "")
    kind = media_type(header)
    if kind == FORM:
        fields = parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True)
        return replace(template, form=tuple(fields))
    if kind == MULTIPART:
        boundary = parse_options_header(header)[1].get("boundary", "")
        return replace(template, parts=_parts(request.body, boundary), boundary=boundary)
    if kind == "application/json" or kind.endswith("+json"):
        return replace(template, json=_json(request.body))
    return template


def cookies_sent(request: Request) -> list[tuple[str, str]]:
    """Give names and values of the cookies that a request carries."""
    headers = (value for name, value in request.headers if name.lower() == "cookie")
    pairs = (item.partition("=") for header in headers for item in header.split(";"))
    return [(name.strip(), value.strip()) for name, _, value in pairs if name.strip()]


def _pairs(
    kind: str, pairs: tuple[tuple[str, str], ...], values: Mapping[Place, Any]
) -> list[tuple[str, str]]:
    return [(name, str(values.get((kind, at), value))) for at, (name, value) in enumerate(pairs)]


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _replaced(tree: Any, place: Place, values: Mapping[Place, Any]) -> Any:
    if isinstance(tree, dict):
        return {name: _replaced(value, (*place, name), values) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_replaced(value, (*place, at), values) for at, value in enumerate(tree)]
    return _like(tree, values.get(place, tree))


def _like(sent: Any, found: Any) -> Any:
    """Give a value that a page or a header told as the number that was sent in its place."""
    number = isinstance(sent, int) and isinstance(found, str) and found.isdecimal()
    return int(found) if number else found


# Multipart forms.


def _parts(body: bytes, boundary: str) -> tuple[Part, ...]:
    """Take a multipart body apart; what can't be read gives no parts, and is sent as it was."""
    decoder = MultipartDecoder(boundary.encode())
    decoder.receive_data(body)
    decoder.receive_data(None)
    parts: list[Part] = []
    try:
        while not isinstance(event := decoder.next_event(), Epilogue):
            if isinstance(event, Field | File):
                filename = event.filename if isinstance(event, File) else None
                parts.append(Part(tuple(event.headers), event.name or "", filename, b""))
            elif isinstance(event, Data):
                parts[-1] = replace(parts[-1], content=parts[-1].content + event.data)
            elif not isinstance(event, Preamble):
                return ()
    except ValueError:
        return ()
    return tuple(parts)


def with_uploads(template: Template, uploads: Mapping[str, Path | str]) -> bytes:
    """Give a multipart body with the content of its files, or one of nothing but the uploads."""
    if not template.parts:
        return _encoded([_part(name, given) for name, given in uploads.items()], template.boundary)
    parts = [
        replace(part, content=given.read_bytes())
        if part.filename and not part.content and isinstance(given := uploads.get(part.name), Path)
        else part
        for part in template.parts
    ]
    return _encoded(parts, template.boundary)


def _part(name: str, given: Path | str) -> Part:
    disposition = f'form-data; name="{name}"'
    if isinstance(given, str):
        return Part((("Content-Disposition", disposition),), name, None, given.encode())
    headers = (
        ("Content-Disposition", f'{disposition}; filename="{given.name}"'),
        ("Content-Type", guess_type(given.name)[0] or "application/octet-stream"),
    )
    return Part(headers, name, given.name, given.read_bytes())


def _encoded(parts: Iterable[Part], boundary: str) -> bytes:
    """Write a multipart body (RFC 7578); Werkzeug's writer leaves a line out of empty fields."""
    written = []
    for part in parts:
        headers = "".join(f"{name}: {value}\r\n" for name, value in part.headers)
        written.append(f"--{boundary}\r\n{headers}\r\n".encode() + part.content + b"\r\n")
    return b"".join(written) + f"--{boundary}--\r\n".encode()
