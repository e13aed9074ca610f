"""The database that the recordings in `recordings/` began with."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from shared_models.sample import load_sample
from shared_models.schema import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.sandbox import Database, State

RECORDED = datetime(2026, 11, 25, 4, 3, tzinfo=UTC)


@contextmanager
def sampled(database: Database) -> Iterator[State]:
    """Prepare the sample data as it was when the recordings were made."""
    with database.empty() as state:
        for clone in state.clones:
            upgrade(clone.url.render_as_string(hide_password=False))
            with Session(sa.create_engine(clone.url, poolclass=sa.NullPool)) as session:
                load_sample(session, RECORDED)
                session.commit()
        yield state
