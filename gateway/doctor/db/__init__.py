"""Whether two applications have the same database, through the same `db`.

Everything is told from objects, not from errors: on older Flask-SQLAlchemy most mismatches are
silent. Nothing here imports Flask or SQLAlchemy before the applications did, and nothing enters
an application context, since leaving it would run the application's teardown functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.doctor.application import Pair
from gateway.doctor.db import (
    engines,
    instances,
    mappers,
    migrations,
    modules,
    tables,
    teardown,
    views,
)
from gateway.doctor.db.living import look_around
from gateway.doctor.finding import Finding

CHECKS = tuple(
    check
    for part in (modules, instances, views, tables, mappers, engines, teardown, migrations)
    for check in part.CHECKS
)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find what keeps two Flask applications from sharing one database."""
    if too_old := list(engines.old_sqlalchemy()):
        yield from too_old
        return
    living = look_around()
    if not living.instances:
        return
    # A file that was imported twice is the cause of much that comes after it.
    yield from modules.findings(living)
    yield from instances.findings(pair, living)
    yield from views.findings(pair, living)
    yield from tables.findings(pair, living)
    yield from mappers.findings(living)
    yield from engines.findings(pair)
    yield from teardown.findings(pair, living)
    yield from migrations.findings(pair)
