"""Hostile texts, names and files do nothing: they are kept as they are and shown as text.

The names carry the requirement of OWASP ASVS 5.0 that a test is about.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select, update
from werkzeug.serving import make_server

from shared_models import Attachment, ContactMessage, Conversation, Message, User
from tests import parts
from tests.reference.conftest import Person
from tests.reference.mixture import Browser, Mixture

HOSTILE = [
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg/onload=window.hit=1><a xlink:href='javascript:window.hit=1'>x</a></svg>",
    "\"><script>window.hit=1</script><a onclick='window.hit=1'>",
    "[click](javascript:window.hit=1) <javascript:window.hit=1>",
    '![x](x"onerror="window.hit=1) [y](data:text/html,<script>window.hit=1</script>)',
    "{{ 7 * 7 }}{% raw %}${7*7}#{7*7}%(user)s{0}",
    "'; DROP TABLE message; --",
    "' OR '1'='1",
    "%' UNION SELECT password_hash FROM user --",
    "\\'; UPDATE user SET role = 'admin' --",
]
TITLES = [*HOSTILE, '=HYPERLINK("http://evil.test")', "@SUM(1)"]


class Code(HTMLParser):
    """What a page would run: scripts within it, handlers, and links that are scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if "hit=1" in (value or "") and (name.startswith("on") or (value or "")[:4] in BAD):
                self.found.append(f"{tag} {name}={value}")
        if tag in {"svg", "iframe", "object", "embed", "base"}:
            self.found.append(tag)

    def handle_data(self, data: str) -> None:
        if self.cdata_elem and "hit=1" in data:
            self.found.append(data)


BAD = {"java", "data"}


def code_of(page: str) -> list[str]:
    """The code that a page got from outside."""
    reader = Code()
    reader.feed(page)
    return reader.found


def test_a_page_with_code_in_it_is_told():
    assert code_of("<p>x</p><script>window.hit=1</script>")
    assert code_of("<img onerror='window.hit=1'>")
    assert code_of("<a href='javascript:window.hit=1'>x</a>")
    assert not code_of(f'<p>{escape(HOSTILE[0])}</p><input value="{escape(HOSTILE[3])}">')


