"""An edit changes who answers one route, and not one byte beside that value."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.editor import EditError, edit
from gateway.loader import TableError, parse_table
from gateway.table import COHORTS, Split
from gateway.yamltext import scalar

HEAD = "backends: {legacy: a:a, modern: b:b, '1': c:c}\ndefault: legacy\nroutes:\n"


def split(**percent: float) -> Split:
    return Split(shares={name: round(share * 100) for name, share in percent.items()})


LEGACY, MODERN, TENTH = split(legacy=100), split(modern=100), split(legacy=90, modern=10)
FINE = split(modern=12.25, legacy=87.75)
THREE = split(legacy=90, modern=5, **{"1": 5})


def edited(route: str, to: Split) -> str:
    return edit((HEAD + route).encode(), "table.yaml", "x", to).decode().removeprefix(HEAD)


@pytest.mark.parametrize(
    ("before", "to", "after"),
    [
        ("legacy", MODERN, "modern"),
        ("legacy  # the old one", TENTH, "{legacy: 90, modern: 10}  # the old one"),
        ("'legacy'", MODERN, "'modern'"),
        ('"legacy"', TENTH, '{"legacy": 90, "modern": 10}'),
        ("{legacy: 90, modern: 10}", LEGACY, "legacy"),
        ("{legacy: 90, modern: 10}", FINE, "{legacy: 87.75, modern: 12.25}"),
        ("{legacy: 90.0, modern: 10}", THREE, '{legacy: 90, modern: 5, "1": 5}'),
        ("{ 'legacy' : 90.0 ,modern: 10 }", FINE, "{ 'legacy' : 87.75 ,modern: 12.25 }"),
        ("{ legacy: 90.0, modern: 10.0 }", TENTH, "{ legacy: 90.0, modern: 10.0 }"),
        ("{legacy: 90, modern: 10}# c", MODERN, "modern # c"),
        ("legacy", split(**{"1": 100}), '"1"'),
    ],
)
def test_only_the_value_changes_on_its_line(before, to, after):
    assert edited(f"  x: \n    path: /x\n    to: {before}\n", to) == (
        f"  x: \n    path: /x\n    to: {after}\n"
    )


def test_a_block_mapping_keeps_lines_and_comments_when_its_backends_stay():
    route = (
        "  x:\n    to:  # who\n      legacy: 90   # most\n      # inner\n      modern: 10\n"
        "    path: /x\n"
    )

    assert edited(route, FINE) == route.replace("90", "87.75").replace(": 10", ": 12.25")


def test_a_block_mapping_that_becomes_a_name_keeps_its_comments():
    route = (
        "  x:\n    to:  # who\n      legacy: 90   # most\n      # inner\n      modern: 10   # few\n"
        "    path: /x\n"
    )

    assert edited(route, MODERN) == (
        "  x:\n    to:  # who\n      modern   # most\n      # inner\n      # few\n    path: /x\n"
    )


def test_a_flow_mapping_over_several_lines_keeps_its_comments_and_what_follows():
    route = "  x: {to: {legacy: 90,  # most\n      # inner\n    modern: 10}, path: /x}\n"

    assert edited(route, MODERN) == "  x: {to: modern  # most\n      # inner\n    , path: /x}\n"


def test_a_block_scalar_becomes_a_plain_one():
    route = "  x:\n    to: |-  # old\n      legacy\n\n    path: /x\n"

    assert edited(route, MODERN) == "  x:\n    to: modern  # old\n\n    path: /x\n"


def test_a_table_in_json_stays_json():
    route = '{"x": {"to":"legacy","path":"/x"}}\n'.replace("{", "  {", 1)

    assert edited(route, MODERN) == route.replace('"legacy"', '"modern"')


def test_a_plain_word_does_not_stick_to_the_colon_before_it():
    assert edited('  x: {"to":{legacy: 90, modern: 10},"path":"/x"}\n', MODERN) == (
        '  x: {"to": modern,"path":"/x"}\n'
    )


def test_text_before_the_value_may_hold_any_characters():
    route = "  # é😀\u2028\n  x: {query: {A: '😀'}, path: /x,\n    to: legacy}\n"

    assert edited(route, MODERN) == route.replace("to: legacy", "to: modern")


@pytest.mark.parametrize("marks", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf"])
def test_byte_order_marks_stay(marks):
    content = marks + (
        b"{routes: {x: {path: /x, to: legacy}}, backends: {legacy: a:a, modern: b:b},"
        b" default: legacy}"
    )

    assert edit(content, "t", "x", MODERN) == content.replace(b"to: legacy", b"to: modern")


def test_a_table_with_faults_is_not_edited():
    with pytest.raises(TableError, match="There is no backend 'nobody'"):
        edited("  x: {path: /x, to: legacy}\n  y: {path: /y, to: nobody}\n", MODERN)


def test_an_edit_that_would_leave_faults_is_refused_as_our_bug():
    with pytest.raises(EditError, match=r"would have left a bad table: .*no backend 'nobody'"):
        edited("  x: {path: /x, to: legacy}\n", split(nobody=100))


def test_an_edit_that_would_say_something_else_is_refused_as_our_bug():
    with pytest.raises(EditError, match=r"would have changed more of table\.yaml than that"):
        edited("  x: {path: /x, to: legacy}\n", split(modern=90))


NAMES = ["legacy", "modern", "1", "true", "1e3", "no", "2026-11-23", "a.b-c_d"]
names = st.sampled_from(NAMES)
comments = st.sampled_from(["# why", "#", "# é😀", "# to: modern", "# {legacy: 90}", "# '", '# "'])
maybe_comment = st.just("") | comments.map("  {}".format)
line_ends = st.sampled_from(["\n", "\r\n"])
comment_line = st.just("") | comments.map("      {}\n".format) | st.just("\n")
START, END = "\x02", "\x03"


@st.composite
def splits(draw):
    chosen = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    cuts = [draw(st.integers(0, COHORTS)) for _ in chosen[1:]]
    edges = [0, *sorted(cuts), COHORTS]
    return Split(shares={n: b - a for n, a, b in zip(chosen, edges, edges[1:], strict=False)})


def weight(share: int) -> str:
    return f"{share / 100:g}"


@st.composite
def quoted(draw, name):
    return draw(st.sampled_from([scalar(name), f"'{name}'", f'"{name}"']))


@st.composite
def flow_values(draw, to):
    """A value that may stand anywhere, also in a flow mapping."""
    if len(to.shares) == 1:
        return START + draw(quoted(next(iter(to.shares)))) + END
    line = f",{draw(maybe_comment)}\n{draw(comment_line)}        "
    between = draw(st.sampled_from([", ", line]))
    pairs = between.join([f"{draw(quoted(n))}: {weight(s)}" for n, s in to.shares.items()])
    end = draw(st.sampled_from(["", " ", "  # last\n        "]))
    return f"{START}{{{pairs}{end}}}{END}"


@st.composite
def block_values(draw, to):
    """A value that begins on a line of its own, or as a block scalar."""
    if len(to.shares) > 1:
        pairs = [f"{draw(quoted(n))}: {weight(s)}" for n, s in to.shares.items()]
        between = f"{draw(maybe_comment)}\n{draw(comment_line)}        "
        return f"{draw(maybe_comment)}\n        {START}{between.join(pairs)}{END}"
    (name,) = to.shares
    if draw(st.booleans()):
        return f"{draw(maybe_comment)}\n        {START}{draw(quoted(name))}{END}"
    mark = draw(st.sampled_from(["|-", ">-"]))
    return f" {START}{mark}{draw(maybe_comment)}\n        {name}{END}"


@st.composite
def routes(draw, name):
    to = draw(splits())
    path = f"/{name}"
    if draw(st.booleans()):
        value = draw(flow_values(to))
        pairs = draw(st.permutations([f"path: {path}", f'"to": {value}', "sticky: address"]))
        return f"  {name}: {{{', '.join(pairs)}}}{draw(maybe_comment)}\n{draw(comment_line)}"
    value = draw(flow_values(to).map(" {}".format) | block_values(to))
    key = draw(st.sampled_from(["to", "'to'", "? to\n     "]))
    lines = draw(st.permutations([f"path: {path}", f"{key}:{value}", "query: {X: '😀 # {'}"]))
    return f"  {name}:\n" + "".join(draw(comment_line) + draw(ended(line)) for line in lines)


@st.composite
def ended(draw, line):
    literal = f"{START}|" in line or f"{START}>" in line  # a comment behind it would belong to it
    return f"     {line}{'' if literal else draw(maybe_comment)}\n"


@st.composite
def tables(draw):
    """A table in any style, as the text before a route's value, the value, and the text after."""
    count = draw(st.integers(1, 4))
    chosen = draw(st.integers(0, count - 1))
    texts = [draw(routes(f"r{i}")) for i in range(count)]
    others = [re.sub(f"[{START}{END}]", "", t) if i != chosen else t for i, t in enumerate(texts)]
    backends = "".join(f"  '{name}': a:a  # é\n" for name in NAMES)
    text = f"backends:\n{backends}default: legacy\nroutes:\n{''.join(others)}"
    before, value, after = re.split(f"[{START}{END}]", text.replace("\n", draw(line_ends)))
    return f"r{chosen}", draw(st.sampled_from(["", "\ufeff"])) + before, value, after


@given(tables(), splits())
def test_in_any_style_only_the_split_of_the_route_changes(table, to):
    name, before, value, after = table
    content = (before + value + after).encode()
    old = parse_table(content, "table.yaml")

    new = edit(content, "table.yaml", name, to)

    text, parsed = new.decode(), parse_table(new, "table.yaml")
    assert parsed.routes[name].to == to
    assert {**parsed.routes, name: None} == {**old.routes, name: None}
    assert text.startswith(before)
    assert text.endswith(after)
    assert text.count("\n") - text.count("\r\n") in {0, text.count("\n")}
    written = text[len(before) : len(text) - len(after)]
    assert re.findall("#[^\r\n]*", value) == re.findall("#[^\r\n]*", written)


@given(tables(), splits())
def test_an_edit_to_what_it_is_already_changes_nothing(table, to):
    name, before, value, after = table
    once = edit((before + value + after).encode(), "table.yaml", name, to)

    assert edit(once, "table.yaml", name, to) == once
