"""From targets to findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gateway.backends import BackendError
from gateway.doctor.application import Application, Pair, load_application
from gateway.doctor.families import FAMILIES
from gateway.doctor.finding import SEVERITIES, Check, Finding
from gateway.table import Backend

NOT_IMPORTED = Check("application.not-imported", "error")
NOT_FLASK = Check("application.not-flask", "warning")
CHECKS = (NOT_IMPORTED, NOT_FLASK)


def examine(backends: Mapping[str, Backend], control: str) -> tuple[Finding, ...]:
    """Find what is wrong between the control and each other backend; the gravest come first."""
    found: list[Finding] = []
    applications = []
    for name, backend in backends.items():
        try:
            applications.append(load_application(name, backend))
        except BackendError as error:
            found.append(_not_imported(name, error))
    found += (_not_flask(each) for each in applications if each.flask is None)
    for pair in _pairs(applications, control):
        found += _findings(pair)
    # What is wrong with one application alone is found in each of its pairs.
    return tuple(sorted(dict.fromkeys(found), key=lambda each: SEVERITIES.index(each.severity)))


def _pairs(applications: Iterable[Application], control: str) -> Iterator[Pair]:
    flasks = {each.name: each for each in applications if each.flask is not None}
    trusted = flasks.pop(control, None)
    if trusted is not None:
        yield from (Pair(trusted, each) for each in flasks.values())


def _findings(pair: Pair) -> Iterator[Finding]:
    for family in FAMILIES.values():
        yield from family.findings(pair)


def _not_imported(name: str, error: BackendError) -> Finding:
    return NOT_IMPORTED.finding(
        f"{error} The doctor can't look at what can't be imported.",
        fix=f"Start where {name} can be imported, with the environment that it runs in.",
    )


def _not_flask(application: Application) -> Finding:
    return NOT_FLASK.finding(
        f"No Flask application was found behind {application.name}, so nothing was compared with"
        " it.",
        f"{application.target} is a {type(application.wsgi).__qualname__}",
        fix="Name the Flask application itself, or middleware that holds it as 'app' or"
        " 'wsgi_app'. Applications of other frameworks can't be looked at.",
    )
