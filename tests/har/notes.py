"""A small application with a database, the same with a fault in its rows, and a prepared state."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Flask, jsonify, request
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from gateway.sandbox import SharedSQLAlchemy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.sandbox import Database, State


class Base(DeclarativeBase):
    """Tables of this module only."""


class Note(Base):
    """A text that somebody keeps."""

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    read: Mapped[int] = mapped_column(default=0)


db = SharedSQLAlchemy(model_class=Base)


def make_notes(reads: int = 1) -> Flask:
    """Make the application on the database that NOTES_URL names."""
    app = Flask("notes")
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["NOTES_URL"]
    db.init_app(app)

    @app.post("/notes")
    def add() -> Any:
        note = Note(text=request.json["text"])
        db.session.add(note)
        db.session.commit()
        return jsonify(id=note.id), 201

    @app.get("/notes/<int:number>")
    def show(number: int) -> Any:
        note = db.get_or_404(Note, number)
        note.read += reads
        db.session.commit()
        return jsonify(id=note.id, text=note.text)

    return app


def make_new_notes() -> Flask:
    """Make the rewrite."""
    return make_notes()


def make_forgetful_notes() -> Flask:
    """Make a rewrite that does not count who reads, which no answer shows."""
    return make_notes(reads=0)


@contextmanager
def filled(database: Database) -> Iterator[State]:
    """Prepare a state with notes in it, so that ids are others than in the recording."""
    with database.empty() as state:
        for clone in state.clones:
            engine = sa.create_engine(clone.url, poolclass=sa.NullPool)
            Base.metadata.create_all(engine)
            with engine.begin() as connection:
                rows = [{"text": str(number), "read": 0} for number in range(40)]
                connection.execute(sa.insert(Note), rows)
        yield state
