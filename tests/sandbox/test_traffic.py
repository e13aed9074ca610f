"""Thousands of sandboxed writes on both applications, beside real ones on the same database.

By default 10,000 on SQLite and 1,000 on PostgreSQL; ten times as many with `--long`.
"""

from __future__ import annotations

import contextvars
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from threading import Semaphore
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session

from gateway.parity.client import call, environ_of
from gateway.parity.exchange import Request
from gateway.sandbox import sandbox
from gateway.sandbox.residue import Contents, read_contents, residue
from modern import Config, create_app
from shared_models import Conversation, LoginSession, User
from shared_models.db import db
from shared_models.engine import make_engine
from shared_models.sample import load_sample
from shared_models.schema import upgrade
from shared_models.settings import DEVELOPMENT_SECRET_KEY
from tests.legacy.conftest import load_legacy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

REQUESTS = {"sqlite": 10_000, "postgresql": 1_000}
FOR_EACH_REAL_ONE = 10
AGENT = "traffic"
CSRF = "0" * 40


def token(name: str) -> str:
    return f"{name} is signed in"


@pytest.fixture(params=["wal", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest, url_of: Callable[[str], str]) -> Iterator[sa.Engine]:
    """A database of the reference applications in which Ada and Bob are signed in."""
    url = url_of(request.param)
    if request.param == "postgresql":
        server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE traffic")
        url = server.url.set(database="traffic").render_as_string(hide_password=False)
        server.dispose()
    upgrade(url)
    made = make_engine(url)
    with Session(made) as session, session.begin():
        load_sample(session, datetime.now(UTC))
        session.add_all(login(session, name) for name in ("ada", "bob"))
    yield made
    made.dispose()


def login(session: Session, name: str) -> LoginSession:
    now = datetime.now(UTC)
    return LoginSession(
        user=session.scalars(sa.select(User).filter_by(email=f"{name}@example.test")).one(),
        token_hash=hashlib.sha256(token(name).encode()).hexdigest(),
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(hours=11),
        ip="127.0.0.1",
        user_agent=AGENT,
        served_by="elsewhere",
    )


@pytest.fixture
def apps(engine: sa.Engine) -> Iterator[list[Flask]]:
    """Both applications on that database."""
    url = engine.url.render_as_string(hide_password=False)
    legacy = load_legacy(DATABASE_URL=url, APP_ENV="testing").app
    yield [legacy, create_app(Config(environment="testing", database_url=url))]
    db.engines_of(legacy)[None].dispose()


def writer(app: Flask, name: str, title: str) -> Callable[[], int]:
    """Give what lets a person open a conversation, again and again."""
    identifier = hashlib.sha512(f"127.0.0.1|{AGENT}".encode()).hexdigest()
    content = {"_user_id": token(name), "_fresh": True, "_id": identifier, "csrf_token": CSRF}
    interface: Any = app.session_interface
    cookie = interface.get_signing_serializer(app).dumps(content)
    csrf = URLSafeTimedSerializer(DEVELOPMENT_SECRET_KEY, salt="wtf-csrf-token").dumps(CSRF)
    body = json.dumps({"title": title, "assistant_key": "docs"}).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "X-CSRFToken": str(csrf),
        "Cookie": f"session={cookie}",
    }
    environ = environ_of(Request("POST", "/conversations", "", tuple(headers.items()), body))

    def write() -> int:
        response = call(app, {**environ, "wsgi.input": BytesIO(body)})
        assert response.failure is None, response.failure
        return response.status

    return write


def sandboxed(write: Callable[[], int]) -> int:
    with sandbox(db) as box:
        status = write()
        assert box.commits
        assert box.stopped == ()
        return status


def contents(engine: sa.Engine) -> Contents:
    with engine.connect() as connection:
        return read_contents(connection.connection, engine.dialect.name)


def forget_real_ones(engine: sa.Engine) -> int:
    """Take back what the real requests did, as far as it is known."""
    with engine.begin() as connection:
        gone = connection.execute(sa.delete(Conversation).where(Conversation.title == "real"))
        bob = sa.select(User.id).where(User.email == "bob@example.test").scalar_subquery()
        seen = sa.update(LoginSession).where(LoginSession.user_id == bob)
        connection.execute(seen.values(last_seen_at=LoginSession.created_at, served_by="elsewhere"))
        if engine.dialect.name == "sqlite":
            # SQLite counts them; the sandboxed ones it must not have counted.
            taken_back = "UPDATE sqlite_sequence SET seq = seq - ? WHERE name = 'conversation'"
            connection.exec_driver_sql(taken_back, (gone.rowcount,))
    return gone.rowcount


def test_sandboxed_writes_leave_no_row_and_disturb_no_real_request(
    engine: sa.Engine, apps: list[Flask], length: int
):
    number = REQUESTS[engine.dialect.name] * length
    before = contents(engine)
    turns = Semaphore(0)

    def pretend(write: Callable[[], int]) -> set[int]:
        seen = set()
        for done in range(number // len(apps)):
            seen.add(contextvars.Context().run(sandboxed, write))
            if done % FOR_EACH_REAL_ONE == 0:
                turns.release()
        return seen

    def live(write: Callable[[], int]) -> set[int]:
        seen = set()
        for _ in range(number // len(apps) // FOR_EACH_REAL_ONE):
            assert turns.acquire(timeout=60)
            seen.add(contextvars.Context().run(write))
        return seen

    with ThreadPoolExecutor(2 * len(apps)) as threads:
        answers = [threads.submit(pretend, writer(app, "ada", "sandboxed")) for app in apps]
        answers += [threads.submit(live, writer(app, "bob", "real")) for app in apps]
        statuses = [answer.result() for answer in answers]

    assert statuses == [{200}, {201}, {200}, {201}]
    assert shared_pool(apps).checkedout() == 0
    assert shared_pool(apps).checkedin() <= 2 * len(apps)
    assert forget_real_ones(engine) == number // FOR_EACH_REAL_ONE
    assert residue(before, contents(engine)) == ()


def shared_pool(apps: list[Flask]) -> Any:
    """The one pool of both applications."""
    (pool,) = {db.engines_of(app)[None].pool for app in apps}
    return pool
