"""A signed-in person, and what one does at every step of a test."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.parity.harness import Browser, Parity
    from gateway.parity.reply import Reply


@dataclass
class Person:
    """Somebody with a browser; unsafe calls carry the CSRF token as both scripts send it."""

    name: str
    browser: Browser | Parity

    @cached_property
    def csrf(self) -> str:
        """The CSRF token of this person's session."""
        token: str = self.get("/auth/current-user").json["csrf_token"]
        return token

    def get(self, path: str, **options: Any) -> Reply:
        """Send a GET."""
        return self.browser.get(path, **options)

    def post(self, path: str, **options: Any) -> Reply:
        """Send a POST."""
        return self._send("POST", path, options)

    def patch(self, path: str, **options: Any) -> Reply:
        """Send a PATCH."""
        return self._send("PATCH", path, options)

    def delete(self, path: str, **options: Any) -> Reply:
        """Send a DELETE."""
        return self._send("DELETE", path, options)

    def _send(self, method: str, path: str, options: dict[str, Any]) -> Reply:
        headers = {"X-CSRFToken": self.csrf, **options.pop("headers", {})}
        return self.browser.request(method, path, headers=headers, **options)

    def conversation(self, *, titled: str | None = None) -> Reply:
        """Open the conversation with this title, or the first one."""
        listed = self.get("/conversations").json
        number = next(c["id"] for c in listed if titled is None or c["title"] == titled)
        return self.get(f"/conversations/{number}")
