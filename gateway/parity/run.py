"""One test run: the two backends of the routing table, the accepted differences, the counts."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from gateway.backends import load_attribute, load_backend
from gateway.loader import load_table
from gateway.parity.accepted import Operation
from gateway.parity.accepted_file import load_accepted
from gateway.parity.apart import check_apart
from gateway.parity.causes import Causes, causes_of, merged
from gateway.parity.coverage import Coverage, Statuses
from gateway.parity.difference import KINDS
from gateway.parity.harness import BASE_URL, START, Parity, ParityError, Side
from gateway.parity.operations import Operations
from gateway.parity.repeat import GATEWAY_URL, Gateway
from gateway.parity.repetition import Again
from gateway.parity.verdict import Totals, added
from gateway.sandbox.outbound.watch import Mode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from wsgiref.types import WSGIApplication

    import sqlalchemy as sa

    from gateway.parity.accepted import AcceptedDifferences
    from gateway.parity.report import Call
    from gateway.sandbox import Database, State
    from gateway.sandbox.clone import Clone
    from gateway.table import RoutingTable

ACCEPTED_FILE = "accepted_differences.yaml"


@dataclass(frozen=True)
class Named:
    """A backend of the table, loaded."""

    name: str
    app: WSGIApplication


@dataclass
class Run:
    """What all tests of a run share, and what they add up to."""

    control: Named
    candidate: Named
    database: Database | None
    accepted: AcceptedDifferences
    today: date
    operations: Operations
    gateway: Gateway
    outbound: Mode = "record"
    compared: dict[str, Counter[Statuses]] = field(default_factory=dict)
    calls: int = 0
    tests: int = 0
    used: Counter[str] = field(default_factory=Counter)
    statements: tuple[int, int] = (0, 0)
    causes: Causes = field(default_factory=dict)
    values: tuple[int, int] = (0, 0)

    def count(self, parity: Parity, test: str = "", *, expected: bool = False) -> None:
        """Add what one test did; its differences are told unless they are expected."""
        self.tests += 1
        self.calls += len(parity.calls)
        self.used.update(parity.used)
        for call in parity.calls:
            reached = self.operations.reached(call.requests)
            if reached is not None:
                name = f"{reached.method} {reached.path}"
                self.compared.setdefault(name, Counter())[call.statuses] += 1
            if call.differences and not expected:
                self.causes = merged(self.causes, self._causes(call, reached, test))
            self.statements = added(self.statements, call.statements or (0, 0))
        self.values = added(self.values, (parity.counts.values, parity.counts.by_shape))

    def _causes(self, call: Call, reached: Operation | None, test: str) -> Causes:
        ours, theirs = call.requests
        repeat = (
            self.gateway.curl(ours, self.control.name),
            self.gateway.curl(theirs, self.candidate.name),
        )
        return causes_of(call, reached or Operation(ours.method, ours.path), test, repeat)

    def totals(self) -> Totals:
        """Give the outcome as data."""
        return Totals(
            control=self.control.name,
            candidate=self.candidate.name,
            rows=self.database is not None,
            entries=tuple(entry.id for entry in self.accepted.entries),
            expired=tuple(entry.id for entry in self.accepted.expired(self.today)),
            tests=self.tests,
            calls=self.calls,
            used=dict(self.used),
            coverage=Coverage(self.operations.served, self.compared, self.operations.by_routes),
            statements=self.statements,
            causes=self.causes,
            values=self.values,
        )


def start_run(
    table_file: Path,
    control: str | None,
    candidate: str | None,
    outbound: str = "record",
    gateway_url: str = GATEWAY_URL,
) -> Run:
    """Load everything that the table names; raises what is wrong with it."""
    table = load_table(table_file)
    names = choose_backends(table, control, candidate)
    if outbound not in get_args(Mode):
        raise ParityError(f"parity_outbound is {outbound!r}. Write {', '.join(get_args(Mode))}.")
    backends = [Named(name, load_backend(name, table.backends[name])) for name in names]
    check_apart(backends[0], backends[1], table.backends)
    return Run(
        control=backends[0],
        candidate=backends[1],
        database=_database(table.database, backends),
        accepted=load_accepted(table_file.parent / ACCEPTED_FILE),
        today=datetime.now(UTC).date(),
        outbound=cast("Mode", outbound),
        gateway=Gateway(gateway_url.rstrip("/"), table.settings.override),
        operations=Operations(backends[0].app, backends[1].app, table.routes.values()),
    )


def choose_backends(
    table: RoutingTable, control: str | None, candidate: str | None
) -> tuple[str, str]:
    """Choose control (else the default) and candidate (else the only other backend)."""
    chosen = control or table.default
    others = [name for name in table.backends if name != chosen]
    if candidate is None and len(others) != 1:
        raise ParityError(
            f"The table has {len(others)} backends beside {chosen!r} ({', '.join(others)})."
            " Say which is the candidate with --parity-candidate."
        )
    pair = chosen, candidate or others[0]
    for name in pair:
        if name not in table.backends:
            raise ParityError(
                f"There is no backend {name!r} in the table. It has {', '.join(table.backends)}."
            )
    return pair


def _database(target: str | None, backends: list[Named]) -> Database | None:
    """Find the engines of both backends behind the table's `database`."""
    if target is None:
        return None
    from gateway.sandbox import Database, SharedSQLAlchemy  # noqa: PLC0415  # only with a database

    db = load_attribute("The table's database", target)
    if not isinstance(db, SharedSQLAlchemy):
        raise ParityError(
            f"The table's database {target!r} is a {type(db).__name__}, whose connections can't"
            " be redirected to a private copy. Make it a gateway.sandbox.SharedSQLAlchemy."
        )
    engines = [engine for backend in backends for engine in _engines_of(db, backend.app)]
    return Database(tuple(dict.fromkeys(engines or db.living_engines())))


