"""The monolith on a database of its own, which every test finds as the sample data left it."""

import gc
import importlib.util
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from unittest import mock

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

import legacy
from shared_models import LoginSession, User
from shared_models.engine import make_engine
from shared_models.sample import load_sample
from tests.databases import Renewable, renewable

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def load_legacy(**environment: str) -> ModuleType:
    """Run the module of the monolith again, as a process with this environment would."""
    path = Path(legacy.__file__).with_name("app.py")
    spec = importlib.util.spec_from_file_location("legacy.app", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with mock.patch.dict(os.environ, environment), _uncollected():
        spec.loader.exec_module(module)
    return module


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let no garbage be collected: CPython 3.11 fails where that happens amid ast.parse.

    Werkzeug parses for each rule, and a finaliser that warns parses too (CPython gh-106905).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.fixture(scope="session")
def database(tmp_path_factory) -> Iterator[Renewable]:
    folder = tmp_path_factory.mktemp("legacy")
    with renewable(folder, lambda session: load_sample(session, NOW)) as database:
        yield database


@pytest.fixture(scope="session")
def database_url(database) -> str:
    url: str = database.url
    return url


@pytest.fixture(scope="session")
def module(database_url) -> ModuleType:
    loaded = load_legacy(DATABASE_URL=database_url, APP_ENV="testing")
    # The real check, but each password is hashed once a run: it is slow by design.
    loaded.__dict__["check_password_hash"] = cache(loaded.check_password_hash)
    return loaded


@pytest.fixture(scope="session")
def app(module) -> Iterator[Flask]:
    app: Flask = module.app
    yield app
    close_engine(app)


def close_engine(app: Flask) -> None:
    """Close the connections that an application has open."""
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture(autouse=True)
def frozen() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def fresh_database(database) -> None:
    database.renew()


@pytest.fixture
def session(database_url, fresh_database) -> Iterator[Session]:
    """A view of the rows from outside the application."""
    engine = make_engine(database_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def client(app) -> FlaskClient:
    return app.test_client()


SignIn = Callable[..., FlaskClient]


@pytest.fixture
def sign_in(app, session) -> SignIn:
    """Open a login without the form and its slow password check."""
    return lambda name: open_login(app, session, name)


def open_login(app: Flask, session: Session, name: str) -> FlaskClient:
    token = f"token {session.query(LoginSession).count()} of {name}"
    user = session.scalars(select(User).where(User.email == f"{name}@example.test")).one()
    session.add(
        LoginSession(
            user_id=user.id,
            token_hash=sha256(token.encode()).hexdigest(),
            created_at=NOW,
            last_seen_at=NOW,
            expires_at=NOW + timedelta(hours=12),
            ip="127.0.0.1",
            user_agent="A browser",
            served_by="modern",
        )
    )
    session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    return client


@pytest.fixture
def ada(sign_in) -> FlaskClient:
    client: FlaskClient = sign_in("ada")
    return client


def csrf_token(client: FlaskClient) -> str:
    """The token as the browser has it: in the form of the login, or in the page behind it."""
    page = client.get("/auth/login", follow_redirects=True).text
    found = re.search(r'name="csrf[_-]token" (?:value|content)="([^"]+)"', page)
    assert found
    return found[1]


def submit(client: FlaskClient, path: str, **fields: str):
    return client.post(path, data={"csrf_token": csrf_token(client), **fields})


def call(client: FlaskClient, method: str, path: str, *, headers=None, **options):
    token = client.get("/auth/current-user").get_json()["csrf_token"]
    return client.open(
        path, method=method, headers={"X-CSRFToken": token, **(headers or {})}, **options
    )
