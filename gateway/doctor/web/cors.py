"""What other origins may do at the URLs that both applications serve, as Flask-CORS would say."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from werkzeug.datastructures import Headers

from gateway.doctor.application import Application, Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.sources import place_of
from gateway.doctor.web.shared import SharedURL, first, shared_urls, view_of
from gateway.rules import parse_path, sample
from gateway.urlmap import ServedRule

LOST = Check("web.cors", "error")
WIDER = Check("web.cors-wider", "warning")
BY_HAND = Check("web.cors-by-hand", "warning")
CHECKS = (LOST, WIDER, BY_HAND)

STRANGER = "https://stranger.invalid"
_HEADER = "Access-Control-Allow-Origin"
_ASKED_FOR = "Authorization, Content-Type, X-CSRFToken"


def findings(pair: Pair) -> Iterator[Finding]:
    """Find what a page of another origin may do on the one side only."""
    by_hand = {each: places for each in pair if (places := _by_hand(each))}
    if by_hand:
        yield from _unknown(pair, by_hand)
        return
    if "flask_cors" in sys.modules:
        yield from _compared(pair, {each: _policies(each) for each in pair})


@dataclass(frozen=True, slots=True)
class Policy:
    """What Flask-CORS was told: for the paths of a blueprint or a view, or for all."""

    pattern: Any
    options: Any
    blueprint: str | None = None

    def covers(self, path: str, endpoint: str) -> bool:
        """Tell whether this policy speaks of a path that an endpoint serves."""
        within = self.blueprint is None or endpoint.rpartition(".")[0] == self.blueprint
        # Renamed in Flask-CORS 6.
        match = getattr(_cors(), "try_match_pattern", None) or _cors().try_match
        return within and bool(match(path, self.pattern))


def _cors() -> Any:
    return import_module("flask_cors.core")


def _policies(application: Application) -> list[Policy]:
    """Return the policies of the extension, those of blueprints first."""
    found = [
        Policy(pattern, options, blueprint)
        for blueprint, hooks in application.flask.after_request_funcs.items()
        for hook in hooks
        if _module(hook).startswith("flask_cors")
        for pattern, options in _captured(hook, "resources") or ()
    ]
    return sorted(found, key=lambda policy: policy.blueprint is None)


def _module(function: Any) -> str:
    return str(getattr(function, "__globals__", {}).get("__name__", ""))


def _captured(function: Any, name: str) -> Any:
    """Return what a closure holds under a name, or None."""
    code = getattr(function, "__code__", None)
    cells = dict(zip(getattr(code, "co_freevars", ()), function.__closure__ or (), strict=False))
    return cells[name].cell_contents if name in cells else None


def _options(application: Application, policies: Iterable[Policy], rule: ServedRule) -> Any | None:
    """Return the options that Flask-CORS applies to a rule; a decorator's come first."""
    view = view_of(application, rule)
    while view is not None:
        if _module(view) == "flask_cors.decorator":
            given = _captured(view, "_options") or _captured(view, "options") or {}
            return _cors().get_cors_options(application.flask, given)
        view = getattr(view, "__wrapped__", None)
    path = _example(rule)
    covering = (policy for policy in policies if policy.covers(path, rule.endpoint))
    return next((policy.options for policy in covering), None)


def _example(rule: ServedRule) -> str:
    return rule.text if rule.path is None else sample(parse_path(rule.path))


def _compared(pair: Pair, policies: Mapping[Application, list[Policy]]) -> Iterator[Finding]:
    lost: list[str] = []
    wider: list[str] = []
    for url in shared_urls(pair):
        ours, theirs = _allowances(pair, policies, url)
        for allowed, elsewhere, told, by in (
            (ours, theirs, lost, pair.control),
            (theirs, ours, wider, pair.candidate),
        ):
            if allowed - elsewhere:
                told.append(
                    f"{url.text}: only {by.name} allows {'; '.join(sorted(allowed - elsewhere))}"
                )
    if lost:
        yield LOST.finding(
            f"Pages of other origins may do things in {pair.control.name} that"
            f" {pair.candidate.name} does not allow: after a flip browsers refuse its answers to"
            " them.",
            *first(lost),
            fix=f"Give Flask-CORS in {pair.candidate.name} the same origins, methods, headers and"
            " supports_credentials.",
        )
    if wider:
        yield WIDER.finding(
            f"{pair.candidate.name} allows pages of other origins more than {pair.control.name}: a"
            " flip lets them read what they could not.",
            *first(wider),
            fix=f"Give Flask-CORS in {pair.candidate.name} the options of {pair.control.name}, or"
            " make sure that the rest is meant.",
        )


def _allowances(
    pair: Pair, policies: Mapping[Application, list[Policy]], url: SharedURL
) -> list[frozenset[str]]:
    """Return what each application allows whom at a URL, in words."""
    options = [
        [_options(application, policies[application], rule) for rule in rules]
        for application, rules in zip(pair, url, strict=True)
    ]
    origins = {STRANGER} | {o for each in options for one in each for o in _named_origins(one)}
    methods = {method for rules in url for rule in rules for method in rule.methods or ("GET",)}
    return [
        frozenset(
            said
            for one in each
            if one is not None
            for origin in origins
            for method in methods
            for said in _allowed(one, origin, method)
        )
        for each in options
    ]


def _named_origins(options: Any) -> Iterator[str]:
    origins = (
        options.get("origins") if isinstance(options, dict) else getattr(options, "origins", ())
    )
    return (origin for origin in origins or () if isinstance(origin, str) and "://" in origin)


def _allowed(options: Any, origin: str, method: str) -> Iterator[str]:
    """Say what a preflight for a method from an origin is told."""
    who = "every origin" if origin == STRANGER else origin
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": _ASKED_FOR,
    }
    answer = _cors().get_cors_headers(options, Headers(asked), "OPTIONS")
    if not answer.get(_HEADER):
        return
    yield f"{who} to read"
    if answer.get("Access-Control-Allow-Credentials"):
        yield f"{who} with cookies"
    if answer.get("Access-Control-Allow-Methods"):
        yield f"{who} {method}"
        for header in (answer.get("Access-Control-Allow-Headers") or "").split(", "):
            if header:
                yield f"{who} the header {header}"


def _by_hand(application: Application) -> list[str]:
    """Return the places of hooks that write CORS headers themselves."""
    return [
        place_of(hook)
        for hooks in application.flask.after_request_funcs.values()
        for hook in hooks
        if _HEADER in getattr(getattr(hook, "__code__", None), "co_consts", ())
    ]


def _unknown(pair: Pair, by_hand: Mapping[Application, list[str]]) -> Iterator[Finding]:
    without = [each for each in pair if each not in by_hand and not _policies(each)]
    if without:
        (writer,) = by_hand
        yield BY_HAND.finding(
            f"{writer.name} writes {_HEADER} itself, and {without[0].name} has no CORS at all:"
            f" browsers refuse answers of {without[0].name} to pages of other origins.",
            *(f"{writer.name}: {place}" for place in by_hand[writer]),
            fix="Use one function, or Flask-CORS with the same options, in both applications.",
        )
