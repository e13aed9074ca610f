"""One compiled table with everything that a request needs of it, and the holder that swaps it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.backends import WSGICallable, load_backend
from gateway.decision import Decider, Deciding
from gateway.loader import parse_table, revision_of
from gateway.override import key_in
from gateway.places import Place
from gateway.search import Search
from gateway.table import Backend, RoutingTable


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A table as it serves; `revision` is a digest of the file's content.

    `literal` and `search` are those of the decider, looked up once.
    """

    content: bytes
    revision: str
    table: RoutingTable
    decider: Decider
    applications: Mapping[str, WSGICallable]
    literal: Callable[[str], Place | None] = field(init=False, repr=False)
    search: Search = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "literal", self.decider.literal)
        object.__setattr__(self, "search", self.decider.search)


class Holder:
    """Holds the snapshot that new requests see. Swapping it is one assignment, hence atomic."""

    __slots__ = ("current",)

    def __init__(self, snapshot: Snapshot) -> None:
        self.current = snapshot


def make_snapshot(content: bytes, file: str, before: Snapshot | None = None) -> Snapshot:
    """Make a snapshot of a table's content. Raises TableError or BackendError.

    Applications that serve in the snapshot before, under the same name and target, are kept: a
    reload never imports or builds an application twice.
    """
    table = parse_table(content, file)
    revision = revision_of(content)
    applications = {
        name: _kept(name, backend, before) or load_backend(name, backend)
        for name, backend in table.backends.items()
    }
    given = Deciding(applications, revision, key_in(os.environ))
    decider = Decider(table, given)
    return Snapshot(content, revision, table, decider, applications)


def _kept(name: str, backend: Backend, before: Snapshot | None) -> WSGICallable | None:
    if before is None or before.table.backends.get(name) != backend:
        return None
    return before.applications[name]
