"""Paths that are looked up before they are read are decided on as if they had been read first."""

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from gateway.decision import Decider
from gateway.loader import parse_table
from gateway.paths import UnreadablePathError, is_canonical, read

RULES = (
    *("/", "/a", "/a/b", "/é", "/.a", "/a/<x>", "/<x>", "/<x>/<y>", "/é/<x>", "/<int:n>"),
    *("/a/<int:n>", "/a/<int(max=7):n>/b", "/a/<float:n>", "/a/<uuid:n>", "/a/v<n>", "/*"),
    *("/a/<any(b,'.'):n>", "/<path:x>", "/a/<path:x>"),
)
PREFIXES = ("/", "/a", "/é", "/a/b")
ID = "00000000-0000-4000-8000-000000000000"
PARTS = (
    "",
    ".",
    "..",
    ".a",
    "a",
    "b",
    "7",
    "8",
    "1.5",
    "v",
    "vb",
    ID,
    "é",
    "٣",
    "a\\b",
    "a b",
    "\n",
)
# A host in the table makes the gateway read every path first.
HOST = "  host: {path: /, host: example.org, to: x}\n"

matches = st.one_of(
    *(
        st.tuples(st.just(kind), st.sampled_from(some))
        for kind, some in [("path", RULES), ("prefix", PREFIXES)]
    )
)
parts = st.lists(st.sampled_from(PARTS), max_size=5).map("/".join)
spellings = st.one_of(
    parts.map(lambda text: "/" + text.encode().decode("latin-1")),
    parts.map(lambda text: text.encode().decode("latin-1")),
    st.text(st.characters(max_codepoint=255), max_size=5).map(lambda text: "/a/" + text),
    st.sampled_from(["", "*", "/é", "/a/é", "/a/\x85", "/a/\xb2"]),
)


def decided(text: str, path_info: str) -> object:
    decider = Decider(parse_table(text.encode(), "table.yaml"))
    try:
        return decider.decide({"REQUEST_METHOD": "GET", "PATH_INFO": path_info}).route
    except UnreadablePathError as error:
        return str(error)


@settings(max_examples=500)
@given(st.lists(matches, min_size=1, max_size=6, unique=True), spellings)
@example([("path", "/é")], "/é")
@example([("path", "/a/<x>")], "/a/.")
@example([("path", "/a/<x>")], "b/a/c")
def test_a_path_is_decided_on_as_if_it_had_been_read_first(found_by, path_info):
    routes = (f'  r{i}: {{{kind}: "{rule}", to: x}}\n' for i, (kind, rule) in enumerate(found_by))
    text = f"backends: {{x: a:a}}\ndefault: x\nroutes:\n{''.join(routes)}"

    event("as it stands" if is_canonical(path_info) else "after reading")
    assert decided(text, path_info) == decided(text + HOST, path_info)


@given(spellings)
def test_what_looks_canonical_is_read_as_it_stands(path_info):
    if is_canonical(path_info):
        assert read(path_info) == path_info


def test_a_plain_path_looks_canonical():
    assert is_canonical("/conversations/42/a-b_c.d;e=f g~")


@pytest.mark.parametrize(
    "path_info", ["/a/../b", "/a//b", "/.", "/a\\b", "/a\x7f", "/\xc3\xa9", "a", "*", ""]
)
def test_a_path_that_may_have_another_reading_does_not(path_info):
    assert not is_canonical(path_info)
