"""Who answers, why, and what the gateway adds to the response."""

import pytest

from gateway import override
from gateway.decision import Decider, Deciding
from gateway.loader import parse_table
from gateway.paths import UnreadablePathError

KEY = "a key for overrides"
TABLE = """\
backends: {legacy: a:a, modern: b:b}
default: legacy
routes:
  fixed: {path: /fixed, to: modern}
  cookie: {path: /cookie, to: {legacy: 50, modern: 50}}
  other: {path: /other, to: {legacy: 50, modern: 50}}
  address: {path: /address, to: {legacy: 50, modern: 50}, sticky: address}
  tenant: {path: /tenant, to: {legacy: 50, modern: 50}, sticky: "header:X-Tenant"}
  off: {path: /off, to: {legacy: 100, modern: 0}}
settings:
  override: {cookie: gateway_backend, header: X-Gateway-Backend}
"""


def deciding(table: str = TABLE, key: str = KEY, now: float = 1000.0):
    decider = Decider(
        parse_table(table.encode(), "table.yaml"),
        Deciding(override_key=key, now=lambda: now, new_subject=lambda: "new-subject"),
    )

    def at(path: str, **environ: str):
        return decider.decide({"REQUEST_METHOD": "GET", "PATH_INFO": path, **environ})

    return at


decide = deciding()


def test_a_route_names_backend_and_reason():
    decision = decide("/fixed")

    assert (decision.backend, decision.route, decision.reason) == ("modern", "fixed", "route")
    assert decision.headers == [("X-Gateway-Backend", "modern"), ("X-Gateway-Route", "fixed")]


def test_default_answers_what_no_route_names():
    decision = decide("/none")

    assert (decision.backend, decision.route, decision.reason) == ("legacy", None, "default")
    assert decision.headers == [("X-Gateway-Backend", "legacy")]


def test_headers_can_be_switched_off():
    quiet = deciding(TABLE + "  headers: false\n")

    assert quiet("/fixed").headers == []


def test_a_split_with_all_weight_on_one_side_is_a_plain_route():
    decision = decide("/off")

    assert (decision.backend, decision.reason) == ("legacy", "route")
    assert all(name != "Set-Cookie" for name, _ in decision.headers)


def test_a_new_visitor_of_a_split_gets_a_cookie():
    headers = dict(decide("/cookie", **{"wsgi.url_scheme": "https"}).headers)
    name, *flags = headers["Set-Cookie"].split("; ")

    assert name == "gateway_cohort=new-subject"
    assert {"Secure", "HttpOnly", "Max-Age=31536000", "Path=/", "SameSite=Lax"} < set(flags)


def test_the_cookie_is_secure_only_under_https():
    assert "Secure" not in dict(decide("/cookie").headers)["Set-Cookie"]


@pytest.mark.parametrize(
    ("path", "environ"),
    [
        ("/fixed", {}),
        ("/none", {}),
        ("/off", {}),
        ("/address", {"REMOTE_ADDR": "10.0.0.1"}),
        ("/address", {}),
        ("/tenant", {"HTTP_X_TENANT": "a"}),
        ("/tenant", {}),
        ("/cookie", {"HTTP_COOKIE": "gateway_cohort=known"}),
        ("/cookie", {"HTTP_X_GATEWAY_BACKEND": override.sign(KEY, "modern", expires=2000)}),
    ],
)
def test_where_no_split_needs_a_cookie_none_is_set(path, environ):
    assert "Set-Cookie" not in dict(decide(path, **environ).headers)


@pytest.mark.parametrize("value", ["", "x" * 65, '""'])
def test_a_cookie_that_is_no_subject_is_set_anew(value):
    cookie = dict(decide("/cookie", HTTP_COOKIE=f"gateway_cohort={value}").headers)["Set-Cookie"]

    assert cookie.startswith("gateway_cohort=new-subject; ")


def test_subjects_are_drawn_from_a_large_space():
    decider = Decider(parse_table(TABLE.encode(), "table.yaml"))
    asked = [{"REQUEST_METHOD": "GET", "PATH_INFO": "/cookie"} for _ in range(100)]
    cookies = {dict(decider.decide(environ).headers)["Set-Cookie"] for environ in asked}

    assert len(cookies) == 100
    assert all(len(cookie.partition(";")[0]) > len("gateway_cohort=") + 20 for cookie in cookies)


@pytest.mark.parametrize("sticky", ["cookie", "address", "header:X-Tenant"])
@pytest.mark.parametrize(
    ("weights", "backend"), [("100, modern: 0", "legacy"), ("0, modern: 100", "modern")]
)
def test_zero_moves_everybody_at_once_whatever_holds_them(sticky, weights, backend):
    text = TABLE.replace("sticky: address", f'sticky: "{sticky}"')
    before = deciding(text)
    after = deciding(text.replace("legacy: 50, modern: 50", f"legacy: {weights}"))

    for subject in map(str, range(40)):
        known = {"HTTP_COOKIE": f"gateway_cohort={subject}", "REMOTE_ADDR": subject}
        known["HTTP_X_TENANT"] = subject
        assert before("/address", **known).reason == "split"
        assert after("/address", **known).backend == backend


