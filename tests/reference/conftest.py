"""Each application by turns, on a database of its own of each kind."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine, NullPool, create_engine, make_url, select, text
from sqlalchemy.orm import Session
from werkzeug.test import Client, TestResponse

from modern import Config, create_app
from shared_models import LoginSession, User
from shared_models.base import Base
from shared_models.engine import make_engine
from shared_models.sample import load_sample
from tests.databases import Renewable, filled, renewable
from tests.legacy.conftest import close_engine, load_legacy
from tests.reference.mixture import WAYS, Mixture

SIDES = ["legacy", "modern"]
NAMES = ["ada", "bob", "carol"]
LARGEST = 4096
"""So many bytes may a file have in `lasting`."""


@dataclass(frozen=True)
class Site:
    """An application, and its database seen from outside."""

    name: str
    app: Flask
    engine: Engine

    def session(self) -> Session:
        return Session(self.engine)

    def rows(self, *without: str) -> dict[str, list[Any]]:
        """All that every table holds, but for those tables."""
        with self.engine.connect() as connection:
            return {
                table.name: sorted(map(repr, connection.execute(table.select())))
                for table in Base.metadata.tables.values()
                if table.name not in without
            }

    def stranger(self) -> Person:
        """A browser of somebody who is not signed in."""
        client = self.app.test_client()
        page = client.get("/auth/login").text
        return Person(client, page.partition('name="csrf_token" value="')[2].partition('"')[0])

    def signed_in(self, name: str) -> Person:
        """A browser with a login of a person's."""
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"token of {name}"
        return Person(client, client.get("/auth/current-user").get_json()["csrf_token"])


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in, and calls as the scripts of the pages do."""

    client: Client
    csrf: str

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        # As on a server's own thread: requests that nest would share what a request keeps.
        return Context().run(self._open, method, path, options)

    def _open(self, method: str, path: str, options: dict[str, Any]) -> TestResponse:
        headers = {"X-CSRFToken": self.csrf, **options.pop("headers", {})}
        options = {"buffered": True, **options}
        return self.client.open(path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.call("POST", path, **options)

    def say(self, conversation: int, token: str, said: str = "Hello?", **more: Any) -> TestResponse:
        body = {"conversation_id": conversation, "text": said, "client_token": token, **more}
        return self.post("/chat/messages", json=body)

    def listen(self, conversation: int, token: str) -> Listening:
        """Send a message, and read the answer piece by piece."""
        context = Context()
        body = {"conversation_id": conversation, "text": "Hello?", "client_token": token}
        options = {"json": body, "buffered": False}
        answer = context.run(self._open, "POST", "/chat/messages", options)
        return Listening(context, answer)


class Listening:
    """An answer that is being written; every step of it in the context of its request."""

    def __init__(self, context: Context, answer: TestResponse) -> None:
        self._context = context
        self._answer = answer
        self._pieces = cast("Iterator[bytes]", iter(answer.response))

    def next(self) -> tuple[str, Any]:
        """The next event."""
        return read_event(self._context.run(next, self._pieces).decode())

    def rest(self) -> list[tuple[str, Any]]:
        """All events that are left."""
        pieces = self._context.run(list, self._pieces)
        return [read_event(piece.decode()) for piece in pieces]

    def close(self) -> None:
        """Go away."""
        self._context.run(self._answer.close)


def events_of(answer: TestResponse) -> list[tuple[str, Any]]:
    """The events of a whole stream, as (name, data)."""
    return [read_event(block) for block in answer.text.split("\n\n") if "data:" in block]


def read_event(block: str) -> tuple[str, Any]:
    fields = dict(line.split(": ", 1) for line in block.strip().splitlines() if ": " in line)
    return fields["event"], json.loads(fields["data"])


def fill(session: Session) -> None:
    now = datetime.now(UTC)
    load_sample(session, now)
    for name in NAMES:
        user = session.scalars(select(User).filter_by(email=f"{name}@example.test")).one()
        session.add(
            LoginSession(
                user_id=user.id,
                token_hash=hashlib.sha256(f"token of {name}".encode()).hexdigest(),
                created_at=now,
                last_seen_at=now,
                expires_at=now + timedelta(hours=12),
                served_by="elsewhere",
            )
        )


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("reference") / "template.db"
    filled(f"sqlite:///{path}", fill)
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: str) -> Callable[[str], None]:
    server = create_engine(postgresql_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def execute(statement: str) -> None:
        with server.connect() as connection:
            connection.execute(text(statement))

    execute("CREATE DATABASE reference_template")
    url = make_url(postgresql_url).set(database="reference_template")
    filled(url.render_as_string(hide_password=False), fill)
    return execute


def sqlite_copy(request: pytest.FixtureRequest) -> Iterator[str]:
    template = request.getfixturevalue("sqlite_template")
    copied = shutil.copy(template, request.getfixturevalue("tmp_path"))
    yield f"sqlite:///{copied}"


def postgresql_copy(request: pytest.FixtureRequest) -> Iterator[str]:
    execute = request.getfixturevalue("postgresql_template")
    execute("CREATE DATABASE reference TEMPLATE reference_template")
    url = make_url(request.getfixturevalue("postgresql_url")).set(database="reference")
    yield url.render_as_string(hide_password=False)
    execute("DROP DATABASE reference WITH (FORCE)")


KINDS = {"sqlite": sqlite_copy, "postgresql": postgresql_copy}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of each kind, of a test's own whose threads may outlive it."""
    yield from KINDS[request.param](request)


