"""Error handlers: whether an error is a page on the one side and JSON on the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from werkzeug.exceptions import default_exceptions

from gateway.doctor.application import Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.formats import formats_of
from gateway.doctor.sources import place_of
from gateway.doctor.web.shared import first, shared_urls

FORMATS = Check("web.error-formats", "warning")
CHECKS = (FORMATS,)

STATUSES = (400, 401, 403, 404, 405, 413, 429, 500)
_NO_BLUEPRINT = ""
_URLS = 3


def findings(pair: Pair) -> Iterator[Finding]:
    """Find errors that are HTML in one application and JSON in the other, from the handlers' code.

    A handler that gives both, as one that looks at the path or the Accept header, differs from
    neither; nor does one whose code tells nothing.
    """
    facts = list(_facts(pair))
    if facts:
        yield FORMATS.finding(
            "Errors are pages in one application and JSON in the other. Scripts that read the"
            " message of a JSON error find HTML after a flip, or people see JSON in their browser.",
            *first(facts),
            fix="Answer errors in the same format in both, by path or by the Accept header.",
        )


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """How an application answers an error: in which formats, and by what."""

    formats: frozenset[str]
    by: str

    def differs(self, other: ErrorAnswer) -> bool:
        """Tell whether no request can get the same format from both."""
        return bool(self.formats and other.formats) and not self.formats & other.formats

    def __str__(self) -> str:
        return f"{' or '.join(sorted(self.formats))} {self.by}"


def _facts(pair: Pair) -> Iterator[str]:
    """Say at which URLs errors differ in format, one sentence for each pair of handlers."""
    found: dict[tuple[ErrorAnswer, ErrorAnswer], tuple[list[int], list[str]]] = {}
    answer_of = cache(_answer)  # many URLs, few handlers
    for text, blueprints in _places(pair):
        for status in STATUSES:
            ours, theirs = (
                answer_of(_handler(application.flask, blueprint, status))
                for application, blueprint in zip(pair, blueprints, strict=True)
            )
            if ours.differs(theirs):
                statuses, urls = found.setdefault((ours, theirs), ([], []))
                statuses.append(status)
                urls.append(text)
    for (ours, theirs), (statuses, urls) in found.items():
        yield (
            f"{', '.join(map(str, sorted(set(statuses))))} at {_listed(list(dict.fromkeys(urls)))}:"
            f" {ours} in {pair.control.name}, {theirs} in {pair.candidate.name}"
        )


def _places(pair: Pair) -> Iterator[tuple[str, list[str]]]:
    """Yield each URL that both serve with its blueprints, and at last whatever nobody serves."""
    for url in shared_urls(pair):
        yield url.text, [rules[0].endpoint.rpartition(".")[0] for rules in url]
    yield "URLs that nobody serves", [_NO_BLUEPRINT, _NO_BLUEPRINT]


def _listed(urls: list[str]) -> str:
    more = len(urls) - _URLS
    return ", ".join(urls[:_URLS]) + (f" and {more} more" if more > 0 else "")


def _answer(handler: Any | None) -> ErrorAnswer:
    if handler is None:
        return ErrorAnswer(frozenset({"HTML"}), "by Flask itself")
    return ErrorAnswer(formats_of(handler), f"by {place_of(handler)}")


def _handler(flask: Any, blueprint: str, status: int) -> Any | None:
    """Find the handler of an error as Flask does: by blueprint, then by status, then by class."""
    kinds = default_exceptions[status].__mro__
    owners = [*_with_parents(blueprint), None] if blueprint else [None]
    for code in (status, None):
        for owner in owners:
            handlers = flask.error_handler_spec.get(owner, {}).get(code, {})
            for kind in kinds:
                if kind in handlers:
                    return handlers[kind]
    return None


def _with_parents(blueprint: str) -> Iterator[str]:
    while blueprint:
        yield blueprint
        blueprint = blueprint.rpartition(".")[0]
