"""Looking at one thing after the other, whatever becomes of one of them."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from types import ModuleType

from gateway.doctor.application import Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.objects import shown_file


def findings_of(parts: Iterable[ModuleType], pair: Pair, unexamined: Check) -> Iterator[Finding]:
    """Yield the findings of every module's `findings`; one that fails is one more finding.

    Extensions are looked at from the inside, and some version of one may look otherwise.
    """
    for part in parts:
        try:
            yield from list(part.findings(pair))
        except Exception as error:  # noqa: BLE001 - the boundary that keeps the other findings
            place = traceback.extract_tb(error.__traceback__)[-1]
            yield unexamined.finding(
                f"{part.__name__.rpartition('.')[2].capitalize()} could not be compared, and"
                f" whatever is wrong there was not found: {type(error).__name__}: {error}",
                f"at {shown_file(place.filename)}:{place.lineno}",
                *(f"not looked for: {check.name}" for check in part.CHECKS),
                fix="Tell the gateway's maintainers, with the versions of the extensions. The other"
                " findings stand.",
            )
