"""Password hashes: whether each application can check those that are stored, or made by the other.

Only the kinds of hashes are told, never a hash.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.doctor.application import Application, Pair
from gateway.doctor.finding import Check, Finding
from gateway.doctor.login.hashers import Ability, abilities_of, kind_of
from gateway.doctor.login.people import UntriedError, models_of, reading_users
from gateway.doctor.settings import Agreement, config, disagreements

STORED = Check("login.password-stored", "error")
MADE = Check("login.password-made", "error")
LONG = Check("login.password-long", "error")
CHECKS = (STORED, MADE, LONG)

_COLUMN = re.compile(r"passw|pwd|pw_hash", re.IGNORECASE)
_LOOKED_AT = 1_000

Abilities = Mapping[Application, list[Ability]]


def findings(pair: Pair) -> Iterator[Finding]:
    """Find passwords that are right on the one side and wrong on the other."""
    abilities = {application: list(abilities_of(application)) for application in pair}
    if all(_checked_by(each) for each in abilities.values()):
        yield from _stored(pair, abilities)
        yield from _made(pair.control, pair.candidate, abilities)
        yield from _made(pair.candidate, pair.control, abilities)
    if "flask_bcrypt" in sys.modules:
        yield from disagreements(pair, AGREEMENTS)


def _checked_by(abilities: list[Ability]) -> set[str]:
    return {kind for ability in abilities for kind in ability.checks}


def _stored(pair: Pair, abilities: Abilities) -> Iterator[Finding]:
    columns = {place: kinds for each in pair for place, kinds in _columns_of(each)}
    for application in pair:
        checked = _checked_by(abilities[application])
        unknown = [
            f"{count} of {sum(kinds.values())} hashes in {place} are {kind}"
            for place, kinds in columns.items()
            for kind, count in sorted(kinds.items())
            if kind not in checked
        ]
        if unknown:
            yield STORED.finding(
                f"{application.name} can't check some of the stored passwords: whoever has one"
                f" can't sign in on {application.name}, or gets a 500.",
                *unknown,
                *_told(application, abilities),
                fix=f"Check passwords in {application.name} by a function that knows these kinds,"
                " best by the one that the other application uses.",
            )


def _columns_of(application: Application) -> Iterator[tuple[str, Counter[str]]]:
    """Yield each column of passwords, with the known kinds of hashes in it."""
    for model in models_of(application):
        for column in model.__table__.columns:
            if _COLUMN.search(column.name):
                try:
                    yield str(column), _kinds_in(application, model, column)
                except UntriedError:
                    continue


def _kinds_in(application: Application, model: Any, column: Any) -> Counter[str]:
    some = sys.modules["sqlalchemy"].select(column).limit(_LOOKED_AT)
    with reading_users(application, model) as session:
        values = session.execute(some).scalars().all()
    kinds = (kind_of(value) for value in values if isinstance(value, str))
    return Counter(kind for kind in kinds if kind)


def _made(maker: Application, checker: Application, abilities: Abilities) -> Iterator[Finding]:
    made = {kind for ability in abilities[maker] for kind in ability.makes}
    if unknown := made - _checked_by(abilities[checker]):
        yield MADE.finding(
            f"{maker.name} makes hashes that {checker.name} can't check: whoever registers, or"
            f" changes a password, on {maker.name} can't sign in on {checker.name}.",
            f"{maker.name} makes {', '.join(sorted(unknown))}",
            *_told(maker, abilities),
            *_told(checker, abilities),
            fix="Make and check passwords in both applications by functions of one module.",
        )


def _told(application: Application, abilities: Abilities) -> list[str]:
    places = dict.fromkeys(ability.place for ability in abilities[application])
    return [f"{application.name}: {place}" for place in places]


AGREEMENTS = (
    Agreement(
        LONG,
        (config("BCRYPT_HANDLE_LONG_PASSWORDS", default=False),),
        "Flask-Bcrypt hashes a digest of the password on the one side, and the password itself on"
        " the other: nobody who registered on the one can sign in on the other.",
        "Give both applications the same BCRYPT_HANDLE_LONG_PASSWORDS.",
    ),
)
