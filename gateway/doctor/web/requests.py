"""What each application makes of a request before a view sees it: its size, host and client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

from gateway.doctor.application import Application, Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.proxies import middleware_of, trusted
from gateway.doctor.settings import Agreement, Setting, config, disagreements

LIMITS = Check("web.upload-limits", "warning")
HOSTS = Check("web.hosts", "warning")
PROXIES = Check("web.proxies", "warning")
MIDDLEWARE = Check("web.middleware", "note")
CHECKS = (LIMITS, HOSTS, PROXIES, MIDDLEWARE)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find requests that one application refuses, or takes for another client's."""
    yield from disagreements(pair, AGREEMENTS)
    yield from _proxies(pair)
    yield from _middleware(pair)


def _proxies(pair: Pair) -> Iterator[Finding]:
    ours, theirs = (trusted(application) for application in pair)
    if ours != theirs:
        yield PROXIES.finding(
            "The applications trust different proxies (ProxyFix). Behind one, they see other"
            " addresses, schemes or hosts for one client: rate limits and logs name the proxy,"
            " redirects and links go to http:// or to the inner host, and whoever sets the headers"
            " themselves may choose their address.",
            *(f"{each.name}: {_told(trusted(each))}" for each in pair),
            fix="Wrap both in one ProxyFix with the numbers of proxies that really stand before"
            " them, or wrap the gateway and neither of them.",
        )


def _told(fixes: list[dict[str, int]]) -> str:
    each = (f"ProxyFix({', '.join(f'{k}={v}' for k, v in fix.items())})" for fix in fixes)
    return ", then ".join(each) or "no ProxyFix"


def _middleware(pair: Pair) -> Iterator[Finding]:
    # A copy of a class under the same name is taken for the same.
    ours, theirs = ([name.rpartition(":")[2] for name in _kinds(each)] for each in pair)
    if ours != theirs:
        yield MIDDLEWARE.finding(
            "The applications have different middleware, so a flip changes what it does to requests"
            " and answers. What it does can't be seen without a request.",
            *(f"{each.name}: {', '.join(_kinds(each)) or 'none'}" for each in pair),
            fix="Put middleware that both need around the gateway, or around both.",
        )


def _kinds(application: Application) -> list[str]:
    return [_named(m) for m in middleware_of(application) if not isinstance(m, ProxyFix)]


def _named(middleware: Any) -> str:
    kind = middleware if hasattr(middleware, "__qualname__") else type(middleware)
    return f"{kind.__module__}:{kind.__qualname__}"


AGREEMENTS = (
    Agreement(
        LIMITS,
        (
            config("MAX_CONTENT_LENGTH"),
            config("MAX_FORM_MEMORY_SIZE"),
            config("MAX_FORM_PARTS"),
        ),
        "What the more generous application takes, the other one answers with 413: uploads and long"
        " forms that used to work fail after a flip.",
        "Give both applications the same limits.",
    ),
    Agreement(
        HOSTS,
        (
            config("TRUSTED_HOSTS"),
            config("SERVER_NAME"),
            config("PREFERRED_URL_SCHEME"),
            Setting("host_matching", lambda flask: flask.url_map.host_matching),
            Setting("subdomain_matching", lambda flask: flask.subdomain_matching),
        ),
        "One of them answers hosts with 400 or 404 that the other serves, or writes other hosts and"
        " schemes into mails.",
        "Give both applications the same values.",
    ),
)
