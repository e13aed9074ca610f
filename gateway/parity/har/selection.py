"""Which recorded exchanges are replayed, and why the others are not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.parity.har.archive import HarError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gateway.parity.har.archive import Archive, Entry

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_ASSETS = (
    ".css", ".js", ".mjs", ".map", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg",
    ".ico", ".bmp", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".mp4", ".webm", ".mp3", ".ogg",
    ".wasm", ".webmanifest",
)  # fmt: skip


@dataclass(frozen=True)
class Selection:
    """What of a recording is replayed; `left_out` counts the rest by its reason."""

    origin: str
    entries: tuple[Entry, ...]
    left_out: Mapping[str, int]


def select(
    archive: Archive, *, origin: str | None = None, assets: bool = False, streams: bool = False
) -> Selection:
    """Choose what one application answered. Raises HarError if that is nothing."""
    chosen = origin.rstrip("/").lower() if origin else _origin_of(archive)
    asked = {name for name, wanted in ((ASSETS, assets), (STREAMS, streams)) if wanted}
    reasons = [_reason(entry, chosen, asked) for entry in archive.entries]
    kept = tuple(
        entry for entry, reason in zip(archive.entries, reasons, strict=True) if reason is None
    )
    left_out = Counter(reason for reason in reasons if reason is not None)
    if not kept:
        counts = ", ".join(f"{reason} ({count})" for reason, count in left_out.items())
        origins = ", ".join(dict.fromkeys(entry.origin for entry in archive.entries if _web(entry)))
        advice = f"It holds requests to {origins}; choose with --origin." if origins else ""
        raise HarError(
            f"Nothing of the recording can be sent to {chosen}: {counts}."
            f" {advice or 'It holds no request to a web server.'}"
        )
    return Selection(chosen, kept, dict(left_out))


def _origin_of(archive: Archive) -> str:
    """Find the application: where the first page came from, else the most requests went."""
    web = [entry for entry in archive.entries if _web(entry)]
    pages = [entry for entry in web if entry.kind == "document" or entry.media_type == "text/html"]
    if pages:
        return pages[0].origin
    counted = Counter(entry.origin for entry in web).most_common(1)
    return counted[0][0] if counted else "any address"


def _web(entry: Entry) -> bool:
    return entry.url.scheme in {"http", "https"} and bool(entry.url.netloc)


def _reason(entry: Entry, origin: str, asked: set[str]) -> str | None:
    """Say why an entry is left out; None for one that is replayed."""
    if _web(entry) and entry.origin != origin and not _is_socket(entry):
        return "other hosts"
    reasons = (reason for reason in _REASONS if reason not in asked)
    return next((reason for reason in reasons if _REASONS[reason](entry)), None)


def _is_socket(entry: Entry) -> bool:
    return (
        entry.url.scheme in {"ws", "wss"}
        or entry.kind == "websocket"
        or entry.response.status == 101
    )


def _is_preflight(entry: Entry) -> bool:
    names = {name.lower() for name, _ in entry.request.headers}
    return entry.request.method == "OPTIONS" and (
        "access-control-request-method" in names or entry.kind == "preflight"
    )


def _is_asset(entry: Entry) -> bool:
    return entry.request.method in SAFE and entry.request.path.lower().endswith(_ASSETS)


def _listens(entry: Entry) -> bool:
    stream = entry.kind == "eventsource" or entry.media_type == "text/event-stream"
    return stream and entry.request.method in SAFE


ASSETS = "static assets"
STREAMS = "event streams that were listened to"
_REASONS: dict[str, Callable[[Entry], bool]] = {
    "web sockets": _is_socket,
    "addresses that are not HTTP, such as data:": lambda entry: not _web(entry),
    "preflights": _is_preflight,
    "answers from the browser's cache or its service worker": lambda entry: entry.cached,
    "requests that got no answer": lambda entry: not entry.response.status,
    ASSETS: _is_asset,
    STREAMS: _listens,
}