def test_another_default_moves_nobody():
    other = deciding(TABLE.replace("default: legacy", "default: modern"))

    for subject in map(str, range(40)):
        known = {"HTTP_COOKIE": f"gateway_cohort={subject}"}
        assert decide("/cookie", **known).backend == other("/cookie", **known).backend


def test_another_salt_moves_some():
    other = deciding(TABLE.replace("settings:", 'settings:\n  salt: "2026-11"'))
    known = [{"HTTP_COOKIE": f"gateway_cohort={subject}"} for subject in range(40)]
    moved = [decide("/cookie", **k).backend != other("/cookie", **k).backend for k in known]

    assert 0 < sum(moved) < 40


def test_a_known_visitor_gets_no_cookie_and_the_same_answer_on_every_route():
    for subject in range(30):
        cookie = f"x=1; gateway_cohort={subject}"
        one = decide("/cookie", HTTP_COOKIE=cookie)
        other = decide("/other", HTTP_COOKIE=cookie)

        assert one.reason == other.reason == "split"
        assert one.backend == other.backend
        assert len(one.headers) == 2


@pytest.mark.parametrize(
    ("path", "key"), [("/address", "REMOTE_ADDR"), ("/tenant", "HTTP_X_TENANT")]
)
def test_address_and_header_are_subjects(path, key):
    backends = {decide(path, **{key: str(subject)}).backend for subject in range(30)}

    assert backends == {"legacy", "modern"}
    assert decide(path, **{key: "7"}).backend == decide(path, **{key: "7"}).backend


def test_without_a_subject_the_default_answers():
    assert decide("/tenant").backend == "legacy"


SEVERAL = """\
backends: {legacy: a:a, modern: b:b}
default: legacy
routes:
  home: {path: /, to: modern}
  chat: {path: /chat, to: modern}
  repository: {path: /<user>/<name>, methods: [GET], to: legacy}
  file: {path: "/files/<path:name>", to: legacy}
  readme: {path: /files/read/me, to: modern}
  api: {prefix: /api, to: legacy}
  users: {path: /api/v1/users, to: modern}
"""


@pytest.mark.parametrize(
    "path",
    [
        "/x/..",  # home, or the repository '..' of the user 'x'
        "/files/../chat",
        "/files/x/../read/me",
        "/files/read//me",  # a file's name may hold two slashes
        "/api/../chat",
        "/x/y/../../../chat",  # chat, or a place that no route names
        "/chat/.",
    ],
)
@pytest.mark.parametrize("host", ["", "  host: {path: /, host: example.org, to: legacy}\n"])
def test_a_path_that_two_routes_read_is_refused(path, host):
    with pytest.raises(UnreadablePathError, match="can be read in two ways"):
        deciding(SEVERAL + host)(path)


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("//", "home"),
        ("//chat", "chat"),
        ("/chat//", "chat"),
        ("//x//y", "repository"),
        ("/files/a//b/../c", "file"),
        ("//files/https://example.org/./x", "file"),
        ("//files//read/me", "readme"),
        ("/api//v1//users", "users"),
        ("/api/v1/./x", "api"),
        ("/a/b/../../c", None),
        ("/chat/../nothing", None),
    ],
)
@pytest.mark.parametrize("host", ["", "  host: {path: /, host: example.org, to: legacy}\n"])
def test_a_path_that_one_route_reads_is_its(path, route, host):
    at = deciding(SEVERAL + host)

    assert at(path).route == route


def test_a_signed_override_wins_over_route_and_split():
    token = override.sign(KEY, "modern", expires=2000)

    by_header = decide("/none", HTTP_X_GATEWAY_BACKEND=token)
    by_cookie = decide("/cookie", HTTP_COOKIE=f"gateway_backend={token}")

    assert (by_header.backend, by_header.reason, by_header.route) == ("modern", "override", None)
    assert (by_cookie.backend, by_cookie.reason, by_cookie.route) == (
        "modern",
        "override",
        "cookie",
    )


@pytest.mark.parametrize(
    "token",
    [
        override.sign(KEY, "modern", expires=1000),
        override.sign("another key of mine", "modern", expires=2000),
        override.sign(KEY, "nobody", expires=2000),
        "modern",
        "",
    ],
    ids=["expired", "other key", "no such backend", "unsigned", "empty"],
)
def test_an_override_that_is_not_right_is_ignored(token):
    assert decide("/none", HTTP_X_GATEWAY_BACKEND=token).reason == "default"


def test_without_a_key_there_are_no_overrides():
    token = override.sign(KEY, "modern", expires=2000)
    decision = deciding(key="")("/none", HTTP_X_GATEWAY_BACKEND=token)

    assert decision.reason == "default"


def test_a_short_key_signs_nothing():
    with pytest.raises(ValueError, match="The override key has 5 characters"):
        override.sign("short", "modern", expires=2000)
