"""Two small applications that share a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from gateway.sandbox import Database, SharedSQLAlchemy

if TYPE_CHECKING:
    from collections.abc import Callable


POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)
KINDS = ("memory", "file", "wal", POSTGRESQL)
on_sqlite = pytest.mark.parametrize("pair", ["memory", "file", "wal"], indirect=True)
on_postgresql = pytest.mark.parametrize("pair", [POSTGRESQL], indirect=True)
# A memory database has one connection for everybody, in a sandbox and outside.
on_several_connections = pytest.mark.parametrize("pair", KINDS[1:], indirect=True)


class Base(DeclarativeBase):
    """The models of these tests."""


class Person(Base):
    """A row to write."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Pet(Base):
    """A row that goes with its owner, if foreign keys are on."""

    __tablename__ = "pet"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))


@dataclass
class Pair:
    """A shared db and two applications on it."""

    db: SharedSQLAlchemy
    old: Flask
    new: Flask
    kind: str

    def add(self, name: str, app: Flask | None = None) -> None:
        """Commit one person."""
        with (app or self.old).app_context():
            self.db.session.add(Person(name=name))
            self.db.session.commit()

    def names(self, app: Flask | None = None) -> list[str]:
        """Read all names."""
        with (app or self.old).app_context():
            return list(self.db.session.scalars(sa.select(Person.name).order_by(Person.id)))

    @property
    def engine(self) -> sa.Engine:
        """The one engine."""
        return self.db.living_engines()[0]

    @property
    def database(self) -> Database:
        """What states are made from."""
        return Database((self.engine,))


def make_app(db: SharedSQLAlchemy, name: str, url: str, **config: Any) -> Flask:
    """Make a Flask application on `url`."""
    app = Flask(name)
    app.config.update(SQLALCHEMY_DATABASE_URI=url, **config)
    db.init_app(app)
    # Views refer to their application, so it is garbage only once the collector finds it.
    app.add_url_rule("/name", "name", lambda: app.name)
    return app


def set_up_sqlite(*, wal: bool) -> Callable[[Any, Any], None]:
    def set_up(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        if wal:
            connection.execute("PRAGMA journal_mode = WAL")

    return set_up
