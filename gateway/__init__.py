"""Stand in front of a monolith and its rewrite, and move one route at a time.

The life of a request: the server calls a `Gateway`, which takes the current `Snapshot` once,
reads the path in the one way it can be read (`paths`), lets the snapshot's matcher find the most
specific route (`matcher`), decides which backend answers it (`decision`), and calls that
application in this process. Meanwhile a `watcher` notices edits of the routing table, makes a new
snapshot of each good one, and swaps it in for the requests that come after.

The names below are what users import; everything else may change.
"""

from __future__ import annotations

import os
from os import PathLike, fspath

from gateway.backends import BackendError
from gateway.dispatcher import Gateway
from gateway.loader import Fault, TableError, load_table, read_bytes
from gateway.matcher import Matcher, compile_table
from gateway.snapshot import Holder, make_snapshot
from gateway.table import Backend, Route, RoutingTable
from gateway.watcher import Watcher

__all__ = [
    "Backend",
    "BackendError",
    "Fault",
    "Gateway",
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


def create_gateway(table: str | PathLike[str] | None = None) -> Gateway:
    """Make the WSGI callable that serves a routing table and follows its edits.

    Without a path, GATEWAY_TABLE names the file, else it is `routing_table.yaml`. Raises
    TableError or BackendError if the table can't be served at all; later faults are logged to the
    logger `gateway` and leave the last good table serving.
    """
    file = fspath(table or os.environ.get(TABLE_VARIABLE) or DEFAULT_TABLE)
    content = read_bytes(file)
    gateway = Gateway(Holder(make_snapshot(content, file)))
    Watcher(file, content, gateway.holder).start()
    return gateway
