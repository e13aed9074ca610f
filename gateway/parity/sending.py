"""What a test asks for → the request that one side is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, TypedDict
from urllib.parse import quote, urlencode

from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from gateway.parity.exchange import Request

if TYPE_CHECKING:
    from gateway.parity.paired import Pairs

NOTHING: Final = object()
"""Stands for a JSON body that is not given, since None is one (`null`)."""

_BOUNDARY = "gateway-parity-boundary"
_FORM = "application/x-www-form-urlencoded"
_DEFAULT_HEADERS = {"User-Agent": "gateway-parity", "Accept": "*/*"}


class Options(TypedDict, total=False):
    """What a request may carry beside method and path, and what is expected of the answer."""

    query: Mapping[str, Any] | str
    json: Any
    data: Mapping[str, Any] | str | bytes
    files: Mapping[str, tuple[str, bytes]]
    headers: Mapping[str, str]
    max_queries: int | None
    crashes: bool


@dataclass(frozen=True)
class Wish:
    """A request as a test writes it, paired values and all."""

    method: str
    path: str
    query: Mapping[str, Any] | str | None = None
    json: Any = NOTHING
    data: Mapping[str, Any] | str | bytes | None = None
    files: Mapping[str, tuple[str, bytes]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    max_queries: int | None = None
    crashes: bool = False

    def __post_init__(self) -> None:
        if self.json is not NOTHING and self.data is not None:
            raise TypeError(f"{self.method} {self.path} gives both json and data. Give one body.")
        if self.files is not None and not isinstance(self.data or {}, Mapping):
            raise TypeError(
                f"{self.method} {self.path} gives files beside data that is no form. Give a"
                " mapping."
            )
        if not self.path.startswith("/"):
            raise ValueError(f"The path {self.path!r} does not start with a slash.")

    def for_side(self, pairs: Pairs, side: int) -> Request:
        """Fill in one side's own values."""
        path, _, query = str(pairs.resolve(self.path, side)).partition("?")
        body, content_type = self._body(pairs, side)
        headers = {**_DEFAULT_HEADERS, **content_type, **pairs.resolve(dict(self.headers), side)}
        return Request(
            self.method,
            quote(path, safe="/%:@!$&'()*+,;=~"),
            "&".join(filter(None, (query, _query(pairs.resolve(self.query, side))))),
            tuple((name, str(value)) for name, value in headers.items()),
            body,
        )

    def _body(self, pairs: Pairs, side: int) -> tuple[bytes, dict[str, str]]:
        if self.json is not NOTHING:
            content = json.dumps(pairs.resolve(self.json, side))
            return content.encode(), {"Content-Type": "application/json"}
        data = pairs.resolve(self.data, side)
        if self.files is not None:
            return _multipart(data or {}, self.files)
        if isinstance(data, Mapping):
            return urlencode(data, doseq=True).encode(), {"Content-Type": _FORM}
        return data.encode() if isinstance(data, str) else data or b"", {}


def _multipart(
    fields: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]]
) -> tuple[bytes, dict[str, str]]:
    uploads = {
        name: FileStorage(BytesIO(content), filename) for name, (filename, content) in files.items()
    }
    data = {**fields, **uploads}
    stream, _, _ = stream_encode_multipart(data, use_tempfile=False, boundary=_BOUNDARY)
    return stream.read(), {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}


def _query(query: Mapping[str, Any] | str | None) -> str:
    return urlencode(query, doseq=True) if isinstance(query, Mapping) else query or ""
