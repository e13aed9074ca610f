"""From targets to findings."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from gateway.doctor import versions
from gateway.doctor.application import Application, Pair
from gateway.doctor.families import FAMILIES
from gateway.doctor.finding import SEVERITIES, Finding
from gateway.doctor.imports import import_all, same_object
from gateway.table import Backend


def examine(backends: Mapping[str, Backend], control: str) -> tuple[Finding, ...]:
    """Find what is wrong between the control and each other backend; the gravest come first."""
    with _writing_no_bytecode():
        applications, found = import_all(backends)
        seen = (finding for pair in _pairs(applications, control) for finding in _findings(pair))
        failures = "\n".join(finding.message for finding in found)
        # What is wrong with one application alone is found in each of its pairs.
        every = dict.fromkeys((*found, *versions.findings(failures), *seen))
    return tuple(sorted(every, key=lambda finding: SEVERITIES.index(finding.severity)))


@contextmanager
def _writing_no_bytecode() -> Iterator[None]:
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def _pairs(applications: Mapping[str, Application], control: str) -> Iterator[Pair]:
    flasks = {name: each for name, each in applications.items() if each.flask is not None}
    trusted = flasks.pop(control, None)
    if trusted is not None:
        yield from (Pair(trusted, each) for each in flasks.values())


def _findings(pair: Pair) -> Iterator[Finding]:
    if pair.control.flask is pair.candidate.flask:
        yield same_object(pair)
        return
    for family in FAMILIES.values():
        yield from family.findings(pair)
