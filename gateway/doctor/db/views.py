"""Which `db` and which models the code behind an application's URLs uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.doctor.application import Application, Pair
from gateway.doctor.callables import callables_of
from gateway.doctor.db.extension import registered
from gateway.doctor.db.living import Living, is_data, named
from gateway.doctor.finding import Check, Finding
from gateway.doctor.reach import Use, reach

FOREIGN_DB = Check("db.foreign-db", "error")
FOREIGN_MODEL = Check("db.foreign-model", "error")
CHECKS = (FOREIGN_DB, FOREIGN_MODEL)


def findings(pair: Pair, living: Living) -> Iterator[Finding]:
    """Find code of an application that uses a `SQLAlchemy` object it isn't registered with."""
    for application in pair:
        foreign = sorted(_foreign(application, living), key=_place)
        for owner in living.instances:
            uses = [use for use, its_owner in foreign if its_owner is owner]
            if through := [use for use in uses if not is_data(use.value)]:
                yield _foreign_db(application, owner, through)
            if data := [use for use in uses if is_data(use.value)]:
                yield _foreign_model(application, owner, data)


def _foreign(application: Application, living: Living) -> Iterator[tuple[Use, Any]]:
    own = registered(application)
    for use in reach(callables_of(application.flask)):
        owners = living.owners_of(use.value)
        if owners and not any(owner is own for owner in owners):
            yield use, owners[0]


def _place(found: tuple[Use, Any]) -> tuple[str, int]:
    return found[0].file, found[0].line


def _foreign_db(application: Application, owner: Any, uses: list[Use]) -> Finding:
    return FOREIGN_DB.finding(
        f"Code behind the URLs of {application.name} uses {named(owner)}, which {application.name}"
        " is not registered with. It fails with a RuntimeError as soon as it asks the database,"
        " and what it only adds to the session is lost without an error.",
        *map(str, uses),
        fix=f"Use the db that {application.name} is registered with.",
    )


def _foreign_model(application: Application, owner: Any, uses: list[Use]) -> Finding:
    return FOREIGN_MODEL.finding(
        f"Code behind the URLs of {application.name} uses models of {named(owner)}, which"
        f" {application.name} is not registered with. Their own queries fail with a RuntimeError;"
        " in a session of another db they find 'no such table', or other rows.",
        *map(str, uses),
        fix="Define each model once, on a db that both applications are registered with.",
    )
