"""The user loaders: whether each application knows whom the other one signed in.

A real id is read from the database and given to both loaders. They are called with a connection
that can't write, in a request that runs none of the application's hooks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.doctor.application import Application, Pair
from gateway.doctor.db.extension import full_name
from gateway.doctor.finding import Check, Finding
from gateway.doctor.login.manager import manager_of
from gateway.doctor.login.people import (
    Identity,
    UntriedError,
    identity_of,
    models_of,
    only_reading,
    somebody,
    user_models,
)
from gateway.doctor.sources import place_of

FAILS = Check("login.user-loader-fails", "error")
UNKNOWN = Check("login.user-unknown", "error")
STRANGER = Check("login.user-is-another", "error")
UNTRIED = Check("login.user-loader-untried", "note")
CHECKS = (FAILS, UNKNOWN, STRANGER, UNTRIED)

_REFUSED_WRITES = ("readonly", "read-only", "READ ONLY")

# Who is behind an object that is no row itself: not known, and taken for right.
_WRAPPED: Identity = ("", None)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find ids that one application puts into the session and the other can't use."""
    loaders = [manager_of(each) and manager_of(each).user_callback for each in pair]
    if not all(loaders) or loaders[0] is loaders[1] or not any(map(models_of, pair)):
        return
    reasons = []
    for owner, other in ((pair.control, pair.candidate), (pair.candidate, pair.control)):
        try:
            yield from _tried(owner, other)
        except UntriedError as reason:
            reasons.append(str(reason))
    if len(reasons) == len(list(pair)):
        yield UNTRIED.finding(
            "The user loaders were not tried on a real user, so whether a session of the one names"
            " the same person on the other is not known.",
            *dict.fromkeys(reasons),
            fix="Look again on a database with users, or test a login across both.",
        )


def _tried(owner: Application, other: Application) -> Iterator[Finding]:
    model, user_id, user = _somebody(owner)
    found = _loaded(other, user_id)
    if isinstance(found, Exception):
        yield _fails(owner, other, model, found)
    elif found is None:
        yield _unknown(owner, other, model)
    elif found not in {user, _WRAPPED}:
        yield _stranger(owner, other, model, (user[0], found[0]))


def _somebody(owner: Application) -> tuple[Any, Any, Identity]:
    """Return a model, the id in a session of its first row, and who that is."""
    reasons = []
    models = user_models(owner)
    for model in models:
        try:
            user_id, row = somebody(owner, model)
            user = _loaded(owner, user_id)
        except UntriedError as reason:
            reasons.append(str(reason))
            continue
        if isinstance(user, Exception):
            reasons.append(f"The user loader of {owner.name} failed: {type(user).__name__}.")
        elif user == row or (user == _WRAPPED and len(models) == 1):
            return model, user_id, row
        else:
            reasons.append(f"{owner.name} does not load rows of {full_name(model)} by their ids.")
    raise UntriedError(
        " ".join(reasons) or f"No model of {owner.name} is what its LoginManager signs in."
    )


def _loaded(application: Application, user_id: Any) -> Identity | Exception | None:
    """Call a user loader; return whom it found, or what it raised."""
    with only_reading(application):
        try:
            user = manager_of(application).user_callback(user_id)
            return None if user is None else identity_of(user)
        except Exception as error:
            if any(words in str(error) for words in _REFUSED_WRITES):
                raise UntriedError(f"The user loader of {application.name} writes.") from error
            return error


def _fails(owner: Application, other: Application, model: Any, error: Exception) -> Finding:
    return FAILS.finding(
        f"The user loader of {other.name} fails for what {owner.name} puts into the session:"
        f" whoever signed in on {owner.name} gets a 500 from every page of {other.name} that asks"
        " who they are.",
        f"{type(error).__name__} for the id of the first {full_name(model)}",
        *_places(owner, other),
        fix="Let both applications put the same id into the session (get_id), and load users by it"
        " in the same way.",
    )


def _unknown(owner: Application, other: Application, model: Any) -> Finding:
    return UNKNOWN.finding(
        f"The user loader of {other.name} does not know a user whom {owner.name} signs in: they are"
        f" anonymous on {other.name}.",
        f"the id of the first {full_name(model)} was given to both",
        *_places(owner, other),
        fix="Let both applications put the same id into the session (get_id), and load users from"
        " the same table.",
    )


def _stranger(
    owner: Application, other: Application, model: Any, tables: tuple[str, str]
) -> Finding:
    return STRANGER.finding(
        f"The user loader of {other.name} takes a user of {owner.name} for somebody else: after a"
        " flip people act as another person.",
        f"the id of the first {full_name(model)} was given to both",
        f"{owner.name} loads from {tables[0]}, {other.name} from {tables[1]}",
        *_places(owner, other),
        fix="Let both applications put the same id into the session (get_id), and load users from"
        " the same table.",
    )


def _places(*applications: Application) -> Iterator[str]:
    for application in applications:
        loader = manager_of(application).user_callback
        yield f"{application.name}: the user loader is at {place_of(loader)}"
