"""The commands that send a compared request again."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.table import OverrideSettings

if TYPE_CHECKING:
    from gateway.parity.exchange import Request

GATEWAY_URL = "http://127.0.0.1:5000"
"""Where `gateway serve` serves, unless it is told otherwise."""

_LEFT_OUT = {"User-Agent", "Accept"}


def curl(request: Request, base_url: str) -> str:
    """Give the command that sends a request again."""
    words = ["curl", "-i", "-X", request.method, base_url + request.target]
    for name, value in request.headers:
        if name not in _LEFT_OUT:
            words += ["-H", f"{name}: {value}"]
    if request.body:
        words += ["--data-binary", request.body.decode(errors="backslashreplace")]
    return shlex.join(words)


@dataclass(frozen=True)
class Gateway:
    """A gateway that serves both sides: its address, and how it is asked for one of them."""

    url: str = GATEWAY_URL
    override: OverrideSettings = field(default_factory=OverrideSettings)

    def curl(self, request: Request, backend: str) -> str:
        """Give the command that asks one backend, by an override signed when it is run."""
        return curl(request, self.url) + self._asking(backend)

    def _asking(self, backend: str) -> str:
        place = self.override.header and f"{self.override.header}: "
        if place is None and self.override.cookie:
            place = f"Cookie: {self.override.cookie}="
        token = f'"$(gateway override {shlex.quote(backend)})"'
        return f" -H {shlex.quote(place)}{token}" if place else ""
