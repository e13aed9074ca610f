"""Cookies as a browser keeps them (RFC 6265), for one host."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    Identity = tuple[str, str | None, str]

ANY_DOMAIN = "*"
"""The domain of a cookie that a test planted: whatever an application sets replaces it."""

FLAGS = ("path", "domain", "secure", "http_only", "same_site", "lifetime", "partitioned")


@dataclass(frozen=True)
class SetCookie:
    """One Set-Cookie header; `lifetime` is in seconds from now, None for the session."""

    name: str
    value: str
    path: str
    domain: str | None = None
    secure: bool = False
    http_only: bool = False
    same_site: str | None = None
    lifetime: int | None = None
    partitioned: bool = False

    @property
    def deletes(self) -> bool:
        """Tell whether the header takes the cookie away."""
        return self.lifetime is not None and self.lifetime <= 0

    @property
    def identity(self) -> Identity:
        """What a later header must repeat to replace the cookie; one of the host has no domain."""
        return self.name, self.domain, self.path


def parse_set_cookie(header: str, *, request_path: str, now: float) -> SetCookie:
    """Read one Set-Cookie header; Max-Age goes before Expires (RFC 6265 §5.3)."""
    first, *rest = header.split(";")
    name, _, value = first.partition("=")
    found = {}
    for item in rest:
        key, _, given = item.partition("=")
        found[key.strip().lower()] = given.strip()
    path = found.get("path", "")
    return SetCookie(
        name=name.strip(),
        value=value.strip(),
        path=path if path.startswith("/") else _default_path(request_path),
        domain=found.get("domain", "").lstrip(".").lower() or None,
        secure="secure" in found,
        http_only="httponly" in found,
        same_site=found["samesite"].capitalize() if "samesite" in found else None,
        lifetime=_lifetime(found, now),
        partitioned="partitioned" in found,
    )


def _default_path(request_path: str) -> str:
    return request_path.rpartition("/")[0] or "/"


def _lifetime(attributes: dict[str, str], now: float) -> int | None:
    max_age = attributes.get("max-age", "")
    if max_age.lstrip("-").isdecimal():
        return int(max_age)
    try:
        return round(parsedate_to_datetime(attributes["expires"]).timestamp() - now)
    except (KeyError, ValueError):
        return None


class CookieJar:
    """The cookies that one side has given, and is sent again."""

    def __init__(self) -> None:
        self._kept: dict[Identity, tuple[SetCookie, float | None]] = {}

    def store(self, cookies: Iterable[SetCookie], now: float) -> None:
        """Keep, replace or remove cookies as a response says."""
        for cookie in cookies:
            self._kept.pop(cookie.identity, None)
            self._kept.pop(replace(cookie, domain=ANY_DOMAIN).identity, None)
            if not cookie.deletes:
                ends = None if cookie.lifetime is None else now + cookie.lifetime
                self._kept[cookie.identity] = cookie, ends

    def values(self, path: str, now: float, *, secure: bool = False) -> list[tuple[str, str]]:
        """Give name and value of the cookies that a request carries, longest path first."""
        sent = [
            cookie
            for cookie, ends in self._kept.values()
            if (ends is None or ends > now)
            and (secure or not cookie.secure)
            and _covers(cookie.path, path)
        ]
        sent.sort(key=lambda cookie: -len(cookie.path))
        return [(cookie.name, cookie.value) for cookie in sent]

    def forget(self, name: str) -> None:
        """Drop every cookie of a name."""
        self._kept = {key: kept for key, kept in self._kept.items() if kept[0].name != name}

    def clear(self) -> None:
        """Forget every cookie."""
        self._kept.clear()


def _covers(cookie_path: str, request_path: str) -> bool:
    if request_path == cookie_path:
        return True
    return request_path.startswith(cookie_path.rstrip("/") + "/")
