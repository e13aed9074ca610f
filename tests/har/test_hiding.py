"""No secret stands in a written test, and what it sends is what was recorded."""

from __future__ import annotations

import ast
import html
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock
from urllib.parse import quote, quote_plus, unquote, unquote_plus, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.parity.har.archive import HarError
from gateway.parity.har.hiding import Hiding
from gateway.parity.har.plan import plan
from gateway.parity.har.script import script_of
from gateway.parity.har.secrets import secrets_in
from gateway.parity.har.session import Session, read_session
from gateway.parity.har.template import template_of
from gateway.parity.har.variables import Variables
from gateway.parity.paired import Pairs
from gateway.parity.sending import Wish
from tests.har.recording import shopping
from tests.har.shop import make_shop
from tests.har.test_plan import FORM, TOKEN, call

LOGIN = "POST /login"
MULTIPART = (("Content-Type", "multipart/form-data; boundary=xyz"),)
SECRETS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=8, max_size=24
).filter(lambda text: text == text.strip() and any(map(str.isalnum, text)))


def written(*calls, pages=None):
    return script_of(
        Session("http://a.example", tuple(plan(calls)), {}, pages or {}, ()), "session"
    )


def shown(secret, script):
    """Tell whether a secret stands in a test, written in any way."""
    values = (n.value for n in ast.walk(ast.parse(script.source)) if isinstance(n, ast.Constant))
    texts = [v.decode() if isinstance(v, bytes) else str(v) for v in values]
    readings = (str, unquote, unquote_plus, html.unescape)
    return any(secret in read(text) for text in (script.source, *texts) for read in readings)


class Sent:
    """Stands for `parity`: keeps the requests that a written test would send."""

    def __init__(self):
        self.requests = []

    def __getattr__(self, verb):
        def send(*given, **options):
            method = () if verb == "request" else (verb.upper(),)
            wish = Wish(*method, *given, **options)
            self.requests.append(wish.for_side(Pairs(), 0))
            return SimpleNamespace(control=SimpleNamespace(status=200))

        return send


def sent(script, folder=Path()):
    """Run a written test in its environment; gives the requests that it sends."""
    environment = {}
    for number, (name, value) in enumerate(script.environment.items()):
        file = folder / str(number)
        if isinstance(value, bytes):
            file.write_bytes(value)
        environment[name] = str(file) if isinstance(value, bytes) else value
    found: dict[str, Any] = {}
    exec(script.source, found)
    parity = Sent()
    # The examples of Hypothesis share one test, so each has to take its environment back.
    with mock.patch.dict(os.environ, environment):
        found["test_session"](parity)
    return parity.requests


def password(secret):
    return call(LOGIN, sent=FORM, body=urlencode({"password": secret}).encode())


def part(name, content, filename=""):
    more = f'; filename="{filename}"' if filename else ""
    head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + content + b"\r\n--xyz--\r\n"


TEXT = (("Content-Type", "text/x"),)
PLACES = {
    "text": lambda s: call("POST /x", sent=TEXT, body=f"it is {s}!".encode()),
    "xml": lambda s: call("POST /x", body=f"<a b='1'><c>{s}</c></a>".encode()),
    "member": lambda s: call("POST /x", body={"note": [f"my {s}"]}),
    "name of a member": lambda s: call("POST /x", body={s: 1}),
    "field": lambda s: call("POST /x", sent=FORM, body=urlencode({"a": f"{s}{s}"}).encode()),
    "name of a field": lambda s: call("POST /x", sent=FORM, body=urlencode({s: "a"}).encode()),
    "part": lambda s: call("POST /x", sent=MULTIPART, body=part("a", s.encode())),
    "file": lambda s: call("POST /x", sent=MULTIPART, body=part("a", f"1 {s}".encode(), "a.txt")),
    "query": lambda s: call(f"GET /x?q={quote_plus(s)}&r=1"),
    "name in a query": lambda s: call(f"GET /x?{quote_plus(s)}"),
    "path": lambda s: call(f"GET /x/{quote(s, safe='')}/y"),
    "header": lambda s: call("GET /x", sent=(("X-Note", s),)),
    "page": lambda s: call("POST /x", sent=TEXT, body=f"<b>{html.escape(s)}</b>".encode()),
    "accept": lambda s: call("GET /x", sent=(("Accept", f"text/{s}"),)),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=40)
@given(secret=SECRETS)
@example(secret="open & {sesame}")
@example(secret="\"'\\'\"'{}%2F")
@example(secret="12345678")
def test_known_secret_stands_nowhere_and_what_is_sent_is_the_same(place, secret):
    login, other = password(secret), PLACES[place](secret)
    script = written(login, other)

    assert not shown(secret, script)
    for asked, entry in zip(sent(script), (login, other), strict=True):
        assert meaning(asked) == meaning(entry.request)