@pytest.fixture(params=SIDES)
def site(
    request: pytest.FixtureRequest, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    folder = tmp_path / "attachments"
    monkeypatch.setenv("ATTACHMENT_FOLDER", str(folder))
    app = _legacy(url, folder) if request.param == "legacy" else _modern(url)
    engine = make_engine(url)
    yield Site(request.param, app, engine)
    engine.dispose()
    close_engine(app)


def _legacy(url: str, folder: Path) -> Flask:
    environment = {"DATABASE_URL": url, "APP_ENV": "testing", "ATTACHMENT_FOLDER": str(folder)}
    app: Flask = load_legacy(**environment).app
    return app


def _modern(url: str) -> Flask:
    return create_app(Config(environment="testing", database_url=url))


@pytest.fixture
def ada(site: Site) -> Person:
    return site.signed_in("ada")


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Renewable]:
    with renewable(tmp_path_factory.mktemp("lasting"), fill) as database:
        yield database


@pytest.fixture(scope="session")
def lasting(
    database: Renewable, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Site]]:
    """Both applications on one database, which `renewed` fills anew for every test."""
    folder = tmp_path_factory.mktemp("attachments")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTACHMENT_FOLDER", str(folder))
        patch.setenv("ATTACHMENT_MAX_BYTES", str(LARGEST))
        apps = {"legacy": _legacy(database.url, folder), "modern": _modern(database.url)}
    engine = make_engine(database.url)
    yield {name: Site(name, app, engine) for name, app in apps.items()}
    engine.dispose()
    for app in apps.values():
        close_engine(app)


@pytest.fixture
def renewed(lasting: dict[str, Site], database: Renewable) -> dict[str, Site]:
    """Both applications on one database, which is as the sample data left it."""
    database.renew()
    return lasting


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest, renewed: dict[str, Site]) -> Site:
    """Each application by turns; quicker than `site`, for tests that are many."""
    return renewed[request.param]


@pytest.fixture
def standstill() -> Iterator[None]:
    """It is this moment all the time, so that no window of a limit ends amid a test."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield


@pytest.fixture(params=WAYS)
def mixture(request: pytest.FixtureRequest, renewed: dict[str, Site]) -> Mixture:
    """The gateway over both; `flip` moves everybody, unless this way is one side alone."""
    apps = {name: site.app for name, site in renewed.items()}
    return Mixture(apps, renewed["legacy"].engine, WAYS[request.param])
