"""What every page and every error has in common."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import legacy

STATIC = Path(legacy.__file__).parent / "static"
JSON_404 = {"error": "There is nothing here."}


class Inline(HTMLParser):
    """Collects what a Content-Security-Policy would stop."""

    def __init__(self):
        super().__init__()
        self.handlers, self.forbidden = [], []

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        self.handlers += [value for name, value in attributes if name.startswith("on")]
        if tag == "style" or "style" in names or (tag == "script" and "src" not in names):
            self.forbidden.append(tag)


def test_landing_page_greets_strangers(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "<h1>Talk to assistants that read your own material</h1>" in page.text
    assert "<title>Welcome · Conversations</title>" in page.text


def test_landing_page_sends_the_signed_in_to_their_conversations(ada):
    assert ada.get("/").location == "/chat"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/nope", 404),
        ("/conversations/x", 404),
        ("/chat", 302),
        ("/static/chat.js", 200),
    ],
)
def test_every_response_has_the_security_headers(client, path, status):
    with client.get(path) as response:
        assert response.status_code == status
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
    assert "object-src 'none'" in response.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in response.headers


@pytest.mark.parametrize("path", ["/", "/chat", "/nope", "/auth/current-user", "/conversations"])
def test_what_depends_on_the_login_is_not_stored(client, ada, path):
    assert client.get(path).headers["Cache-Control"] == "no-store"
    assert ada.get(path).headers["Cache-Control"] == "no-store"


def test_static_files_may_be_kept(client):
    with client.get("/static/legacy.css") as response:
        assert response.headers["Cache-Control"] == "no-cache"


def test_policy_allows_the_inline_handlers_of_all_pages_by_hash_and_no_others(module, ada):
    found = Inline()
    for path in ("/chat", "/settings", "/admin/", "/admin/users"):
        response = ada.get(path)
        found.feed(response.text)
    script_src = response.headers["Content-Security-Policy"].split("; ")[1].split()
    assert script_src[:3] == ["script-src", "'self'", "'unsafe-hashes'"]
    hashes = {module.csp_hash(text) for text in found.handlers}
    assert hashes == set(script_src[3:])
    assert len(hashes) == len(module.INLINE_HANDLERS)


@pytest.mark.parametrize("path", ["/", "/auth/login", "/auth/register", "/chat", "/nope"])
def test_pages_have_no_other_inline_code(ada, client, path):
    for browser in (ada, client):
        found = Inline()
        found.feed(browser.get(path, follow_redirects=True).text)
        assert found.forbidden == []


def test_script_writes_text_only():
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|\beval\b", (STATIC / "chat.js").read_text()
    )


def test_sane_request_id_is_kept(client):
    response = client.get("/", headers={"X-Request-ID": "abc-123_4.5"})
    assert response.headers["X-Request-ID"] == "abc-123_4.5"


@pytest.mark.parametrize("given", [None, "short", "x" * 65, "with space", "<script>"])
def test_other_request_ids_are_replaced(client, given):
    response = client.get("/", headers={"X-Request-ID": given} if given else {})
    assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-ID"])


@pytest.mark.parametrize("path", ["/nope", "/authentic", "/conversation", "/auth/current-users"])
def test_unknown_address_is_a_page(client, path):
    page = client.get(path)
    assert page.status_code == 404
    assert "<h1>Not Found</h1>" in page.text
    assert "<p>There is nothing here.</p>" in page.text
    assert '<a href="/chat">Back to your conversations</a>' in page.text


@pytest.mark.parametrize(
    "path",
    ["/conversations/x", "/auth/sessions/9", "/assistants/x", "/attachments/x", "/feedback/a/b"],
)
def test_unknown_address_for_programs_is_json(client, path):
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (404, "application/json")
    assert response.json == JSON_404


def test_wrong_method_names_the_right_ones(client):
    page = client.delete("/auth/login")
    assert page.status_code == 405
    assert set(page.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert "This address does not answer DELETE." in page.text


def test_wrong_method_for_programs_is_json(client):
    response = client.put("/conversations")
    assert (response.status_code, response.json) == (
        405,
        {"error": "This address does not answer PUT."},
    )


def test_large_form_is_refused(client):
    page = client.post("/auth/login", data={"email": "x" * (1024 * 1024 + 1)})
    assert page.status_code == 413
    assert "The request is too large." in page.text


def test_form_from_elsewhere_is_refused(client):
    page = client.post("/auth/login", data={"email": "ada@example.test"})
    assert page.status_code == 400
    assert "The form has expired or was sent from another site." in page.text


def test_call_from_elsewhere_is_refused(ada):
    response = ada.post("/conversations", json={"assistant_key": "guide"})
    assert response.status_code == 400
    assert response.json["error"].startswith("The form has expired or was sent from another site.")


@pytest.fixture
def crashing(app, monkeypatch):
    """An application whose database has gone away."""
    monkeypatch.setitem(app.config, "TESTING", False)

    def crash(*_args, **_options):
        raise OSError("The disk is gone.")

    monkeypatch.setattr("sqlalchemy.orm.Session.scalar", crash)


@pytest.mark.filterwarnings("default")
def test_crash_is_a_page_that_tells_nothing(ada, crashing):
    page = ada.get("/chat")
    assert page.status_code == 500
    assert "Something went wrong on our side." in page.text
    assert "disk" not in page.text


def test_crash_for_programs_is_json(ada, crashing):
    response = ada.get("/conversations")
    assert (response.status_code, response.json) == (
        500,
        {"error": "Something went wrong on our side."},
    )
