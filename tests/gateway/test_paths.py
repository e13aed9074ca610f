"""The one reading of a path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.paths import UnreadablePathError, canonical


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("/a/b", "/a/b"),
        ("/a/b/", "/a/b/"),
        ("", "/"),
        ("*", "/*"),
        ("/", "/"),
        ("//", "/"),
        ("//admin//users", "/admin/users"),
        ("/a/./b", "/a/b"),
        ("/a/../b", "/b"),
        ("/a/b/..", "/a/"),
        ("/a/b/.", "/a/b/"),
        ("/../../etc", "/etc"),
        ("/..", "/"),
        ("/.hidden/x", "/.hidden/x"),
        ("/a/...", "/a/..."),
        ("/a;b=c/d", "/a;b=c/d"),
        ("/a%2e%2e/b", "/a%2e%2e/b"),
        ("/caf\xc3\xa9", "/café"),
    ],
)
def test_reads(path, read):
    assert canonical(path) == read


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/a\\b", "backslash"),
        ("/a\x00b", "control character"),
        ("/a\r\nb", "control character"),
        ("/caf\xc3\xa9\x00", "control character"),
        ("/\xc2\x85", "control character"),
        ("/\xff", "not UTF-8"),
        ("/\xc0\xaf", "not UTF-8"),  # an overlong slash
        ("a/b", "does not start with a slash"),
        ("http://h/a", "does not start with a slash"),
    ],
)
def test_refuses_what_can_be_read_in_two_ways(path, said):
    with pytest.raises(UnreadablePathError, match=said):
        canonical(path)


@given(st.lists(st.sampled_from(["a", "", ".", "..", "b.c", ".d", "é"])).map("/".join))
def test_reading_twice_is_reading_once(path):
    once = canonical("/" + path.encode().decode("latin-1"))

    assert canonical(once.encode().decode("latin-1")) == once
    assert "//" not in once
    assert not {".", ".."} & set(once.split("/"))
