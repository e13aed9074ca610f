"""Comparisons of the small application with itself."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from gateway.sandbox import SharedSQLAlchemy
from tests.parity.apps import Base, compared, foreign_keys_on, make_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gateway.parity.accepted import AcceptedDifferences
    from gateway.parity.harness import Parity


@pytest.fixture
def comparing(tmp_path: Path) -> Iterator[Callable[..., Parity]]:
    """Start a comparison of the sound application with one that has a fault."""
    with ExitStack() as stack:

        def start(
            fault: str = "",
            accepted: AcceptedDifferences | None = None,
            url: str | None = None,
            notes: int = 2,
        ) -> Parity:
            db = SharedSQLAlchemy(model_class=Base)
            url = url or f"sqlite:///{tmp_path}/app.db"
            control, candidate = make_app(db, url), make_app(db, url, fault)
            if url.startswith("sqlite"):
                sa.event.listen(db.engines_of(control)[None], "connect", foreign_keys_on)
            return stack.enter_context(compared(control, candidate, db, accepted, notes))

        yield start
