import pytest

from tests.modern.conftest import TOKEN

PAGES = ["/", "/auth/login", "/auth/register", "/nowhere"]


def test_strangers_are_welcomed(client):
    answer = client.get("/")

    assert answer.status_code == 200
    assert "<h1>Talk to assistants that read your own material</h1>" in answer.text
    assert "<title>Welcome · Conversations</title>" in answer.text


def test_who_is_signed_in_starts_with_the_conversations(ada):
    assert ada.get("/").location == "/chat"


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_offered_to_sign_in_or_register(client, path):
    page = client.get(path).text

    assert '<a href="/auth/login">Sign in</a>' in page
    assert "Sign out" not in page


@pytest.mark.parametrize("path", ["/chat", "/nowhere"])
def test_who_is_signed_in_sees_their_name_and_the_way_out(ada, path):
    page = ada.get(path).text

    assert "Ada Lovelace" in page
    assert "Sign out" in page


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_no_inline_script_or_style(client, path):
    page = client.get(path).text

    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page


def test_chat_opens_a_fresh_conversation_once(ada):
    pages = [ada.get("/chat").text for _ in range(2)]

    assert all('data-conversation-id="8"' in page for page in pages)
    assert '<h1 id="conversation-title">New conversation</h1>' in pages[0]


def test_chat_shows_the_conversation_that_is_asked_for(ada):
    page = ada.get("/chat?conversation=1").text

    assert 'data-conversation-id="1" data-default-assistant="guide"' in page
    assert '<h1 id="conversation-title">Notes on the Analytical Engine</h1>' in page


@pytest.mark.parametrize("wanted", ["6", "999", "0", "-1", "x", "", "1.0", str(2**63), "9" * 5000])
def test_chat_with_a_missing_or_foreign_conversation_is_a_missing_page(ada, wanted):
    answer = ada.get(f"/chat?conversation={wanted}")

    assert answer.status_code == 404
    assert "<h1>Not Found</h1>" in answer.text


def test_chat_needs_a_login_and_leads_back(client):
    answer = client.get("/chat?conversation=1")

    assert answer.location == "/auth/login?next=/chat%3Fconversation%3D1"
    assert client.login(next="/chat?conversation=1").location == "/chat?conversation=1"


def test_a_title_is_text_and_not_markup(ada):
    title = "<script>alert(1)</script>"
    made = ada.call("POST", "/conversations", json={"title": title, "assistant_key": "guide"})

    page = ada.get(f"/chat?conversation={made.json['id']}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_script_of_the_page_gets_a_good_token(ada):
    page = ada.get("/chat").text

    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    answer = ada.delete("/auth/sessions", headers={"X-CSRFToken": token})
    assert answer.status_code == 200
    assert TOKEN.search(page)


@pytest.mark.parametrize("name", ["css/app.css", "js/main.js", "icon.svg"])
def test_static_files_lie_below_assets(client, name):
    with client.get(f"/assets/{name}") as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-cache"