@pytest.mark.parametrize("title", TITLES)
def test_v1_2_1_a_hostile_title_is_stored_and_shown_as_text(side, title):
    ada = side.signed_in("ada")
    made = ada.post("/conversations", json={"title": title, "assistant_key": "guide"}).get_json()
    assert made["title"] == title
    page = ada.get(f"/chat?conversation={made['id']}").text
    assert code_of(page) == []
    assert str(escape(title)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page
    with side.session() as session:
        assert session.get_one(Conversation, made["id"]).title == title


@pytest.mark.parametrize("said", HOSTILE)
def test_v1_2_1_a_hostile_message_is_stored_and_told_as_it_is(side, said):
    ada = side.signed_in("ada")
    assert ada.say(1, "token-one", said).status_code == 200
    with side.session() as session:
        told = select(Message).filter_by(client_token="token-one")
        assert session.scalars(told).one().body == said
    answer = ada.get("/conversations/1/messages")
    items = answer.get_json()
    assert said in {m["body"] for m in (items if side.name == "legacy" else items["items"])}
    assert answer.mimetype == "application/json"
    assert code_of(ada.get("/chat?conversation=1").text) == []


@pytest.mark.parametrize("form", ["json", "csv", "md"])
def test_v1_2_10_an_export_is_a_download_whose_cells_are_no_formulas(side, form):
    ada = side.signed_in("ada")
    for number, said in enumerate(["=1+1", "@x", "+1", "-1", "\tx", HOSTILE[0]]):
        ada.say(1, f"token-{number:04}", f"={said}")
    answer = ada.get(f"/conversations/1/export?format={form}")
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype != "text/html"
    if form == "csv":
        assert all(not cell.startswith("=") for cell in answer.text.replace('"', "").split(","))


@pytest.mark.parametrize("name", HOSTILE)
def test_v1_2_1_a_hostile_name_of_a_person_is_shown_as_text(side, name):
    ada = side.signed_in("ada")
    if len(name) > 80:
        name = name[:80]
    form = {"display_name": name, "timezone": "UTC", "default_assistant": "guide"}
    assert ada.post("/settings", data=form).status_code == 302
    for path in ("/settings", "/chat", "/contact", "/admin/users", "/admin/audit", "/nowhere"):
        assert code_of(ada.get(path).text) == []
    with side.session() as session:
        assert session.get_one(User, 1).display_name == name


@pytest.mark.parametrize("text", HOSTILE)
def test_v1_2_1_what_was_typed_into_a_form_comes_back_as_text(side, text):
    stranger, ada = side.stranger(), side.signed_in("ada")
    typed = {"email": text, "display_name": text, "name": text, "subject": text, "reason": text}
    for person, path in (
        (stranger, "/auth/login"),
        (stranger, "/auth/register"),
        (stranger, "/contact"),
        (ada, "/settings"),
        (ada, "/auth/deletion"),
        (ada, "/admin/users/create"),
    ):
        assert code_of(person.post(path, data=typed).text) == []
    for path in ("/admin/users", "/admin/audit", "/auth/login"):
        assert code_of(ada.get(path, query_string={"q": text, "next": text}).text) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_v1_2_4_sql_in_a_query_finds_nothing_and_does_nothing(side, text):
    bob = side.signed_in("bob")
    before = side.rows("login_session")
    found = bob.get("/conversations/search", query_string={"q": f"zzz {text}"})
    assert found.status_code == 200
    assert (found.get_json() if side.name == "legacy" else found.get_json()["items"]) == []
    ada = side.signed_in("ada")
    listed = ada.get("/admin/export.csv", query_string={"q": text})
    assert listed.text.count("\r\n") == 1  # the heading
    mine = bob.get("/conversations", query_string={"assistant_key": text})
    assert (mine.get_json() if side.name == "legacy" else mine.get_json()["items"]) == []
    assert side.rows("login_session") == before


def test_v1_2_4_a_sort_that_is_none_is_refused(side):
    ada = side.signed_in("ada")
    for sort in ("password_hash", "email; DROP TABLE user", "email,(SELECT 1)", "-"):
        answer = ada.get("/admin/users", query_string={"sort": sort})
        assert answer.status_code == (400 if side.name == "legacy" else 422)


def test_v1_2_1_a_letter_is_kept_as_it_is(side):
    letter = {"name": HOSTILE[7], "email": "x@example.test", "subject": HOSTILE[0], "body": "x"}
    assert side.stranger().post("/contact", data=letter).status_code == 302
    with side.session() as session:
        kept = session.scalars(select(ContactMessage)).one()
        assert (kept.name, kept.subject) == (HOSTILE[7], HOSTILE[0])


# Files

FILE_NAMES = [
    ("../../etc/passwd.txt", "passwd.txt"),
    ("..\\..\\evil.txt", "evil.txt"),
    ("<script>window.hit=1.txt", "<script>window.hit=1.txt"),
    ('a"; filename="evil.html.txt', 'a"; filename="evil.html.txt'),
    ("a\r\nSet-Cookie: x=y.txt", "aSet-Cookie: x=y.txt"),
    ("'; DROP TABLE attachment; --.txt", "'; DROP TABLE attachment; --.txt"),
]


def attach(person: Person | Browser, name: str, content: bytes) -> Any:
    # By hand, since a client would quote the name; so it arrives with every character of it.
    body = (
        '--x\r\nContent-Disposition: form-data; name="conversation_id"\r\n\r\n1\r\n--x\r\n'
        f"Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''{quote(name, safe='')}"
        "\r\n\r\n"
    ).encode()
    sent = body + content + b"\r\n--x--\r\n"
    content_type = "multipart/form-data; boundary=x"
    return person.call("POST", "/attachments", data=sent, content_type=content_type)


@pytest.mark.parametrize(("name", "kept"), FILE_NAMES)
def test_v5_3_2_a_hostile_file_name_names_no_path_and_no_header(side, name, kept):
    ada = side.signed_in("ada")
    made = attach(ada, name, b"hello").get_json()
    with side.session() as session:
        stored = session.get_one(Attachment, made["id"])
        assert len(stored.stored_name) == 32
        assert stored.stored_name.isalnum()
    assert made["name"] == kept
    answer = ada.get(made["url"])
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert code_of(ada.get("/chat?conversation=1").text) == []


ACTIVE = {
    "x.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "x.html": b"<script>alert(1)</script>",
    "x.xml": b"<?xml version='1.0'?><x/>",
    "x.js": b"alert(1)",
    "x.png": b"<svg onload='alert(1)'/>",
    "x.txt.exe": b"MZ",
}


@pytest.mark.parametrize("name", ACTIVE)
def test_v5_2_2_a_file_that_could_run_is_not_taken(side, name):
    ada = side.signed_in("ada")
    assert attach(ada, name, ACTIVE[name]).status_code == 415
    with side.session() as session:
        assert session.scalars(select(Attachment)).all() == []


def test_v5_4_1_markup_in_a_text_file_is_a_download_of_text(side):
    ada = side.signed_in("ada")
    made = attach(ada, "x.txt", ACTIVE["x.svg"]).get_json()
    answer = ada.get(made["url"])
    assert (answer.data, answer.mimetype) == (ACTIVE["x.svg"], "text/plain")
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# In a browser


@pytest.fixture
def served(mixture: Mixture) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, mixture.gateway, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
def test_v1_3_5_a_browser_runs_nothing_of_it(mixture, served):
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import

    program = parts.chromium()
    with mixture.session() as session:
        for number, said in enumerate(HOSTILE[:5], start=1):
            session.execute(update(Message).where(Message.id == number).values(body=said))
        session.execute(update(Conversation).values(title=HOSTILE[1]))
        session.commit()
    token = mixture.signed_in("ada").cookies()["session"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(base_url=served)
        context.add_cookies([{"name": "session", "value": token, "url": served}])
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        for _ in range(2):
            page.goto("/chat?conversation=1")
            shows_as_text(page)
            mixture.flip()
        assert complaints == []
        browser.close()


def shows_as_text(page: Any) -> None:
    for shown in ("<script>window.hit", "<svg/onload", "<img src=x"):
        page.get_by_text(shown).first.wait_for(timeout=20_000)
    active = "body [href^='javascript' i], body [href^='data' i], [onerror], [onload], main img"
    assert page.locator(active).evaluate_all("all => all.map(one => one.outerHTML)") == []
    assert page.evaluate("window.hit") is None
