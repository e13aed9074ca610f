"""The URLs that both applications serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.doctor.application import Application, Pair
from gateway.urlmap import ServedRule, served_rules, skeleton

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class SharedURL:
    """A URL that both serve, with each application's rules for it; variables may be named apart."""

    control: tuple[ServedRule, ...]
    candidate: tuple[ServedRule, ...]

    @property
    def text(self) -> str:
        """The URL as the control writes it."""
        return f"{self.control[0].host or ''}{self.control[0].text}"

    def __iter__(self) -> Iterator[tuple[ServedRule, ...]]:
        return iter((self.control, self.candidate))


def shared_urls(pair: Pair) -> Iterator[SharedURL]:
    """Yield the URLs that both applications serve by views, static files left out."""
    ours, theirs = (_by_form(application) for application in pair)
    for form, rules in ours.items():
        if form in theirs:
            yield SharedURL(rules, theirs[form])


def _by_form(application: Application) -> Mapping[tuple[str, str], tuple[ServedRule, ...]]:
    forms: dict[tuple[str, str], tuple[ServedRule, ...]] = {}
    for rule in served_rules(application.flask):
        if not rule.static:
            form = (rule.host or "", skeleton(rule.text))
            forms[form] = (*forms.get(form, ()), rule)
    return forms


def view_of(application: Application, rule: ServedRule) -> Any | None:
    """Return the view function behind a rule, or None."""
    return application.flask.view_functions.get(rule.endpoint)


def first(facts: Sequence[str]) -> list[str]:
    """Return as many facts as a person reads, and how many more there are."""
    more = len(facts) - _SHOWN
    return [*facts[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
