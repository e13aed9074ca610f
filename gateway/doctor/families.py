"""Every family of checks, by the name that its checks begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from gateway.doctor import db, login, web
from gateway.doctor.application import Pair
from gateway.doctor.finding import Check, Finding


class Family(NamedTuple):
    """Checks that belong together.

    `findings` is called with pairs of two Flask applications only. It may yield findings of
    `checks` and no others.
    """

    checks: tuple[Check, ...]
    findings: Callable[[Pair], Iterator[Finding]]


FAMILIES: Mapping[str, Family] = {
    "db": Family(db.CHECKS, db.findings),
    "login": Family(login.CHECKS, login.findings),
    "web": Family(web.CHECKS, web.findings),
}
