"""Whether both applications have the same `SQLAlchemy` object, and whether there are more."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.doctor.application import Pair
from gateway.doctor.db.extension import metadatas_of, registered
from gateway.doctor.db.living import Living, described
from gateway.doctor.finding import Check, Finding

TWO_INSTANCES = Check("db.two-instances", "error")
NOT_REGISTERED = Check("db.not-registered", "warning")
ORPHAN_WITH_MODELS = Check("db.orphan-with-models", "error")
ORPHAN = Check("db.orphan", "warning")
CHECKS = (TWO_INSTANCES, NOT_REGISTERED, ORPHAN_WITH_MODELS, ORPHAN)

_OTHER_MODELS = (
    'Models of the one fail in views of the other with "The current Flask app is not registered'
    " with this 'SQLAlchemy' instance\", or read another database; rows added to the other's"
    " session are lost without an error; and create_all() creates the tables of one of them only."
)
_SAME_MODELS = (
    "They have the same models, and each its own session: a view that uses the other's fails with"
    " a RuntimeError, or loses what it adds without an error."
)


def findings(pair: Pair, living: Living) -> Iterator[Finding]:
    """Find applications with different `SQLAlchemy` objects or none, and objects left over."""
    yield from _two_instances(pair, living)
    yield from _not_registered(pair, living)
    for orphan in living.orphans:
        yield _orphan(orphan, living)


def _two_instances(pair: Pair, living: Living) -> Iterator[Finding]:
    ours, theirs = (registered(application) for application in pair)
    if ours is None or theirs is None or ours is theirs:
        return
    have_one_metadata = any(m in metadatas_of(theirs) for m in metadatas_of(ours))
    yield TWO_INSTANCES.finding(
        f"{pair.control.name} and {pair.candidate.name} are registered with two different"
        f" SQLAlchemy objects. {_SAME_MODELS if have_one_metadata else _OTHER_MODELS}",
        *(f"{each.name}: {described(registered(each), living)}" for each in pair),
        fix="Keep one db in a module of its own, import it in both applications, and call"
        " db.init_app(app) in each. See docs/one-database.md.",
    )


def _not_registered(pair: Pair, living: Living) -> Iterator[Finding]:
    for application, other in ((pair.control, pair.candidate), (pair.candidate, pair.control)):
        if registered(application) is None and registered(other) is not None:
            yield NOT_REGISTERED.finding(
                f"{application.name} is registered with no SQLAlchemy object. A view there that"
                f" uses the db of {other.name} fails with a RuntimeError; if {application.name}"
                " has an engine of its own, nobody compared it.",
                f"{other.name}: {described(registered(other), living)}",
                *(f"an engine: {told}" for told in living.loose_engines()),
                fix=f"If {application.name} uses the database, call db.init_app(app) there too.",
            )


def _orphan(orphan: object, living: Living) -> Finding:
    if living.models_of(orphan):
        return ORPHAN_WITH_MODELS.finding(
            "Models are defined on a SQLAlchemy object that is registered with no application."
            " Every query of them fails with a RuntimeError, in any session of another db they"
            " look for tables that it may not have, and create_all() never creates their tables.",
            described(orphan, living),
            fix="Define the models on the db that the applications share, or call its"
            " init_app(app), and remove the other object.",
        )
    return ORPHAN.finding(
        "There is a SQLAlchemy object that is registered with no application. Whoever imports it"
        " by mistake gets a RuntimeError, or loses rows without an error.",
        described(orphan, living),
        fix="Remove it, or import the db that the applications share in its place.",
    )
