"""Cookies are kept as a browser keeps them."""

from __future__ import annotations

from gateway.parity.cookies import ANY_DOMAIN, CookieJar, SetCookie, parse_set_cookie

NOW = 1_800_000_000.0


def parse(header, path="/a/b"):
    """Read a Set-Cookie header that answers a request for /a/b."""
    return parse_set_cookie(header, request_path=path, now=NOW)


def sent(*headers, path="/", later=0, secure=False):
    """The names of the cookies that the next request carries."""
    jar = CookieJar()
    jar.store([parse(header) for header in headers], NOW)
    return dict(jar.values(path, NOW + later, secure=secure))


def test_all_attributes_are_read():
    flags = "Domain=.Example.test; Secure; HttpOnly; SameSite=lax; Max-Age=60; Partitioned"
    assert parse(f"a=b=c; Path=/x; {flags}") == SetCookie(
        "a", "b=c", "/x", "example.test", True, True, "Lax", lifetime=60, partitioned=True
    )


def test_cookie_of_the_host_and_one_of_a_domain_are_two():
    both = ["a=1; Path=/; Domain=example.test", "a=; Path=/; Max-Age=0"]
    assert sent(*both) == sent(*both[::-1]) == {"a": "1"}


def test_planted_cookie_is_replaced_by_one_of_any_domain():
    jar = CookieJar()
    jar.store([SetCookie("a", "planted", "/", ANY_DOMAIN)], NOW)
    jar.store([parse("a=1; Path=/; Domain=example.test")], NOW)
    assert jar.values("/", NOW) == [("a", "1")]


def test_expires_is_turned_into_a_lifetime():
    assert parse("a=b; Expires=Fri, 15 Jan 2027 08:01:00 GMT").lifetime == 60


def test_max_age_goes_before_expires():
    assert parse("a=b; Expires=Fri, 15 Jan 2027 08:01:00 GMT; Max-Age=5").lifetime == 5


def test_unreadable_lifetime_is_none():
    assert parse("a=b; Expires=tomorrow; Max-Age=soon").lifetime is None


def test_path_is_that_of_the_request_by_default():
    assert parse("a=b").path == "/a"
    assert parse("a=b", path="/a").path == "/"
    assert parse("a=b; Path=relative").path == "/a"


def test_cookie_is_sent_below_its_path_only():
    header = "a=b; Path=/chat"
    assert sent(header, path="/chat/1") == sent(header, path="/chat") == {"a": "b"}
    assert sent(header, path="/chatter") == sent(header, path="/") == {}


def test_longer_path_goes_first():
    jar = CookieJar()
    jar.store([parse("a=1; Path=/"), parse("a=2; Path=/x")], NOW)
    assert jar.values("/x", NOW) == [("a", "2"), ("a", "1")]


def test_cookie_ends_with_its_lifetime():
    assert sent("a=b; Path=/; Max-Age=60", later=59) == {"a": "b"}
    assert sent("a=b; Path=/; Max-Age=60", later=60) == {}


def test_cookie_is_replaced_and_removed():
    assert sent("a=1; Path=/", "a=2; Path=/") == {"a": "2"}
    assert sent("a=1; Path=/", "a=; Path=/; Max-Age=0") == {}
    assert sent("a=1; Path=/", "a=; Path=/x; Max-Age=0") == {"a": "1"}


def test_secure_cookie_needs_https():
    assert sent("a=b; Path=/; Secure") == {}
    assert sent("a=b; Path=/; Secure", secure=True) == {"a": "b"}
