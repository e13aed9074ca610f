"""Models that SQLAlchemy can't configure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.doctor.db.extension import full_name
from gateway.doctor.db.living import Living
from gateway.doctor.finding import Check, Finding

MAPPERS = Check("db.mappers", "error")
CHECKS = (MAPPERS,)

# Once a mapper has failed, SQLAlchemy reports the failure inside of this.
_AGAIN = "Original exception was: "


def findings(living: Living) -> Iterator[Finding]:
    """Find registries whose models don't configure, as they would be at the first query."""
    failures = sorted({failure for each in living.registries if (failure := _failure(each))})
    if failures:
        yield MAPPERS.finding(
            "Models can't be configured: the first query of any model fails with this, in every"
            " view.",
            *failures,
            fix="Define models that have relationships with each other on one db, and import all"
            " of their modules before the first request.",
        )


def _failure(registry: Any) -> str | None:
    try:
        registry.configure(cascade=True)
    except Exception as error:  # noqa: BLE001 - a relationship may run code of the application
        models = sorted(full_name(mapper.class_) for mapper in registry.mappers)
        reason = str(error).rpartition(_AGAIN)[2]
        return f"{', '.join(models)}: {type(error).__name__}: {reason}"
    return None
