"""The file that `record` writes: readable, formatted, without secrets."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parity.har.layout import call, statement, tuple_of, value
from gateway.parity.har.plan import plan
from gateway.parity.har.script import name_from, script_of
from gateway.parity.har.session import Session, read_session
from tests.har.recording import shopping
from tests.har.shop import make_shop
from tests.har.test_plan import FORM, TOKEN, UUID
from tests.har.test_plan import call as recorded


def formatted(text, *options):
    """What ruff makes of a file."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", *options, "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def written(*calls, fixture=None):
    session = Session("http://a.example", tuple(plan(calls)), {}, {}, ())
    return script_of(session, "session", fixture).source


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """The test of a session at the shop."""
    file = shopping(make_shop(7)).write(tmp_path_factory.mktemp("har") / "shop.har")
    return script_of(read_session(file), "shop").source


@pytest.mark.parametrize("version", ["py311", "py313"])
@pytest.mark.parametrize("width", ["88", "100"])
def test_file_is_as_ruff_leaves_it(text, version, width):
    assert formatted(text, "--target-version", version, "--line-length", width) == text


def test_file_holds_no_secret(text):
    assert "open & sesame" not in text
    assert 'password = os.environ["PARITY_PASSWORD"]' in text
    assert "session=" not in text


def test_ids_and_tokens_are_those_of_earlier_replies(text):
    assert 'csrf_token = login.form("csrf_token")' in text
    assert '"X-Csrftoken": csrf_token' in text
    assert 'order_id = orders.json["id"]' in text
    assert "parity.get(f\"/by-key/{orders.json['key']}\", " in text
    assert 'files={"file": ("a.txt", b"hello")}' in text


SECRETS = [
    recorded("POST /x", sent=FORM, body=b"new_password=very-hidden"),
    recorded("POST /x", body={"user": {"apiKey": "very-hidden"}}),
    recorded("POST /x", body={"password": {"value": "very-hidden"}}),
    recorded("POST /x", body={"pin": 90817263, "card_number": "very-hidden"}),
    recorded("GET /x?token=very-hidden"),
    recorded("GET /x", sent=(("Authorization", "Basic very-hidden"),)),
    recorded("GET /x", sent=(("Cookie", "session=very-hidden; a=very-hidden"),)),
    recorded("GET /x", sent=(("X-CSRFToken", "very-hidden"),)),
    recorded("GET /x", sent=(("X-Api-Key", "very-hidden"), ("X-Session-Token", "very-hidden"))),
    recorded("POST /x", sent=FORM, body=b"csrf_token=very-hidden"),
]


@pytest.mark.parametrize("secret", SECRETS, ids=lambda c: c.request.target)
def test_secret_is_read_from_the_environment(secret):
    text = written(secret)

    assert "very-hidden" not in text
    assert "90817263" not in text
    assert 'os.environ["PARITY_' in text
    assert formatted(text) == text


def test_token_in_a_path_is_a_secret():
    text = written(recorded(f"GET /reset/{TOKEN}"))

    assert TOKEN not in text
    assert 'parity.get(f"/reset/{reset}")' in text


def test_cookie_that_is_a_choice_is_written_and_that_of_a_watcher_is_not_sent():
    cookies = (("Cookie", "theme=dark; _ga=GA1.1.82736; session=abc"),)
    text = written(recorded("GET /x", sent=cookies))

    assert 'parity.set_cookie("theme", "dark")' in text
    assert text.count("os.environ") == 1
    assert "GA1" not in text


def test_number_that_a_page_tells_is_written_as_a_number():
    page = recorded("GET /home", '<p data-order-id="8">')
    text = written(page, recorded("POST /x", body={"order_id": 8}))

    assert 'json={"order_id": int(order_id)}' in text
    assert formatted(text) == text


def test_call_that_crashed_when_recorded_is_expected_to():
    text = written(recorded("GET /broken", status=500))
    assert 'parity.get("/broken", crashes=True)' in text
    assert formatted(text) == text


def test_value_is_read_from_where_a_person_would():
    meta = recorded("GET /home", f'<meta name=key content="{TOKEN}">')
    text = written(meta, recorded("POST /x", body=[TOKEN]))

    assert 'json=[home.meta("key")]' in text


@pytest.mark.parametrize("name", ["o'clock", 'a"b', "a\\b", "{x}", "a\nb"])
def test_member_of_any_name_can_be_put_into_an_address(name):
    text = written(recorded("GET /x", {name: UUID}), recorded(f"GET /y/{UUID}/z"))

    assert UUID not in text
    ast.parse(text)
    assert formatted(text) == text


def test_two_files_in_one_field_are_sent_as_they_were():
    part = b'--xyz\r\nContent-Disposition: form-data; name="f"; filename="%s"\r\n\r\nx\r\n'
    body = part % b"a" + part % b"b" + b"--xyz--\r\n"
    sent = (("Content-Type", "multipart/form-data; boundary=xyz"),)
    text = written(recorded("POST /x", sent=sent, body=body))

    assert 'headers={"Content-Type": "multipart/form-data; boundary=xyz"}' in text
    assert "data=b" in text


def test_one_secret_in_two_fields_is_one_variable():
    text = written(recorded("POST /x", sent=FORM, body=b"password=abc&confirm_password=abc"))

    assert text.count("os.environ") == 1


def test_what_is_no_secret_is_written():
    sent = {"idempotency_key": UUID, "pinned": True, "value": "a", "auth": {"email": "b"}}
    text = written(recorded("POST /x", body=sent))

    assert f'"idempotency_key": "{UUID}"' in text
    assert "os.environ" not in text


def test_fixture_that_signs_in_stands_for_the_cookies():
    text = written(SECRETS[4], fixture="ada")

    assert "def test_session(parity, ada):" in text
    assert "cookie" not in text


def test_token_in_a_header_is_that_of_the_reply():
    token = recorded("POST /token", {"access_token": TOKEN})
    text = written(token, recorded("GET /x", sent=(("Authorization", f"Bearer {TOKEN}"),)))

    assert "f\"Bearer {token.json['access_token']}\"" in text


@pytest.mark.parametrize("path", ["/list", "/class", "/", "/parity", "/1/2", "/a b/ü"])
def test_any_path_gives_a_name(path):
    calls = recorded(f"POST {path.replace(' ', '%20')}", {"id": 7}), recorded("POST /x/7")

    ast.parse(written(*calls, *calls))


def test_name_comes_from_the_file():
    assert name_from("My Session-2.har") == "my_session_2"


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.binary(max_size=20)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(TREES)
def test_literal_means_what_it_meant(tree):
    (line, *more) = statement("x = ", value(tree), 0)
    found: dict[str, object] = {}
    exec("\n".join([line, *more]), found)

    assert found["x"] == tree


def test_literals_are_as_ruff_leaves_them():
    trees = [
        {"a": ["x" * 30, "y" * 30, {"z": "w" * 30}], "b": None}, ["'", '"', "'\"", "\\", "\n", "ü"],
        [b"\x00\"'", b"abc"], {}, [], [[]], {"k": {"l": {}}}, "long " * 40, [1] * 60,
    ]  # fmt: skip
    arguments = [("", value(trees[0])), ("files", tuple_of([value("a"), value(b"b" * 90)]))]
    lines = [line for tree in trees for line in statement("x = ", value(tree), 0)]
    text = "\n".join([*lines, *statement("", call("f", arguments), 0), ""])

    assert formatted(text) == text
