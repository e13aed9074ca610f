"""Settings that two applications must agree on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gateway.doctor.application import Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.sources import lines_with


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of a Flask application, under the name by which people set it.

    `aliases` are other names in a source that may have set it.
    """

    name: str
    read: Callable[[Any], Any]
    aliases: tuple[str, ...] = ()


def config(name: str, default: Any = None) -> Setting:
    """Return the setting that an application's configuration holds under a name."""
    return Setting(name, lambda flask: flask.config.get(name, default))


@dataclass(frozen=True, slots=True)
class Agreement:
    """Settings that must be equal on both sides, and what it means where they are not."""

    check: Check
    settings: tuple[Setting, ...]
    effect: str
    fix: str


def disagreements(pair: Pair, agreements: Iterable[Agreement]) -> Iterator[Finding]:
    """Find the settings in which two applications differ; one finding for each agreement."""
    for agreement in agreements:
        differing = [setting for setting in agreement.settings if _differs(pair, setting)]
        if differing:
            yield _finding(pair, agreement, differing)


def _differs(pair: Pair, setting: Setting) -> bool:
    ours, theirs = (setting.read(application.flask) for application in pair)
    return bool(ours != theirs)


def _finding(pair: Pair, agreement: Agreement, differing: list[Setting]) -> Finding:
    names = [setting.name for setting in differing]
    said = f"{' and '.join(names)} {'differs' if len(names) == 1 else 'differ'}"
    return agreement.check.finding(
        f"{said} between {pair.control.name} and {pair.candidate.name}. {agreement.effect}",
        *(fact for setting in differing for fact in facts(pair, setting)),
        fix=agreement.fix,
    )


def facts(pair: Pair, setting: Setting) -> Iterator[str]:
    """Say what each application has for a setting, and where its source names it."""
    for application in pair:
        places = lines_with(application, setting.name, *setting.aliases)
        where = f", named at {', '.join(places[:3])}" if places else ""
        value = setting.read(application.flask)
        said = str(value) if isinstance(value, timedelta) else repr(value)
        yield f"{application.name}: {setting.name} is {said}{where}"
