"""Whether two applications have the same database, through the same `db`.

Everything is told from objects, not from errors: on older Flask-SQLAlchemy most mismatches are
silent. Nothing here imports Flask or SQLAlchemy, which the applications may do without.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.doctor.application import Pair
from gateway.doctor.db.instances import TWO_INSTANCES, two_instances
from gateway.doctor.finding import Finding

CHECKS = (TWO_INSTANCES,)


def findings(pair: Pair) -> Iterator[Finding]:
    """Find what keeps two Flask applications from sharing one database."""
    yield from two_instances(pair)
