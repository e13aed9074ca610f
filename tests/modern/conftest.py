"""An application on its own copy of one migrated database with the sample people."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from modern import Config, create_app, passwords
from modern.auth.service import AuthService, Visit
from modern.clock import utc_now
from shared_models import User
from shared_models.db import db
from shared_models.sample import SAMPLE_PASSWORD, load_sample
from shared_models.settings import shared_settings
from tests.databases import renewable

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
QUICK = "pbkdf2:sha256:1"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def token_in(page):
    """The CSRF token of the first form of a page."""
    found = TOKEN.search(page.text)
    assert found, f"There is no form with a token in {page.text}"
    return found[1]


class Client(FlaskClient):
    """A test client that sends CSRF tokens as the pages and scripts do."""

    def csrf_token(self):
        """A token for this client's session."""
        path = "/auth/register" if self.get("/").status_code == 200 else "/settings"
        return token_in(self.get(path))

    def submit(self, path, **fields):
        """Post a form."""
        return self.post(path, data={"csrf_token": self.csrf_token(), **fields})

    def call(self, method, path, headers=None, **kwargs):
        """Make a call as the script does."""
        headers = {"X-CSRFToken": self.csrf_token(), **(headers or {})}
        return self.open(path, method=method, headers=headers, **kwargs)

    def login(self, email="ada@example.test", password=SAMPLE_PASSWORD, **fields):
        """Sign in through the form."""
        return self.submit("/auth/login", email=email, password=password, **fields)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="package", autouse=True)
def quick_passwords():
    """Passwords are hashed slowly on purpose: only the tests of `passwords` wait for that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASH_METHOD", QUICK)
        yield


def fill(session):
    load_sample(session, NOW)
    quick = generate_password_hash(SAMPLE_PASSWORD, method=QUICK)
    session.execute(update(User).values(password_hash=quick))


@pytest.fixture(scope="session")
def sample_database(tmp_path_factory):
    with renewable(tmp_path_factory.mktemp("sample"), fill) as database:
        yield database


@pytest.fixture
def database_url(sample_database):
    sample_database.renew()
    return sample_database.url


@pytest.fixture
def build(database_url):
    """Make an application on the test's database; its engine is closed at the end."""
    built = []

    def build(**settings):
        app = create_app(Config(**{"environment": "testing", **settings}))
        app.test_client_class = Client
        built.append(app)
        return app

    config = {"database_url": database_url}
    yield lambda **settings: build(**{**config, **settings})
    for app in built:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(build, clock):
    return build()


@pytest.fixture
def session(app):
    """The database as a test looks at it, apart from what the application has loaded."""
    with app.app_context():  # and no longer: requests inside of it would share its `g`
        engine = db.engine
    with Session(engine) as session:
        yield session


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def signed_in(app):
    """Make a client that is signed in, without the slow check of the password."""

    def signed_in(email, *, remember=False):
        client = app.test_client()
        with app.app_context():
            service = AuthService(db.session(), utc_now, shared_settings())
            user = db.session.scalars(select(User).where(User.email == email)).one()
            opened = service.open_session(user, Visit("127.0.0.1", "test"), remember=remember)
        with client.session_transaction() as cookie:
            cookie["_user_id"] = opened.token
        return client

    return signed_in


@pytest.fixture
def ada(signed_in):
    return signed_in("ada@example.test")


@pytest.fixture
def bob(signed_in):
    return signed_in("bob@example.test")


@pytest.fixture
def carol(signed_in):
    return signed_in("carol@example.test")
