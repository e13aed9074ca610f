"""What a request did to the rows of a database.

A `Recorder` (`recorder`) tells the net effect of whatever is done to a database (`net`), by
looking at the rows themselves: bulk statements, raw SQL and cascades are seen like anything else.
Small tables are read whole; triggers say which rows of large ones were touched, on SQLite
(`sqlite`, `sqlite_triggers`) and on PostgreSQL (`postgresql`, `postgresql_triggers`).

`state` makes recorders for the private copies of a comparison, `connection` for a sandbox::

    with sandbox(db), recording(db.engine) as recorder:
        client.post("/conversations", json={"title": "Plans"})
        recorder.effects()
"""

from gateway.effects.connection import recording
from gateway.effects.net import Effect
from gateway.effects.recorder import Recorder

__all__ = ["Effect", "Recorder", "recording"]
