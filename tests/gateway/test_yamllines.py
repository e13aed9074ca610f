"""What the fast reader reads it reads as the strict one; all else it leaves alone."""

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from gateway import yamltext
from gateway.yamllines import read_lines

TABLE = """\
# Who answers which URL.
backends:
  legacy: legacy.app:app
  modern: "modern:create_app()"
default: legacy

routes:
  "on": {path: /, to: legacy}
  conversation:   # the one that moves
    path: /conversations/<int(min=1):conv_id>
    methods: [GET, PATCH]
    to: {legacy: 87.5, modern: 12.5}
  files:
    prefix: /files
    host: '*.example.org'
    methods:
    - GET
    - 'POST'
    to:
      legacy: 90
      # not more yet
      modern: 10
settings: {salt: 2026-11, override: {cookie: c, header: "X-H"}, headers: true}
"""


def strictly(text):
    """The strict reading, as a text that tells 1 from 1.0, True and '1', and one order from
    another."""
    reading = yamltext.read(text)
    assert not reading.flaws
    return repr(reading.value)


def assert_agrees(text):
    value = read_lines(text)
    if value is not None:
        assert repr(value) == strictly(text)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_table_as_the_documents_show_it_is_read(ending):
    text = TABLE.replace("\n", ending)

    assert repr(read_lines(text)) == strictly(text)


@pytest.mark.parametrize(
    "text",
    [
        "---\na: b",
        "a:\nb: ~",
        "a:\n  b:\n    c: d\ne: f",
        "a:\n- b\n- 1\nc: d",
        "a:\n    - [b, {c: d}]\n\n    - 'e, f'",
        "a: /<any(b,c):d>",
        "a: 'b: c # d'",
        "a: []\nb: {}",
        "'404': x\n200: y\nnull: z",
        'a: {"b": 1, c: null}',
        "a: é # ü → 😀",
    ],
)
def test_the_common_layout_is_read(text):
    assert repr(read_lines(text)) == strictly(text)


@pytest.mark.parametrize(
    "word",
    ["1_000", "0x10", "0o17", "0b1", "017", "1e3", "1e400", ".5", "1.", "+1", "00", "9" * 50,
     ".inf", "-.inf", ".nan", "~", "null", "nULL", "true", "TRUE", "tRUE", "yes", "no", "on",
     "2026-11", "2026-11-01", "12:30:45", "<<", "=", "1__0", "e1", "..."]
)  # fmt: skip
@pytest.mark.parametrize(
    "text", ["a: {}", "a: [{}]", "a: {{b: {}}}", "a:\n- {}", "{}: a", "a: '{}'"]
)
def test_a_word_means_the_same_to_both_readers(text, word):
    assert_agrees(text.format(word))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "[a]",
        "{a: b}",
        "a: b\na: c",
        "'a': b\na: c",
        "a: {b: c, b: d}",
        "a: b\n---\nc: d",
        "---\n---\na: b",
        "%YAML 1.2\n---\na: b",
        "a: !t b",
        "a: &b c",
        "a: *b",
        "<<: {a: b}",
        "a: {<<: {b: c}}",
        "? a\n: b",
        "a:\tb",
        "a: b c",
        "a: b\n  c",
        "a: b\n  c: d",
        "a:\n  b: c\n d: e",
        "a: |\n  b",
        "a: 'it''s'",
        'a: "b\\n"',
        "a: [b,\n  c]",
        "a: [b, c,]",
        "a: [b c]",
        "a: [1 0]",
        "a: {b}",
        "a: {b:c}",
        "a: 'b'#c",
        "a:\n- b: c",
        "a:\n-\n- b",
        "a:\n- b\n - c",
        "- a",
        " a: b",
        "a: b\rc: d",
        "a: b\x85c: d",
        "a: \x7f",
        "# \ufeff\na: b",
        "a: [" + "[" * 16 + "]" * 17,
        "".join(" " * depth + "a:\n" for depth in range(10)),
        "x" * 200 + ": a",
        "a: [" + "1, " * 1_000_000 + "1]",
    ],
)
def test_anything_else_is_left_to_the_strict_reader(text):
    assert read_lines(text) is None


pieces = st.sampled_from(
    ["a: ", "b:", "  c: ", "- ", "  - ", "\n", "\n  ", "\n    ", "# d", " #", "'e'", '"f"', "'o': ",
     "[g, h]", "{i: 1, j: k}", "{l: {m: 1}}", "[]", "{}", "---\n", "...\n", "null", "true", "no",
     "0x1", "1_0", "1e3", ".5", "-1", "<<: ", "/n/<int:o>", "p:q", "r:s()", "'it''s'", '"t\\nu"',
     "? ", "!v ", "&w ", "*w ", "| ", "> ", "\r\n", "\r", "\t", ",", ", ", "]", "}", "[", "{", " ",
     "1: ", "null: ", "[x: y]", "{z}", "{a:1}", "{'a':1}", "[a,]", "\x85", "\u2028", "\ufeff",
     "\xa0", "é", "²", "٣", "\x00", "\x7f", "%", "@", "`", "\\", "9" * 45]
)  # fmt: skip


@given(st.lists(pieces, max_size=14).map("".join))
@example("a: [1 0]")
@example("a:\n- \r\n- b")
@example("a: {b: 9 0, c: 1}")
def test_whatever_is_read_is_read_as_the_strict_reader_does(text):
    assert_agrees(text)


@given(st.lists(st.tuples(st.integers(0, len(TABLE)), st.integers(0, 2), pieces), max_size=4))
def test_a_table_with_slips_is_read_as_the_strict_reader_does(slips):
    text = TABLE
    for place, removed, piece in slips:
        text = text[:place] + piece + text[place + removed :]
    assert_agrees(text)


words = st.text(st.sampled_from("abz09_./-<>:=()"), min_size=1, max_size=8)
paths = words.map("/{}".format)
names = st.text(st.sampled_from("abz09_"), min_size=1, max_size=8)
scalars = words | st.integers() | st.booleans() | st.none() | st.floats(0, 100)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(scalars, min_size=1, max_size=3)
        | st.dictionaries(names, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(names, values, min_size=1, max_size=4), st.sampled_from([False, None]))
def test_what_a_program_writes_is_read_as_the_strict_reader_does(value, style):
    assert_agrees(yaml.safe_dump(value, sort_keys=False, default_flow_style=style))


@given(st.dictionaries(names, st.dictionaries(names, paths, min_size=1), min_size=1))
def test_a_table_that_a_program_writes_is_in_the_common_layout(value):
    text = yaml.safe_dump(value, sort_keys=False, width=1000)

    assert repr(read_lines(text)) == strictly(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: [" + "] #" * 300_000 + "\x07",
        "a: " + "'x" * 300_000,
        "a: " + "x:" * 300_000,
        "a:" + " " * 1_000_000 + "\x07",
        " " * 1_000_000 + "\x07",
        "a: [" + "]" * 1_000_000,
        "#" * 1_000_000 + "\x07",
    ],
    ids=["brackets and comments", "quotes", "colons", "blanks", "indent", "brackets", "comment"],
)
def test_long_lines_are_given_up_at_once(text):
    # A reader that went back at each character would not come back in a day.
    assert read_lines(text) is None
