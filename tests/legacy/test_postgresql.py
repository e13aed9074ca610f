"""The monolith on PostgreSQL: its own SQL must be understood there too."""

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.orm import Session

from shared_models import schema
from shared_models.engine import make_engine
from shared_models.sample import load_sample
from tests.legacy.conftest import NOW, call, load_legacy, submit
from tests.legacy.test_login import log_in

pytestmark = pytest.mark.postgresql


@pytest.fixture
def client(postgresql_url):
    server = create_engine(postgresql_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS legacy"))
        connection.execute(text("CREATE DATABASE legacy"))
    url = server.url.set(database="legacy").render_as_string(hide_password=False)
    schema.upgrade(url)
    engine = make_engine(url)
    with Session(engine) as session:
        load_sample(session, NOW)
        session.commit()
    engine.dispose()
    module = load_legacy(DATABASE_URL=url, APP_ENV="testing")
    yield module.app.test_client()
    with module.app.app_context():
        module.db.engine.dispose()


def test_whole_path_works(client):
    assert log_in(client, password="wrong").status_code == 200
    assert log_in(client).status_code == 302
    listed = client.get("/conversations?assistant_key=docs&per_page=1").json
    assert [item["title"] for item in listed] == ["Notes on the Analytical Engine"]
    assert listed[0]["last_message_at"] == "2026-11-23T07:30:00"
    made = call(client, "POST", "/conversations", json={"assistant_key": "guide", "title": "né"})
    path = f"/conversations/{made.json['id']}"
    renamed = call(
        client, "PATCH", path, json={"title": "x"}, headers={"If-Match": made.headers["ETag"]}
    )
    assert (renamed.status_code, renamed.json["version"]) == (200, 2)
    assert call(client, "DELETE", path).status_code == 200
    assert len(client.get("/conversations/1/messages?before=4").json) == 3
    everything = client.get("/conversations/1/messages").json
    assert client.get("/conversations/1/messages?before=9223372036854775807").json == everything
    assert client.get("/conversations/9223372036854775807").status_code == 404
    assert client.get("/conversations?assistant_key=%00").status_code == 400
    assert call(client, "DELETE", "/auth/sessions").json["count"] == 0
    assert submit(client, "/auth/logout").status_code == 302
    assert log_in(client, "a\0@example.test").status_code == 400
