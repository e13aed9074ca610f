import logging

import pytest

from modern.conversation.service import ConversationService
from modern.errors import JSON_PREFIXES
from tests.modern.conftest import token_in


def problem(answer):
    assert answer.content_type == "application/problem+json"
    body = answer.json
    assert body.pop("request_id") == answer.headers["X-Request-ID"]
    return body


def test_an_unknown_page_is_a_page(client):
    answer = client.get("/nowhere")

    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "<h1>Not Found</h1>" in answer.text
    assert "<p>There is nothing here.</p>" in answer.text
    assert '<a class="button" href="/chat">Back to your conversations</a>' in answer.text


@pytest.mark.parametrize("prefix", JSON_PREFIXES)
def test_an_unknown_address_for_programs_is_a_problem(client, prefix):
    assert problem(client.get(f"{prefix}/no/where")) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing here.",
        "code": "not_found",
        "errors": [],
    }


@pytest.mark.parametrize("path", ["/admin/users/1/approve", "/admin/users/1/no/where"])
def test_what_is_done_to_a_user_is_for_programs(client, path):
    assert client.get(path).mimetype == "application/problem+json"


@pytest.mark.parametrize("path", ["/admin/users/create/x", "/admin/users/x1", "/chat/message"])
def test_what_is_beside_it_is_for_people(client, path):
    assert client.get(path).mimetype == "text/html"


def test_a_name_that_only_begins_like_a_prefix_is_a_page(client):
    assert client.get("/conversationsque").mimetype == "text/html"


@pytest.mark.parametrize(
    "path",
    [
        "/conversations",
        "/conversations/1",
        "/conversations/1/messages",
        "/auth/current-user",
        "/auth/sessions",
    ],
)
def test_a_program_that_is_not_signed_in_is_told_so(client, path):
    body = problem(client.get(path))

    assert (body["status"], body["code"], body["detail"]) == (
        401,
        "unauthenticated",
        "Sign in to continue.",
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/conversations"),
        ("POST", "/conversations/fresh"),
        ("PATCH", "/conversations/1"),
        ("DELETE", "/conversations/1"),
        ("DELETE", "/auth/sessions"),
    ],
)
def test_an_unsafe_call_needs_token_and_login(client, ada, method, path):
    for caller in (client, ada):
        body = problem(caller.open(path, method=method))
        assert (body["status"], body["code"]) == (400, "csrf")
        assert body["detail"].startswith("The form has expired or was sent from another site.")
    assert client.call(method, path).status_code == 401


def test_a_method_that_is_not_known_here_is_refused_with_the_known_ones(ada):
    answer = ada.call("PUT", "/conversations/1")

    assert problem(answer)["detail"] == "This address does not answer PUT."
    assert set(answer.headers["Allow"].split(", ")) == {
        "DELETE",
        "GET",
        "HEAD",
        "OPTIONS",
        "PATCH",
    }


def test_a_page_says_which_method_it_does_not_answer(client):
    answer = client.get("/auth/logout")

    assert answer.status_code == 405
    assert "<p>This address does not answer GET.</p>" in answer.text


def test_a_request_that_is_too_large_is_refused(ada):
    answer = ada.call("POST", "/conversations", data=b"x" * (2**20 + 1), content_type="text/plain")

    assert (problem(answer)["code"], answer.status_code) == ("too_large", 413)


def test_a_form_that_is_too_large_is_refused(client):
    answer = client.submit("/auth/register", display_name="x" * (2**20 + 1))

    assert answer.status_code == 413
    assert "The request is too large." in answer.text


def test_field_errors_say_where_and_what(ada):
    answer = ada.call("POST", "/conversations", json={"assistant_key": "nobody"})

    assert problem(answer)["errors"] == [
        {
            "loc": ["assistant_key"],
            "msg": "There is no assistant with this key.",
            "type": "unknown_assistant",
        }
    ]


@pytest.fixture
def broken(build, monkeypatch):
    """An application with a bug, as production would answer it."""
    # A bug can't be asked for from outside.
    for name in ("list_page", "get_owned"):
        monkeypatch.setattr(ConversationService, name, lambda *_: 1 / 0)
    return build(environment="development")


def test_a_bug_is_a_problem_that_tells_nothing(broken, caplog):
    client = broken.test_client()
    client.login()
    with caplog.at_level(logging.CRITICAL):
        answer = client.get("/conversations")

    body = problem(answer)
    assert (body["status"], body["code"]) == (500, "internal")
    assert body["detail"] == "Something went wrong on our side."
    assert "ZeroDivision" not in answer.text


def test_a_bug_on_a_page_is_a_page_that_still_knows_who_looks(broken, caplog):
    client = broken.test_client()
    client.login()
    with caplog.at_level(logging.CRITICAL):
        answer = client.get("/chat?conversation=1")

    assert answer.status_code == 500
    assert "<h1>Internal Server Error</h1>" in answer.text
    assert "Ada Lovelace" in answer.text
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_lost_database_is_a_page_too(build, tmp_path, caplog):
    client = build(
        environment="development", database_url=f"sqlite:///{tmp_path}/no/app.db"
    ).test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "token"
    with caplog.at_level(logging.CRITICAL):
        answer = client.get("/chat")

    assert answer.status_code == 500
    assert "Something went wrong on our side." in answer.text


def test_head_and_options_are_answered(ada):
    assert ada.head("/conversations").status_code == 200
    assert "POST" in ada.options("/conversations").headers["Allow"]


def test_a_token_of_another_browser_is_refused(app, ada):
    stolen = token_in(app.test_client().get("/auth/login"))

    assert ada.post("/auth/logout", data={"csrf_token": stolen}).status_code == 400
