"""A HAR file → what was recorded, in the words of this package.

HAR 1.2 as Chromium, Firefox, Safari and Playwright write it. Each leaves out or adds members,
so all that is not needed is optional here, and everything unknown is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import SplitResult, quote, urlsplit

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from gateway.parity.exchange import Request, Response
from gateway.parity.har.bodies import PostData, decoded, decompressed, posted
from gateway.refusal import RefusalError

_LARGEST = 512 * 2**20
_TOLD = 5
_COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04")
_DAY = 24 * 60 * 60 * 1000


class HarError(RefusalError):
    """A file that is no HAR, or one that can't be used; the message is a full sentence."""


@dataclass(frozen=True)
class Entry:
    """One recorded exchange; `seconds` is how long it took."""

    number: int
    started: datetime
    url: SplitResult
    request: Request
    response: Response
    kind: str = ""
    page: str = ""
    cached: bool = False
    faults: tuple[str, ...] = ()
    seconds: float = 0

    @property
    def ended(self) -> datetime:
        """When the answer had come."""
        return self.started + timedelta(seconds=self.seconds)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.url.scheme}://{self.url.netloc}"

    @property
    def media_type(self) -> str:
        """The Content-Type of the response without its parameters."""
        return media_type(self.response.header("Content-Type"))


@dataclass(frozen=True)
class Archive:
    """All entries of a file in the order in which they began, and the titles of its pages."""

    entries: tuple[Entry, ...]
    pages: dict[str, str] = field(default_factory=dict)


def media_type(header: str | None) -> str:
    """Give a Content-Type without its parameters, in lower case."""
    return (header or "").partition(";")[0].strip().lower()


# The members of the file that are read.


def _list_or_nothing(value: Any) -> Any:
    return [] if value is None else value


class _Header(BaseModel):
    name: str
    value: str = ""


_Headers = Annotated[list[_Header], BeforeValidator(_list_or_nothing)]


class _Request(BaseModel):
    method: str = Field(min_length=1)
    url: str = Field(min_length=1)
    headers: _Headers = []
    postData: PostData | None = None  # noqa: N815  # the file's own name


class _Content(BaseModel):
    mimeType: str | None = None  # noqa: N815
    text: str | None = None
    encoding: str | None = None


class _Response(BaseModel):
    status: int = 0
    headers: _Headers = []
    content: _Content = _Content()
    redirectURL: str | None = None  # noqa: N815
    by_worker: bool | None = Field(None, alias="_fetchedViaServiceWorker")


class _Entry(BaseModel):
    startedDateTime: datetime  # noqa: N815
    time: Any = None
    request: _Request
    response: _Response = _Response()
    pageref: str | None = None
    resource: str | None = Field(None, alias="_resourceType")
    from_cache: str | bool | None = Field(None, alias="_fromCache")


class _Page(BaseModel):
    id: str
    title: str = ""


class _Log(BaseModel):
    entries: list[_Entry]
    pages: Annotated[list[_Page], BeforeValidator(_list_or_nothing)] = []


class _File(BaseModel):
    log: _Log


def read_archive(file: str | Path) -> Archive:
    """Read a HAR file. Raises HarError for what is none."""
    content = _content(Path(file))
    try:
        log = _File.model_validate_json(content).log
    except ValidationError as error:
        raise HarError(f"{file} can't be used: {_told(error)}") from error
    if not log.entries:
        raise HarError(
            f"{file} has no entries. Record while the developer tools are open, and export then."
        )
    entries = [_entry(number, entry) for number, entry in enumerate(log.entries, 1)]
    entries.sort(key=lambda entry: entry.started)
    return Archive(tuple(entries), {page.id: page.title for page in log.pages})


def _content(file: Path) -> bytes:
    try:
        if (size := file.stat().st_size) > _LARGEST:
            raise HarError(
                f"{file} has {size // 2**20} MB, and at most {_LARGEST // 2**20} are read. Record a"
                " shorter session, or leave out the other hosts when exporting."
            )
        content = file.read_bytes()
    except OSError as error:
        raise HarError(f"{file} can't be read: {error.strerror}.") from error
    if content.startswith(_COMPRESSED):
        raise HarError(f"{file} is compressed. Unpack it, and give the file that is in it.")
    return content.removeprefix(b"\xef\xbb\xbf")


def _told(error: ValidationError) -> str:
    """Say what is wrong in the words of the file."""
    faults = error.errors(include_url=False)
    if faults[0]["type"] == "json_invalid":
        reason = str(faults[0]["ctx"]["error"])
        return f"it is no whole JSON, {reason}. Export it again, if that was interrupted."
    if any(fault["loc"] in {(), ("log",), ("log", "entries")} for fault in faults):
        return "it is JSON, but no HAR: that has a list log.entries. Export it as HAR."
    places = [f"{_place(fault['loc'])}: {fault['msg']}" for fault in faults[:_TOLD]]
    more = f" (and {len(faults) - _TOLD} more)" if len(faults) > _TOLD else ""
    return f"{'; '.join(places)}{more}."


def _place(location: tuple[int | str, ...]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return path.removeprefix(".")


def _entry(number: int, entry: _Entry) -> Entry:
    url = _split(entry.request.url)
    headers = _headers(entry.request.headers)
    body, faults = posted(entry.request.postData, headers)
    return Entry(
        number=number,
        started=_aware(entry.startedDateTime),
        url=url,
        request=Request(entry.request.method.upper(), _path(url), _query(url), headers, body),
        response=_response(entry.response),
        kind=(entry.resource or "").lower(),
        page=entry.pageref or "",
        cached=bool(entry.from_cache or entry.response.by_worker),
        faults=faults,
        seconds=_seconds(entry.time),
    )


def _seconds(milliseconds: Any) -> float:
    """Give a duration; those of more than a day, or less than nothing, are none."""
    known = isinstance(milliseconds, int | float) and 0 < milliseconds < _DAY
    return milliseconds / 1000 if known else 0


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.rpartition("@")[2].lower()
    except ValueError:  # such as a bracket that is not closed
        return SplitResult("unreadable", "", url, "", "")
    default = {"http": ":80", "https": ":443"}.get(parts.scheme, ":")
    return parts._replace(netloc=netloc.removesuffix(default))


def _path(url: SplitResult) -> str:
    return quote(url.path, safe="/%:@!$&'()*+,;=~") or "/"


def _query(url: SplitResult) -> str:
    return quote(url.query, safe="/%:@!$&'()*+,;=~?")


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _headers(headers: list[_Header]) -> tuple[tuple[str, str], ...]:
    """Give the headers without HTTP/2's pseudo headers, which repeat method and URL."""
    return tuple((h.name, h.value) for h in headers if not h.name.startswith(":"))


def _response(response: _Response) -> Response:
    # Firefox and Playwright join repeated headers with line breaks.
    headers = [
        (name, line)
        for name, value in _headers(response.headers)
        for line in (value.split("\n") if name.lower() == "set-cookie" else [value])
    ]
    names = {name.lower() for name, _ in headers}
    content = response.content
    if content.mimeType and content.mimeType != "x-unknown" and "content-type" not in names:
        headers.append(("Content-Type", content.mimeType))
    if response.redirectURL and "location" not in names:
        headers.append(("Location", response.redirectURL))
    body = decompressed(decoded(content.text, content.encoding), headers)
    return Response(response.status, tuple(headers), body)
