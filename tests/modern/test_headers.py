import pytest

from modern.headers import SECURITY_HEADERS

ANSWERS = [
    "/",
    "/chat",
    "/auth/login",
    "/conversations",
    "/conversations/1",
    "/conversations/999",
    "/nowhere",
    "/assets/css/app.css",
    "/assets/nothing",
]


@pytest.mark.parametrize("path", ANSWERS)
@pytest.mark.parametrize("who", ["client", "ada"])
def test_every_answer_has_the_security_headers(request, who, path):
    with request.getfixturevalue(who).get(path) as answer:
        carried = {name: answer.headers.get(name) for name in SECURITY_HEADERS}

    assert carried == SECURITY_HEADERS
    assert "Strict-Transport-Security" not in answer.headers


def test_scripts_and_styles_come_from_this_site_only(client):
    policy = client.get("/").headers["Content-Security-Policy"]

    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_in_public_browsers_are_told_to_insist_on_https(build):
    client = build(environment="production", secret_key="x" * 32).test_client()

    for path in ("/", "/nowhere"):
        assert client.get(path).headers["Strict-Transport-Security"] == "max-age=31536000"


def test_in_public_the_session_cookie_is_secure(build):
    client = build(environment="production", secret_key="x" * 32).test_client()

    assert "; Secure;" in client.get("/auth/login").headers["Set-Cookie"]


@pytest.mark.parametrize("path", ["/", "/chat", "/conversations", "/nowhere", "/auth/current-user"])
def test_what_depends_on_the_login_is_not_stored(ada, path):
    assert ada.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("given", ["abcdefgh", "A.b_c-1234", "x" * 64])
def test_a_sane_request_id_is_kept(client, given):
    assert client.get("/", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["short", "x" * 65, "white space", "<script>", "ünïcödé-id"])
def test_another_request_id_is_replaced(client, given):
    fresh = client.get("/", headers={"X-Request-ID": given}).headers["X-Request-ID"]

    assert fresh != given
    assert len(fresh) == 32
