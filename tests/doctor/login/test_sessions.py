"""Sessions that one application signs and the other is to read."""

from __future__ import annotations

import pytest

from gateway.doctor.login.keys import fingerprint

APP = """
    from flask import Flask
    from flask.sessions import SecureCookieSessionInterface
    app = Flask(__name__)
    app.secret_key = "the key of both applications"
"""
INTERFACE = """
class Interface(SecureCookieSessionInterface):
    {}
app.session_interface = Interface()
"""
OTHER_KEY = "app.secret_key = 'the key of one application'"
ROTATED = "app.config['SECRET_KEY_FALLBACKS'] = ['the key of both applications']"


@pytest.mark.parametrize(
    ("check", "legacy", "said"),
    [
        ("login.no-secret-key", "app.secret_key = None", "legacy has no SECRET_KEY"),
        ("login.secret-key", OTHER_KEY, "sign sessions with different keys"),
        ("login.session-salt", INTERFACE.format("salt = 'ours'"), "different session salts"),
        (
            "login.session-signature",
            "import hashlib" + INTERFACE.format("digest_method = staticmethod(hashlib.sha256)"),
            "different session signatures",
        ),
        (
            "login.session-signature",
            INTERFACE.format("key_derivation = 'django-concat'"),
            "different session signatures",
        ),
        (
            "login.session-serializer",
            "import json" + INTERFACE.format("serializer = json"),
            "different session serializers",
        ),
    ],
)
def test_sessions_that_the_other_cannot_read(compare, check, legacy, said):
    found = compare(APP, legacy=legacy)

    assert list(found) == [check]
    assert said in found[check].message
    assert found[check].severity == "error"


@pytest.mark.parametrize(
    "modern",
    [
        "app.secret_key = b'the key of both applications'",
        INTERFACE.format("salt = 'cookie-session'"),
    ],
)
def test_sessions_that_the_other_reads(compare, modern):
    assert compare(APP, modern=modern) == {}


def test_applications_without_sessions_are_sound(compare):
    assert compare(APP + "\n    app.secret_key = None") == {}


def test_both_directions_are_tried(compare):
    found = compare(APP, legacy=f"{OTHER_KEY}\n{ROTATED}")
    evidence = "\n".join(found["login.secret-key"].evidence)

    assert "modern can't read text in a session of legacy: BadTimeSignature" in evidence
    assert "legacy can't read" not in evidence


def test_a_key_that_only_the_control_lacks_is_found_too(compare):
    found = compare(APP, modern=f"{OTHER_KEY}\n{ROTATED}")
    unread = [fact for fact in found["login.secret-key"].evidence if "can't read" in fact]

    assert list(found) == ["login.secret-key"]
    assert unread == ["legacy can't read text in a session of modern: BadTimeSignature"]


def test_a_key_that_each_still_reads_is_no_cause(compare):
    found = compare(
        APP,
        legacy=f"{OTHER_KEY}\n{ROTATED}" + INTERFACE.format("salt = 'ours'"),
        modern="app.config['SECRET_KEY_FALLBACKS'] = ['the key of one application']",
    )

    assert list(found) == ["login.session-salt"]


def test_a_key_that_is_rotated_on_both_sides_is_noted(compare):
    found = compare(
        APP,
        legacy=f"{OTHER_KEY}\n{ROTATED}",
        modern="app.config['SECRET_KEY_FALLBACKS'] = ['the key of one application']",
    )

    assert [each.severity for each in found.values()] == ["note"]
    assert "through SECRET_KEY_FALLBACKS" in found["login.key-rotation"].message


def test_a_value_that_the_other_reads_as_something_else_is_named(compare):
    plain = """
import json
class Serializer:
    def dumps(self, value):
        return json.dumps(value, default=str)
    loads = staticmethod(json.loads)
"""
    found = compare(APP, legacy=plain + INTERFACE.format("serializer = Serializer()"))
    evidence = found["login.session-serializer"].evidence

    assert "modern reads times in a session of legacy as something else" not in evidence
    assert "legacy reads times in a session of modern as something else" in evidence


def test_what_no_comparison_explains_is_found_by_reading(compare):
    strange = INTERFACE.format(
        "def get_signing_serializer(self, app):\n"
        "        serializer = super().get_signing_serializer(app)\n"
        "        serializer.salt = b'hidden'\n"
        "        return serializer"
    )
    found = compare(APP, legacy=strange)

    assert list(found) == ["login.session-unreadable"]
    assert "legacy: legacy.Interface" in found["login.session-unreadable"].evidence


RENAMING = """
def save_session(self, app, session, response):
        super().save_session(app, session, response)
        response.headers["Set-Cookie"] = response.headers["Set-Cookie"].replace("session=", "sid=")
    def open_session(self, app, request):
        request.cookies = {"session": request.cookies.get("sid")}
        return super().open_session(app, request)
"""


def test_a_cookie_that_does_not_arrive_is_found_by_a_browser(compare):
    found = compare(APP, legacy=INTERFACE.format(RENAMING.strip()))

    assert list(found) == ["login.session-unreadable"]
    assert "modern finds nothing in the cookie that a browser has from legacy" in (
        found["login.session-unreadable"].evidence
    )


@pytest.mark.parametrize(
    "setting",
    [
        "SESSION_COOKIE_PATH='/shop'",
        "SESSION_COOKIE_DOMAIN='shop.example'",
        "SESSION_COOKIE_DOMAIN='localhost'",
        "SERVER_NAME='shop.example:8080'",
        "SESSION_COOKIE_SECURE=True",
        "TRUSTED_HOSTS=['shop.example']",
    ],
)
def test_a_cookie_arrives_wherever_both_send_it(compare, setting):
    assert compare(f"{APP}    app.config.update({setting})") == {}


def test_no_key_is_printed(compare):
    found = compare(APP, legacy=OTHER_KEY)["login.secret-key"]
    told = "\n".join([found.message, *found.evidence, found.fix])

    assert "the key of" not in told
    assert "SECRET_KEY has the fingerprint" in told
    assert "named at legacy.py:5" in told


def test_a_fingerprint_means_nothing_in_another_run(compare):
    runs = [compare(APP, legacy=OTHER_KEY)["login.secret-key"].evidence[-2:] for _ in range(2)]

    assert runs[0] != runs[1]


def test_fingerprints_are_equal_for_equal_keys():
    assert fingerprint("key") == fingerprint(b"key")
    assert fingerprint("key") != fingerprint("Key")


def test_what_cannot_be_compared_is_told_beside_the_rest(compare):
    failing = INTERFACE.format("def open_session(self, app, request): raise OSError('no store')")
    found = compare(APP, legacy=failing, modern="app.config['SESSION_COOKIE_NAME'] = 'sid'")
    told = found["login.unexamined"]

    assert set(found) == {"login.unexamined", "login.session-cookie-name"}
    assert told.message.startswith("Sessions could not be compared")
    assert told.message.endswith("OSError: no store")
    assert "not looked for: login.secret-key" in told.evidence
