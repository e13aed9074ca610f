"""Bodies as a HAR writes them → bytes."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.parity.exchange import Headers

_FORM = "application/x-www-form-urlencoded"
_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_GZIP = b"\x1f\x8b"
_LARGEST = 64 * 2**20
_BOUNDARY = re.compile(r'boundary="?([^";\s]+)')


class Param(BaseModel):
    """A field of a form; Firefox writes these for forms that it has taken apart."""

    name: str = ""
    value: str | None = None


class PostData(BaseModel):
    """What a request carried."""

    mimeType: str | None = None  # noqa: N815  # the file's own name
    text: str | None = None
    encoding: str | None = None
    params: list[Param] | None = None


def decoded(text: str | None, encoding: str | None) -> bytes:
    """Give the bytes of a text that may be in base64; what is cut off there is left out."""
    if text is None:
        return b""
    if (encoding or "").lower() == "base64":
        letters = _NO_BASE64.sub("", text.partition("=")[0])
        whole = letters if len(letters) % 4 != 1 else letters[:-1]
        return b64decode(whole + "=" * (-len(whole) % 4))
    return text.encode("utf-8", "surrogatepass")


def decompressed(body: bytes, headers: Iterable[tuple[str, str]]) -> bytes:
    """Unpack a body that was written down as it came over the wire, as some proxies do."""
    packed = body.startswith(_GZIP) and _header(headers, "content-encoding").lower() == "gzip"
    if not packed:
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, _LARGEST)
    except zlib.error:
        return body


def posted(data: PostData | None, headers: Headers) -> tuple[bytes, tuple[str, ...]]:
    """Give the body of a request, and say what the file has not recorded of it."""
    content_type = _header(headers, "content-type") or (data and data.mimeType) or ""
    body = _written(data, content_type) if data else b""
    length = _header(headers, "content-length")
    missing = int(length) - len(body) if length.isdecimal() else 0
    if missing <= 0 or (body and "multipart/" not in content_type):
        return body, ()
    what = f"{missing} of the {length} bytes that it sent were not recorded"
    return body, (f"{what}: browsers leave out uploaded files",)


def _header(headers: Iterable[tuple[str, str]], wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")


def _written(data: PostData, content_type: str) -> bytes:
    if data.text:
        return _without_headers(decoded(data.text, data.encoding), content_type)
    if data.params and _FORM in content_type:
        return urlencode([(p.name, p.value or "") for p in data.params]).encode()
    return b""


def _without_headers(body: bytes, content_type: str) -> bytes:
    """Leave out the headers that Firefox writes before the body of an upload."""
    boundary = _BOUNDARY.search(content_type)
    start = body.find(f"--{boundary[1]}".encode()) if boundary else -1
    return body[start:] if start > 0 else body