def _engines_of(db: Any, app: Any) -> list[sa.Engine]:
    """Give the engines of the Flask application inside a WSGI callable, if one is found."""
    seen: list[int] = []
    while app is not None and id(app) not in seen:
        seen.append(id(app))
        if hasattr(app, "extensions") and (engines := db.engines_of(app)):
            return list(engines.values())
        app = _inner(app)
    return []


def _inner(app: Any) -> Any:
    names = ("wsgi_app", "__self__", "app", "application", "__wrapped__")
    return next((getattr(app, name) for name in names if hasattr(app, name)), None)


@contextmanager
def comparing(
    run: Run,
    state: State | None,
    *,
    start: datetime = START,
    base_url: str = BASE_URL,
    channels: Collection[str] = KINDS,
) -> Iterator[Parity]:
    """Give a `Parity` whose sides have a private copy of the state each, until the block ends."""
    with ExitStack() as stack:
        pair = [_side(named, state, run.outbound, stack) for named in (run.control, run.candidate)]

        def again() -> tuple[Side, Side]:
            control, candidate = (_again(run, side, state, stack) for side in pair)
            return control, candidate

        parity = Parity(
            *pair,
            accepted=run.accepted,
            today=run.today,
            start=start,
            base_url=base_url,
            channels=channels,
        )
        parity.again = Again(again, base_url)
        parity.gateway = run.gateway
        yield stack.enter_context(parity)


def _again(run: Run, side: Side, state: State | None, stack: ExitStack) -> Side:
    """Give a side from the beginning once more, with the rows of its database disturbed."""
    other = _side(Named(side.name, side.app), state, run.outbound, stack, disturbed=True)
    other.outbound.answer_like(side.outbound)
    return other


def _side(
    named: Named, state: State | None, outbound: Mode, stack: ExitStack, *, disturbed: bool = False
) -> Side:
    if state is None:
        return Side(named.name, named.app, outbound=outbound)
    from gateway.effects.state import StateRecorder  # noqa: PLC0415  # only with a database

    copied = state.copy()
    stack.callback(copied.close)
    for clone in copied.clones if disturbed else ():
        disturb_order(clone)
    rows = StateRecorder(copied)
    stack.callback(rows.close)
    return Side(named.name, named.app, copied, rows, outbound)


def disturb_order(clone: Clone) -> None:
    """Let queries that ask for no order give their rows in another one, where SQLite can."""
    from sqlalchemy import event  # noqa: PLC0415  # only with a database

    @event.listens_for(clone.pool, "connect")
    def reverse(connection: Any, _record: Any) -> None:
        if clone.engine.dialect.name == "sqlite":
            connection.execute("PRAGMA reverse_unordered_selects = ON")
