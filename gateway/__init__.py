"""Stand in front of a monolith and its rewrite, and move one route at a time.

The life of a request: the server calls the gateway (`dispatcher`), which takes the current
`Snapshot` once and asks it for a decision. The path is read in the one way it can be read
(`paths`), the most specific route found (`shapes`, `search`, `places`), and a backend chosen
(`decision`). That application is called in this process (`isolation`). Meanwhile a `watcher`
notices edits of the routing table, makes a new snapshot of each good one, and swaps it in for the
requests that come after.

The names below are what users import; everything else may change.
"""

from __future__ import annotations

import os
from os import PathLike, fspath
from pathlib import Path

from gateway.backends import BackendError
from gateway.dispatcher import make_gateway
from gateway.loader import Fault, TableError, load_table, read_bytes
from gateway.matcher import Matcher, compile_table
from gateway.methods import WSGICallable
from gateway.publisher import Publisher, Tally, last_good
from gateway.snapshot import Holder, Snapshot, make_snapshot
from gateway.table import Backend, Route, RoutingTable
from gateway.watcher import Watcher
from gateway.workers import folder_of

__all__ = [
    "Backend",
    "BackendError",
    "Fault",
    "Matcher",
    "Route",
    "RoutingTable",
    "TableError",
    "compile_table",
    "create_gateway",
    "load_table",
]

TABLE_VARIABLE = "GATEWAY_TABLE"
DEFAULT_TABLE = "routing_table.yaml"


def create_gateway(table: str | PathLike[str] | None = None) -> WSGICallable:
    """Make the WSGI callable that serves a routing table and follows its edits.

    Without a path, GATEWAY_TABLE names the file, else it is `routing_table.yaml`. Raises
    TableError or BackendError if the table can't be served at all; later faults are logged to the
    logger `gateway` and leave the last good table serving.
    """
    file = fspath(table or os.environ.get(TABLE_VARIABLE) or DEFAULT_TABLE)
    folder = folder_of(file)
    holder = Holder(_first_snapshot(file, folder))
    tally = Tally()
    publisher = Publisher(folder, tally, lambda: (holder.current, watcher.fault))
    watcher = Watcher(file, holder, publisher.publish_soon)
    watcher.start()
    publisher.start()
    return make_gateway(holder, tally.add)


def _first_snapshot(file: str, folder: Path) -> Snapshot:
    try:
        return make_snapshot(read_bytes(file), file)
    except (TableError, BackendError):
        content = last_good(folder)
        if content is None:
            raise
        # A worker that replaces another while the file is broken; the watcher tells the fault.
        return make_snapshot(content, file)
