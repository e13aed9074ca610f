"""The same application on PostgreSQL: the statements that SQLite alone would not prove."""

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from shared_models.engine import make_engine
from shared_models.sample import load_sample
from shared_models.schema import upgrade
from tests.modern.conftest import NOW

pytestmark = pytest.mark.postgresql


@pytest.fixture
def database_url(postgresql_url):
    """A database of its own with the sample people."""
    own = make_url(postgresql_url).set(database="modern_test")
    administration = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        connection.execute(text("CREATE DATABASE modern_test"))
    url = own.render_as_string(hide_password=False)
    upgrade(url)
    fill(url)
    yield url
    with administration.connect() as connection:
        connection.execute(text("DROP DATABASE modern_test WITH (FORCE)"))
    administration.dispose()


def fill(url):
    engine = make_engine(url)
    with Session(engine) as session:
        load_sample(session, NOW)
        session.commit()
    engine.dispose()


def test_a_person_signs_in_and_works_with_conversations(client):
    assert client.login(password="not it").status_code == 401
    assert client.login().status_code == 302

    listed = client.get("/conversations?per_page=2").json
    assert [item["id"] for item in listed["items"]] == [1, 2]
    assert listed["items"][0]["last_message_at"] == "2026-11-23T07:30:00Z"

    made = client.call("POST", "/conversations", json={"assistant_key": "guide"})
    path = made.headers["Location"]
    tag = {"If-Match": made.headers["ETag"]}
    changed = client.call("PATCH", path, json={"title": "東京"}, headers=tag)
    assert (changed.json["title"], changed.json["version"]) == ("東京", 2)
    assert client.call("PATCH", path, json={"title": "x"}, headers=tag).status_code == 412

    assert client.get("/conversations/1/messages?limit=2").json["next_cursor"] == "4"
    everything = client.get("/conversations/1/messages").json
    assert client.get("/conversations/1/messages?before=9223372036854775807").json == everything
    assert client.call("DELETE", "/conversations/1").status_code == 200
    assert client.get("/conversations/1").status_code == 404
    assert client.submit("/auth/logout").status_code == 302
    assert client.get("/conversations").status_code == 401
