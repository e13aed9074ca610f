"""Flask-Limiter: whether both applications count the same attempts of the same clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import create_environ

from gateway.doctor.application import Application, Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.proxies import seen_through_proxies
from gateway.doctor.twin import asking, twin
from gateway.doctor.web.shared import SharedURL, first, shared_urls
from gateway.urlmap import ServedRule

ONE_SIDE = Check("web.limiter-one-side", "warning")
STORAGE = Check("web.limiter-storage", "warning")
STRATEGY = Check("web.limiter-strategy", "warning")
KEY = Check("web.limiter-key", "warning")
SCOPE = Check("web.limiter-scope", "warning")
AMOUNT = Check("web.limiter-amount", "warning")
CHECKS = (ONE_SIDE, STORAGE, STRATEGY, KEY, SCOPE, AMOUNT)

# A client behind one proxy.
_CLIENT = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}


def findings(pair: Pair) -> Iterator[Finding]:
    """Find limits that count apart, so that an attacker has twice the attempts."""
    limiters = [limiter_of(each) for each in pair]
    if limiters.count(None) == 1:
        yield _one_side(pair, limiters)
    elif all(limiters):
        yield from _counting(pair)
        yield from _limits(pair)


def limiter_of(application: Application) -> Any:
    """Return the enabled Limiter of an application, or None."""
    found = application.flask.extensions.get("limiter", ())
    # A set since Flask-Limiter 3.
    limiters = found if isinstance(found, set | tuple) else (found,)
    return next((each for each in limiters if each.enabled), None)


def _one_side(pair: Pair, limiters: list[Any]) -> Finding:
    limited, other = tuple(pair) if limiters[0] else tuple(pair)[::-1]
    return ONE_SIDE.finding(
        f"{limited.name} limits how often somebody may try, and {other.name} has no Flask-Limiter."
        f" Whatever is routed to {other.name} is not limited by it and does not count.",
        fix=f"Initialise a Limiter in {other.name} with the same storage, and the same limits on"
        " the same scopes.",
    )


@dataclass(frozen=True, slots=True)
class Aspect:
    """Something that both Limiters must have alike to count together."""

    check: Check
    of: Callable[[Application], str]
    said: str
    fix: str


def _counting(pair: Pair) -> Iterator[Finding]:
    for aspect in ASPECTS:
        ours, theirs = (aspect.of(application) for application in pair)
        if ours != theirs:
            yield aspect.check.finding(
                f"{aspect.said} Who alternates between the two has twice the attempts.",
                f"{pair.control.name}: {ours}",
                f"{pair.candidate.name}: {theirs}",
                fix=aspect.fix,
            )


def _storage(application: Application) -> str:
    """Name the storage; one in memory is nobody else's."""
    storage = limiter_of(application).storage
    named = type(storage).__qualname__
    if named == "MemoryStorage":
        return f"memory of its own ({id(storage):#x})"
    return f"{named} at {_without_password(_storage_uri(application))}"


def _storage_uri(application: Application) -> str:
    limiter = limiter_of(application)
    return str(limiter._storage_uri or application.flask.config.get("RATELIMIT_STORAGE_URI"))  # noqa: SLF001


def _without_password(uri: str) -> str:
    parts = urlsplit(uri)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _strategy(application: Application) -> str:
    return type(limiter_of(application).limiter).__qualname__


def _client(application: Application) -> str:
    """Ask what a client is counted under."""
    limiter = limiter_of(application)
    environ = seen_through_proxies(application, {**create_environ(), **_CLIENT})
    prefix = limiter._key_prefix  # noqa: SLF001 - no public name
    key = limiter._key_func  # noqa: SLF001
    try:
        with twin(application.flask).request_context(environ):
            return f"{prefix!r} and {key()!r}"
    except Exception as error:  # noqa: BLE001 - it may need more than a client
        return f"{prefix!r} and a {type(error).__name__}"


ASPECTS = (
    Aspect(
        STORAGE,
        _storage,
        "The applications count in different storages.",
        "Give both Limiters one storage that both reach, such as a RATELIMIT_STORAGE_URI of Redis.",
    ),
    Aspect(
        STRATEGY,
        _strategy,
        "The applications count by different strategies, which do not read each other's counters.",
        "Give both Limiters the same strategy.",
    ),
    Aspect(
        KEY,
        _client,
        "The applications count one client under different keys (prefix and key function).",
        "Give both Limiters the same key_prefix and key_func, and both applications the same"
        " ProxyFix.",
    ),
)


def _limits(pair: Pair) -> Iterator[Finding]:
    apart, different = [], []
    for url in shared_urls(pair):
        ours, theirs = (
            _counters(application, rules) for application, rules in zip(pair, url, strict=True)
        )
        if {amount for amount, _ in ours} != {amount for amount, _ in theirs}:
            different.append(_told(pair, url, _amounts(ours), _amounts(theirs)))
        elif ours != theirs:
            apart.append(_told(pair, url, _scopes(ours), _scopes(theirs)))
    if apart:
        yield SCOPE.finding(
            "Equal limits count under different names, so a storage that is shared does not help:"
            " who alternates between the applications has twice the attempts. Flask-Limiter counts"
            " by endpoint unless told otherwise, and the endpoints have different names.",
            *first(apart),
            fix="Declare such limits with limiter.shared_limit and one scope in both applications.",
        )
    if different:
        yield AMOUNT.finding(
            "Some URLs have different limits: a flip refuses with 429 what was allowed, or allows"
            " what was refused.",
            *first(different),
            fix="Declare the same limits for the URLs in both applications.",
        )


Counters = frozenset[tuple[str, str]]


def _counters(application: Application, rules: tuple[ServedRule, ...]) -> Counters:
    """Return the limits of a URL, each with the name under which it counts."""
    counters: set[tuple[str, str]] = set()
    for rule in rules:
        with asking(application.flask):
            import_module("flask").request.url_rule = _rule_of(application, rule)
            try:
                counters |= set(_counters_of(application, rule))
            except Exception:  # noqa: BLE001, S112 - a limit that is only known within a request
                continue
    return frozenset(counters)


def _rule_of(application: Application, rule: ServedRule) -> Any:
    return next(
        each
        for each in application.flask.url_map.iter_rules()
        if (each.rule, each.endpoint) == (rule.text, rule.endpoint)
    )


def _counters_of(application: Application, rule: ServedRule) -> Iterator[tuple[str, str]]:
    limiter, blueprint = limiter_of(application), import_module("flask").request.blueprint
    endpoint = limiter.identify_request()
    resolve = limiter.limit_manager.resolve_limits
    for limit in chain(*resolve(application.flask, endpoint, blueprint)):
        for method in rule.methods or {"GET"}:
            if limit.methods is None or method.lower() in limit.methods:
                yield str(limit.limit), limit.scope_for(endpoint, method)


def _amounts(counters: Counters) -> str:
    return ", ".join(sorted({amount for amount, _ in counters})) or "no limit"


def _scopes(counters: Counters) -> str:
    return ", ".join(sorted({f"{amount} as {scope!r}" for amount, scope in counters}))


def _told(pair: Pair, url: SharedURL, ours: str, theirs: str) -> str:
    return f"{url.text}: {ours} in {pair.control.name}, {theirs} in {pair.candidate.name}"