def meaning(request):
    """What a request says, however its form or its JSON is spelled."""
    template = template_of(request)
    kinds = {"path", "query", "json"}
    plain = [(s.place, s.name, s.value) for s in template.slots() if s.place[0] in kinds]
    fields = [(part.name, part.filename, part.content) for part in template.parts]
    parsed = fields or template.form or template.json is not None
    body = b"" if parsed else request.body
    return plain, fields, template.form, body, dict(request.headers).get("X-Note")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("password: hunter2", "hunter2"),
        ('{"user": {"apiKey": "a \\"b\\" c"}}', 'a \\"b\\" c'),
        ('{\\"password\\":\\"hunter2\\"}', "hunter2"),
        ('mutation { login(password: "hun ter2") }', "hun ter2"),
        ("<a><wsse:Password Type='x'>hunter2</wsse:Password></a>", "hunter2"),
        ("<pin><![CDATA[90817263]]></pin>", "90817263"),
        ("<login password='hun ter2'/>", "hun ter2"),
        ("a=1&client_secret=hunter2&b=2", "hunter2"),
        ('--x\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter2\r\n', "hunter2"),
    ],
)
def test_secret_in_text_of_any_kind_is_known_by_the_name_before_it(text, found):
    assert found in [value for _, value in secrets_in(text)]

    script = written(call("POST /x", body=text.encode(), sent=TEXT))
    assert not shown(found, script)


def test_body_that_is_no_text_is_read_from_a_file(tmp_path):
    entry = call("POST /x", body=b"\x89PNG\x00secret")
    script = written(entry)

    assert "PNG" not in script.source
    assert script.environment == {"PARITY_BODY": b"\x89PNG\x00secret"}
    assert sent(script, tmp_path)[0].body == entry.request.body


HEADERS = [
    (("Authorization", "Bearer very-hidden"),),
    (("Authorization", "Basic YTp2ZXJ5LWhpZGRlbg=="),),
    (("Cookie", "a=b; session=very-hidden"),),
    (("X-CSRFToken", "very-hidden"),),
]
ANSWERS = [
    {"access_token": "very-hidden"},
    '<meta name="csrf-token" content="very-hidden">',
    "<form><input name=csrf_token value=very-hidden></form>",
]


@pytest.mark.parametrize("sent", HEADERS)
def test_secret_of_a_header_stands_in_no_body(sent):
    script = written(call("GET /x", sent=sent), call("POST /y", sent=TEXT, body=b"a very-hidden b"))

    assert not shown("very-hidden", script)
    assert not shown("YTp2ZXJ5LWhpZGRlbg==", script)


@pytest.mark.parametrize("answer", ANSWERS)
def test_secret_of_an_answer_stands_in_no_body(answer):
    body = b"a very-hidden b"
    assert not shown("very-hidden", written(call("GET /x", answer), call("POST /y", body=body)))


def test_secret_of_a_cookie_that_was_set_stands_in_no_body():
    set_cookie = call("GET /x", headers=(("Set-Cookie", "session=very-hidden; Path=/"),))
    assert not shown("very-hidden", written(set_cookie, call("POST /y", body=b"is very-hidden")))


def test_secret_of_what_is_left_out_is_known_too(tmp_path):
    shop = shopping(make_shop())
    shop.entries[-1]["request"]["url"] = "http://other.example/x?token=very-hidden"
    shop.entries[3]["request"]["url"] += "?next=very-hidden"
    session = read_session(shop.write(tmp_path / "x.har"))

    assert session.left_out == {"other hosts": 1}
    assert not shown("very-hidden", script_of(session, "session"))


def test_title_of_a_page_and_the_name_of_a_reply_show_no_secret():
    calls = password("mistletoe"), call("POST /mistletoe", {"id": 7}), call("GET /mistletoe/7")
    paged = [replace(entry, page=str(number)) for number, entry in enumerate(calls)]

    script = written(*paged, pages={"0": "Start", "2": "About mistletoe"})

    assert "# Start" in script.source
    assert not shown("mistletoe", script)


def test_place_whose_description_shows_a_secret_is_not_told():
    page = call("GET /x", f"<script>mistletoe = '{TOKEN}';</script>")
    script = written(password("mistletoe"), page, call(f"GET /y/{TOKEN}"))

    assert not shown("mistletoe", script)
    assert not shown(TOKEN, script)


def test_short_secret_is_no_part_of_a_word():
    script = written(password("late"), call("GET /latest/late?b=late"))

    assert 'parity.get(f"/latest/{password}?b={password}")' in script.source


def test_very_short_secret_is_known_in_its_own_field_only():
    script = written(call("POST /x", body={"cvv": 123}), call("POST /y", body={"amount": 123}))

    assert 'json={"cvv": int(cvv)}' in script.source
    assert 'json={"amount": 123}' in script.source


def test_number_that_is_a_secret_elsewhere_is_read_as_a_number():
    script = written(call("POST /x", body={"pin": "907263"}), call("POST /y", body={"a": 907263}))

    assert 'json={"a": int(pin)}' in script.source


def test_secret_in_a_field_without_a_word_is_called_so():
    script = written(call("POST /x", sent=FORM, body=f"$={TOKEN}".encode()))

    assert list(script.environment) == ["PARITY_SECRET"]


def test_word_of_python_is_no_variable():
    script = written(call("POST /x", sent=FORM, body=b"pass=mistletoe"))

    assert 'pass_secret = os.environ["PARITY_PASS_SECRET"]' in script.source


@pytest.mark.parametrize("code", ["# mistletoe", "f'mistle' 'toe'", "f('is late')", "f(b'late')"])
def test_what_would_show_a_secret_all_the_same_is_not_written(code):
    hiding = Hiding({"mistletoe": "password", "late": "pin"}, Variables([]))

    hiding.check("'late'\nf('latest')")
    with pytest.raises(HarError, match=r"The value of 'p[a-z]+' would stand in the test, though"):
        hiding.check(f"'The first text.'\n{code}")
