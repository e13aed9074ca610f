"""A small application to compare with itself, sound or with one fault."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Flask, Response, flash, jsonify, redirect, request, session
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from gateway.effects.state import StateRecorder
from gateway.parity.accepted import AcceptedDifferences
from gateway.parity.harness import Parity, Side
from gateway.sandbox import Database, SharedSQLAlchemy, State

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = """<!doctype html><html lang=en><head><title>Notes</title></head><body>
<h1>Notes</h1><p>You have {count} of them.</p>
<form action="/notes" method=post><input type=hidden name=csrf_token value="{token}">
<label for=t>Title</label><input id=t name=title required><button>Save</button></form>
<a href="/about?x=1">About</a></body></html>"""


class Base(DeclarativeBase):
    """The models of these tests."""


class Note(Base):
    """A row with a secret of its own."""

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    secret: Mapped[str]
    seen: Mapped[int] = mapped_column(default=0)


class Tag(Base):
    """A row that goes with its note."""

    __tablename__ = "tag"
    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(sa.ForeignKey("note.id", ondelete="CASCADE"))


def make_app(db: SharedSQLAlchemy, url: str, fault: str = "") -> Flask:  # noqa: C901, PLR0915
    """Make the application; `fault` names the one thing that is wrong with it."""
    app = Flask(fault or "sound")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SECRET_KEY="k" * 40, TESTING=True)
    app.config["SESSION_COOKIE_HTTPONLY"] = fault != "cookie flag"
    db.init_app(app)

    def body(note: Note) -> dict[str, Any]:
        shown = {"id": note.id, "title": note.title, "secret": note.secret, "price": 1.5}
        changes: dict[str, dict[str, Any]] = {
            "json value": {"title": note.title.upper()},
            "json null": {"title": None},
            "json type": {"id": str(note.id)},
            "json number": {"price": 1.25},
            "json boolean": {"price": True},
            "json extra member": {"more": 1},
            "token elsewhere": {"secret": secrets.token_urlsafe(32)},
            "token too short": {"secret": note.secret[:-1]},
        }
        shown |= changes.get(fault, {})
        if fault == "json missing member":
            del shown["price"]
        return shown

    @app.get("/notes")
    def listed() -> Any:
        order = Note.id.desc() if fault == "order" else Note.id
        notes = db.session.scalars(sa.select(Note).order_by(order)).all()
        if fault == "n plus one":
            for note in notes:
                db.session.scalar(sa.select(sa.func.count()).where(Tag.note_id == note.id))
        return jsonify([body(note) for note in notes[: 1 if fault == "list cut" else None]])

    @app.post("/notes")
    def create() -> Any:
        note = Note(title=request.get_json()["title"], secret=secrets.token_urlsafe(32))
        db.session.add(note)
        db.session.flush()
        db.session.add(Tag(note_id=note.id))
        if fault == "extra row":
            db.session.add(Tag(note_id=note.id))
        if fault != "no commit":
            db.session.commit()
        response = jsonify(body(note))
        response.status_code = 200 if fault == "status" else 201
        if fault != "header missing":
            response.headers["ETag"] = f'"{note.secret}"'
        return response

    @app.get("/notes/<int:number>")
    def one(number: int) -> Any:
        note = db.get_or_404(Note, number)
        if fault == "write on get":
            note.seen += 1
            db.session.commit()
        return jsonify(body(note))

    @app.put("/notes/<int:number>")
    def change(number: int) -> Any:
        note = db.get_or_404(Note, number)
        note.title = request.get_json()["title"]
        if fault != "column not set":
            note.seen += 1
        db.session.commit()
        return jsonify(body(note))

    @app.delete("/notes/<int:number>")
    def delete(number: int) -> Any:
        if fault == "lost cascade":
            db.session.execute(sa.text("PRAGMA foreign_keys = OFF"))
        db.session.execute(sa.delete(Note).where(Note.id == number))
        db.session.commit()
        return Response(status=204)

    @app.get("/page")
    def page() -> Any:
        session["csrf"] = session.get("csrf") or secrets.token_urlsafe(32)
        html = PAGE.format(count=db.session.query(Note).count(), token=session["csrf"])
        replaced = {
            "html text": ("You have", "There are"),
            "html title": ("<title>Notes", "<title>Note"),
            "form action": ('action="/notes"', 'action="/note"'),
            "form method": ("method=post", "method=get"),
            "form field": ("name=title", "name=heading"),
            "form label": ("Title</label>", "Name</label>"),
            "form required": (" required", ""),
            "link target": ("/about", "/contact"),
            "link query": ("x=1", "x=2"),
            "html mark-up": ("<p>You", "<div class=x>You"),
        }.get(fault, ("", ""))
        return html.replace(*replaced)

    @app.post("/login")
    def login() -> Any:
        session["user"] = secrets.token_urlsafe(32)
        flash("Welcome")
        response = redirect("/other" if fault == "redirect" else "/page")
        if fault != "cookie missing":
            response.set_cookie("theme", "dark", max_age=60 if fault == "cookie age" else 3600)
        if fault == "cache header":
            response.headers["Cache-Control"] = "public"
        return response

    @app.get("/boom")
    def boom() -> Any:
        raise ValueError("broken" if fault == "failure" else "sound")

    @app.get("/file")
    def file() -> Any:
        content = b"\x00\x01\x02" if fault == "bytes" else b"\x00\x01\x03"
        return Response(content, content_type="application/octet-stream")

    @app.get("/text")
    def text() -> Any:
        kind = "text/csv" if fault == "content type" else "text/plain"
        return Response("a\nb" if fault == "text" else "a\nc", content_type=kind)

    return app


@contextmanager
def compared(
    control: Flask,
    candidate: Flask,
    db: SharedSQLAlchemy,
    accepted: AcceptedDifferences | None = None,
    notes: int = 2,
) -> Iterator[Parity]:
    """Compare two applications from a state with a few notes."""
    with ExitStack() as stack:
        state = stack.enter_context(Database(db.living_engines()).empty())
        with state.scope(), control.app_context():
            _fill(db, notes)
        sides = [_side(app, state, stack) for app in (control, candidate)]
        yield stack.enter_context(Parity(*sides, accepted=accepted))


def _fill(db: SharedSQLAlchemy, notes: int) -> None:
    Base.metadata.create_all(db.engine)
    titles = ["one", "two", *map(str, range(3, notes + 1))]
    db.session.add_all([Note(title=t, secret=secrets.token_urlsafe(32)) for t in titles])
    db.session.flush()
    db.session.add_all([Tag(note_id=1), Tag(note_id=1)])
    db.session.commit()


def _side(app: Flask, state: State, stack: ExitStack) -> Side:
    copied = stack.enter_context(state.copy())
    rows = StateRecorder(copied)
    stack.callback(rows.close)
    return Side(app.name, app, copied, rows)


def foreign_keys_on(connection: Any, _record: Any) -> None:
    """Set a SQLite connection up as applications should."""
    connection.execute("PRAGMA foreign_keys = ON")
