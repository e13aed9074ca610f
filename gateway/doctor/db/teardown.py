"""Functions that use the session after Flask-SQLAlchemy has put it away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.doctor.application import Application, Pair
from gateway.doctor.db.extension import registered
from gateway.doctor.db.living import Living, is_data
from gateway.doctor.finding import Check, Finding
from gateway.doctor.reach import Use, reach

LATE_SESSION = Check("db.late-session", "error")
CHECKS = (LATE_SESSION,)

# What makes no session, or leaves none with anything in it.
_HARMLESS = {"remove", "close"}


def findings(pair: Pair, living: Living) -> Iterator[Finding]:
    """Find teardown_appcontext functions that run after session.remove() and use the session."""
    for application in pair:
        uses = [
            use
            for function in _after_remove(application)
            for use in reach([function])
            if _touches_the_session(use, registered(application), living)
        ]
        if uses:
            yield LATE_SESSION.finding(
                f"A teardown_appcontext function of {application.name} uses the session after"
                " Flask-SQLAlchemy has removed it: Flask runs these functions from the last to the"
                " first, and it was registered before db.init_app(app). That makes a new session"
                " which nobody removes: its changes are lost, its connection is kept, and a later"
                " request, of either application, may be given it with what it has read.",
                *map(str, uses),
                fix="Register the function after db.init_app(app).",
            )


def _after_remove(application: Application) -> list[Any]:
    functions = application.flask.teardown_appcontext_funcs
    for index, function in enumerate(functions):
        if _removes_the_session(function, registered(application)):
            return list(functions[:index])
    return []


def _removes_the_session(function: Any, instance: Any) -> bool:
    # Version 2 registers a function that it makes in init_app.
    return getattr(function, "__self__", None) is instance is not None or (
        getattr(function, "__module__", None) == "flask_sqlalchemy"
        and function.__name__ == "shutdown_session"
    )


def _touches_the_session(use: Use, instance: Any, living: Living) -> bool:
    if not any(owner is instance for owner in living.owners_of(use.value)):
        return False
    if is_data(use.value):
        return use.trail[:1] == ("query",)
    if use.value is instance:
        return use.trail[:1] == ("session",) and not set(use.trail[1:2]) & _HARMLESS
    return not set(use.trail[:1]) & _HARMLESS
