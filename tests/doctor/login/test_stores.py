"""Sessions that are kept on the server, by Flask-Session."""

from __future__ import annotations

import pytest

APP = """
    from cachelib import FileSystemCache
    from flask import Flask
    from flask_session import Session
    app = Flask(__name__, static_folder=None)
    app.secret_key = "the key of both applications"
    app.config.update(SESSION_TYPE="cachelib", SESSION_CACHELIB=FileSystemCache("sessions"))
"""
ON_THE_SERVER = "Session(app)"


def test_one_store_is_sound(compare):
    assert compare(f"{APP}    {ON_THE_SERVER}") == {}


def test_a_cookie_on_one_side_and_a_store_on_the_other_are_found(compare):
    found = compare(APP, modern=ON_THE_SERVER)

    assert list(found) == ["login.session-interface"]
    assert found["login.session-interface"].evidence == (
        "legacy: flask.sessions.SecureCookieSessionInterface",
        "modern: flask_session.cachelib.cachelib.CacheLibSessionInterface",
    )


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("SESSION_CACHELIB=FileSystemCache('elsewhere')", "cache: "),
        ("SESSION_KEY_PREFIX='modern:'", "key_prefix: 'session:' on legacy, 'modern:' on modern"),
        ("SESSION_SERIALIZATION_FORMAT='json'", "serializer: "),
    ],
)
def test_two_stores_are_found(compare, setting, said):
    found = compare(
        APP, legacy=ON_THE_SERVER, modern=f"app.config.update({setting})\n{ON_THE_SERVER}"
    )

    assert list(found) == ["login.session-store"]
    assert found["login.session-store"].evidence[0].startswith(said)


REDIS = """
from types import SimpleNamespace
Session(app)
app.session_interface.client = SimpleNamespace(
    connection_pool=SimpleNamespace(connection_kwargs={{"host": {!r}, "password": "secret"}})
)
"""


def test_the_password_of_a_store_is_not_told(compare):
    found = compare(APP, legacy=REDIS.format("one"), modern=REDIS.format("two"))
    (fact,) = found["login.session-store"].evidence

    assert "at {'host': 'one'} on legacy" in fact
    assert "secret" not in fact


OWN = """
from flask.sessions import SessionInterface
class {name}(SessionInterface):
    key_prefix = {prefix!r}
app.session_interface = {name}()
"""


@pytest.mark.parametrize(
    ("modern", "expected"),
    [
        (OWN.format(name="Stored", prefix="s:"), []),
        (OWN.format(name="Stored", prefix="t:"), ["login.session-store"]),
        (OWN.format(name="Kept", prefix="s:"), ["login.session-interface"]),
    ],
)
def test_interfaces_of_ones_own_are_compared(compare, modern, expected):
    found = compare(APP, legacy=OWN.format(name="Stored", prefix="s:"), modern=modern)

    assert list(found) == expected
