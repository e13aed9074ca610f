"""The pair of applications on every kind of database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from gateway.sandbox import SharedSQLAlchemy
from tests.sandbox.pairs import KINDS, Base, Pair, make_app, set_up_sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def url_of(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """The URL of a fresh database of a kind."""

    def url(kind: str) -> str:
        if kind == "postgresql":
            return str(request.getfixturevalue("postgresql_url"))
        return "sqlite://" if kind == "memory" else f"sqlite:///{tmp_path}/shared.db"

    return url


@pytest.fixture(params=KINDS)
def pair(request: pytest.FixtureRequest, url_of: Callable[[str], str]) -> Iterator[Pair]:
    """Two applications on one database with two people in it."""
    db = SharedSQLAlchemy(model_class=Base)
    old, new = (make_app(db, name, url_of(request.param)) for name in ("old", "new"))
    pair = Pair(db, old, new, request.param)
    if pair.kind != "postgresql":
        sa.event.listen(pair.engine, "connect", set_up_sqlite(wal=pair.kind == "wal"))
    with old.app_context():
        db.create_all()
    pair.add("Ada")
    pair.add("Bob")
    yield pair
    with old.app_context():
        db.drop_all()
        db.engine.dispose()
