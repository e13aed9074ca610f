"""Whether two applications have one login.

Settings are compared, and each application is asked to read what the other one writes: a signed
session with a flash message, a CSRF token, a remember cookie. What differs is told as the cause of
what could not be read. Keys are told apart by fingerprints and never shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.doctor.application import Pair
from gateway.doctor.careful import findings_of
from gateway.doctor.finding import Check, Finding
from gateway.doctor.login import (
    cookies,
    csrf,
    loaders,
    manager,
    passwords,
    protection,
    remember,
    sessions,
    stores,
)

_PARTS = (
    sessions,
    stores,
    cookies,
    csrf,
    manager,
    remember,
    protection,
    loaders,
    passwords,
)
UNEXAMINED = Check("login.unexamined", "warning")
CHECKS = (*(check for part in _PARTS for check in part.CHECKS), UNEXAMINED)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find what keeps two Flask applications from sharing one login."""
    yield from findings_of(_PARTS, pair, UNEXAMINED)
