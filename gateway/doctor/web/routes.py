"""URLs that both applications serve, and do not serve alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from gateway.doctor.application import Application, Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.sources import place_of
from gateway.doctor.web.shared import SharedURL, first, shared_urls, view_of
from gateway.table import METHODS
from gateway.urlmap import ServedRule, slash_policy

METHODS_LOST = Check("web.methods", "warning")
SLASHES_LOST = Check("web.slashes", "warning")
SLASHES = Check("web.slash-redirects", "note")
VARIABLES = Check("web.variables", "note")
CONVERTERS = Check("web.converters", "warning")
OPTIONS = Check("web.options", "warning")
CHECKS = (METHODS_LOST, SLASHES_LOST, SLASHES, VARIABLES, CONVERTERS, OPTIONS)

_VARIABLE = re.compile(r"<(?:([A-Za-z_]\w*(?:\(.*?\))?):)?[A-Za-z_]\w*>", re.DOTALL)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find where a flip of a URL changes which requests are answered."""
    urls = list(shared_urls(pair))
    yield from _methods(pair, urls)
    yield from _slashes(pair, urls)
    yield from _variables(pair, urls)
    yield from _converters(pair)
    yield from _options(pair, urls)


def _methods(pair: Pair, urls: Iterable[SharedURL]) -> Iterator[Finding]:
    lost = [
        f"{url.text}: {', '.join(sorted(missing))}"
        for url in urls
        if (missing := _answered(url.control) - _answered(url.candidate))
    ]
    if lost:
        yield METHODS_LOST.finding(
            f"{pair.candidate.name} serves URLs of {pair.control.name} with fewer methods. A route"
            " that names no methods and goes to it answers the others with 405.",
            *first(lost),
            fix=f"Name the methods of such a route in the table, or add the views to"
            f" {pair.candidate.name}.",
        )


def _answered(rules: Iterable[ServedRule]) -> frozenset[str]:
    automatic = {"HEAD", "OPTIONS"}
    return frozenset(
        method
        for rule in rules
        for method in (METHODS if rule.allowed is None else rule.allowed)
        if method not in automatic
    )


def _slashes(pair: Pair, urls: Iterable[SharedURL]) -> Iterator[Finding]:
    lost, redirected = [], []
    for url in urls:
        if _endings(url.control, found=True) - _endings(url.candidate, found=True):
            lost.append(_policies(pair, url))
        elif _endings(url.control) - _endings(url.candidate):
            redirected.append(_policies(pair, url))
    if lost:
        yield SLASHES_LOST.finding(
            f"Some URLs work with and without a last slash in {pair.control.name}, and in one"
            f" spelling only in {pair.candidate.name}: links and bookmarks in the other one end at"
            " a 404 after a flip.",
            *first(lost),
            fix="Give both rules the same ending and the same strict_slashes.",
        )
    if redirected:
        yield SLASHES.finding(
            f"{pair.candidate.name} redirects spellings that {pair.control.name} answers. People"
            " notice nothing; programs that do not follow redirects do.",
            *first(redirected),
            fix="Give both rules the same ending and the same strict_slashes.",
        )


def _endings(rules: Iterable[ServedRule], *, found: bool = False) -> frozenset[str]:
    """Return the endings in which a URL is answered, or found at all: redirects included."""
    endings = set()
    for rule in rules:
        own = "/" if rule.text.endswith("/") else ""
        endings.add(own)
        if not rule.strict or (found and own and rule.text != "/"):
            endings |= {"", "/"}
    return frozenset(endings)


def _policies(pair: Pair, url: SharedURL) -> str:
    plain = url.text.rstrip("/")
    return "; ".join(
        f"{application.name} {slash_policy(plain, rules)}"
        for application, rules in zip(pair, url, strict=True)
    )


def _told(pair: Pair, url: SharedURL) -> str:
    texts = (
        f"{' and '.join(rule.text for rule in rules)} in {application.name}"
        for application, rules in zip(pair, url, strict=True)
    )
    return ", ".join(texts)


def _variables(pair: Pair, urls: Iterable[SharedURL]) -> Iterator[Finding]:
    differing = [
        _told(pair, url)
        for url in urls
        if {_converters_in(rule) for rule in url.control}
        != {_converters_in(rule) for rule in url.candidate}
    ]
    if differing:
        yield VARIABLES.finding(
            "Some URLs have variables of different types: what one application takes for a value is"
            " a 404 in the other.",
            *first(differing),
            fix="Give the variables the same converters, or make sure that nobody uses the values"
            " which only one accepts.",
        )


def _converters_in(rule: ServedRule) -> tuple[str, ...]:
    return tuple(
        (found[1] or "string").replace("default", "string").replace(" ", "")
        for found in _VARIABLE.finditer(rule.text)
    )


def _converters(pair: Pair) -> Iterator[Finding]:
    ours, theirs = (application.flask.url_map.converters for application in pair)
    differing = [
        name for name in ours if name in theirs and _means(ours[name]) != _means(theirs[name])
    ]
    if differing:
        yield CONVERTERS.finding(
            f"One name stands for two converters: {', '.join(differing)}. A rule that is copied"
            " from one application to the other, or to the routing table, matches other URLs.",
            *(
                f"{name} is {_means(application.flask.url_map.converters[name])} in"
                f" {application.name}"
                for name in differing
                for application in pair
            ),
            fix="Import the converter from one module in both applications, or rename one.",
        )


def _means(converter: Any) -> str:
    converter = getattr(converter, "func", converter)  # a partial of a converter
    named = f"{converter.__module__}.{converter.__qualname__}"
    return f"{named}, which matches {getattr(converter, 'regex', '?')}"


def _options(pair: Pair, urls: Iterable[SharedURL]) -> Iterator[Finding]:
    differing = []
    for url in urls:
        ours, theirs = (
            _options_of(application, rules) for application, rules in zip(pair, url, strict=True)
        )
        if ours.partition(" at ")[0] != theirs.partition(" at ")[0]:
            differing.append(
                f"{url.text}: {ours} in {pair.control.name}, {theirs} in {pair.candidate.name}"
            )
    if differing:
        yield OPTIONS.finding(
            "OPTIONS is answered in different ways. A browser asks with it before a request to"
            " another origin, and refuses the request if the answer does not allow it.",
            *first(differing),
            fix="Answer OPTIONS in both applications by a view, or by Flask in both"
            " (provide_automatic_options).",
        )


def _options_of(application: Application, rules: Iterable[ServedRule]) -> str:
    answering = [rule for rule in rules if rule.allowed is None or "OPTIONS" in rule.allowed]
    if not answering:
        return "405"
    if any(rule.options_by_flask for rule in answering):
        return "by Flask"
    return f"by a view at {place_of(view_of(application, answering[0]))}"
