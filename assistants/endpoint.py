"""Which service an assistant may ask over the network, and with which key.

The operator's environment has the last word: ASSISTANT_HTTP_HOSTS lists the hosts, and without it
no assistant reaches the network. `api.example.com=EXAMPLE_KEY` lets that host be asked with the
key in the variable EXAMPLE_KEY; `127.0.0.1:8080` needs none. So an administrator, who writes an
assistant's config, can neither reach another host nor send a key where it does not belong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

import httpx

from assistants import config
from assistants.port import Context

HOSTS_VARIABLE = "ASSISTANT_HTTP_HOSTS"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where chat completions are asked for."""

    url: httpx.URL
    host: str
    key: str = field(default="", repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """What authorises the request."""
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}


def endpoint(context: Context, environ: Mapping[str, str]) -> Endpoint:
    """The endpoint of the assistant's `base_url`; ResponderError if it is not allowed."""
    base = config.text(context, "base_url").rstrip("/")
    url = _url(f"{base}/chat/completions")
    if url is None:
        raise config.misconfigured(
            context,
            f"its base_url {base!r} is no address of a service. "
            "Write for example https://api.example.com/v1; http only for this machine.",
        )
    host = url.netloc.decode()
    allowed = _allowed(environ.get(HOSTS_VARIABLE, ""))
    if host not in allowed:
        raise config.misconfigured(
            context,
            f"its host {host} is not allowed. Operators list allowed hosts in {HOSTS_VARIABLE}.",
        )
    return Endpoint(url, host, _key(context, allowed[host], environ))


def _url(text: str) -> httpx.URL | None:
    """The address as the client reads it, so that none is checked and another one asked."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return None
    is_odd = url.userinfo or url.query or url.fragment or not url.host
    is_safe = url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.host))
    return url if is_safe and not is_odd else None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _allowed(listed: str) -> dict[str, str]:
    """Allowed hosts, each with the name of the variable that holds its key."""
    entries = (entry.partition("=") for entry in listed.split(","))
    return {host.strip().lower(): variable.strip() for host, _, variable in entries if host.strip()}


def _key(context: Context, variable: str, environ: Mapping[str, str]) -> str:
    if not variable:
        return ""
    key = environ.get(variable, "").strip()
    if not (key and key.isascii() and key.isprintable()):
        raise config.misconfigured(context, f"the variable {variable} holds no key.")
    return key
