"""What the loader accepts, and where it says that a table is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import TableError, load_table
from gateway.loader import parse_table, revision_of

GOOD = """\
backends:
  legacy: legacy.app:app
  modern: modern:create_app()
default: legacy
database: shared_models.db:db
routes:
  login:
    path: /auth/login
    methods: [GET, POST]
    to: modern
  conversation:
    path: /conversations/<int:conversation_id>
    to: {legacy: 87.5, modern: 12.5}
    sticky: header:X-Tenant
  admin:
    prefix: /admin
    host: "*.Example.org"
    headers: {X-Beta: "1"}
    query: {new: "yes"}
    to: legacy
settings:
  salt: 2026-11
  override: {cookie: gateway_backend, header: X-Gateway-Backend}
  headers: true
"""


def faults_of(text: str | bytes):
    content = text.encode() if isinstance(text, str) else text
    with pytest.raises(TableError) as caught:
        parse_table(content, "table.yaml")
    return caught.value.faults


def only_fault(text: str | bytes):
    (fault,) = faults_of(text)
    return fault


def with_route(route: str) -> str:
    return f"backends: {{legacy: a:app, modern: b:app}}\ndefault: legacy\nroutes:\n  x: {route}\n"


def test_accepts_all_that_the_design_spells_out():
    table = parse_table(GOOD.encode(), "table.yaml")

    assert table.routes["login"].name == "login"
    assert table.routes["login"].methods == frozenset({"GET", "POST"})
    assert table.routes["login"].to.only == "modern"
    assert table.routes["conversation"].to.shares == {"legacy": 8750, "modern": 1250}
    assert table.routes["admin"].host == "*.example.org"
    assert table.settings.salt == "2026-11"
    assert table.database == "shared_models.db:db"


def test_accepts_a_backend_as_a_mapping():
    text = "backends: {legacy: {wsgi: a.b:c.d}}\ndefault: legacy\n"

    assert parse_table(text.encode(), "t").backends["legacy"].wsgi == "a.b:c.d"


def test_no_is_a_name_and_not_false():
    text = "backends: {no: a:app}\ndefault: no\nroutes: {on: {path: /, to: no}}\n"

    assert parse_table(text.encode(), "t").routes["on"].to.only == "no"


def test_load_table_reads_a_file_with_a_byte_order_mark(tmp_path):
    file = tmp_path / "table.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())

    assert load_table(file).default == "legacy"


def test_missing_file_is_named(tmp_path):
    with pytest.raises(TableError, match="There is no routing table") as caught:
        load_table(tmp_path / "none.yaml")

    assert caught.value.faults[0].file == str(tmp_path / "none.yaml")


def test_a_folder_is_no_table(tmp_path):
    with pytest.raises(TableError, match="can't be read: Is a directory"):
        load_table(tmp_path)


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("", 1, 1, "The file is empty"),
        ("# nothing\n", 1, 1, "The file is empty"),
        ("[1, 2]", 1, 1, "The file holds a list"),
        ("legacy", 1, 1, "The file holds a single value"),
        (b"backends: {}\ndefault: \xff\n", 2, 10, "The byte 0xff is not UTF-8"),
        ("backends: [\n", 2, 1, "This is not YAML"),
        ("a: 1\n---\nb: 1\n", 2, 1, "A second document starts here"),
        ("a: !!python/object:os.system x\n", 1, 4, "The tag"),
        ("a: &x 1\n", 1, 4, "Anchors and aliases are not read here"),
        ("a: *x\n", 1, 4, "Anchors and aliases are not read here"),
        ("a: {<<: {b: 1}}\n", 1, 5, "Merge keys are not read here"),
        ("? [a]\n: 1\n", 1, 3, "A key is a word here"),
        ("[" * 50, 1, 34, "nested more than 32 levels deep"),
        ("a: \x07\n", 1, 4, "is not allowed in YAML"),
        (" " * (8 * 2**20 + 1), 1, 1, "larger than 8 MiB"),
    ],
)
def test_rejects_text_that_is_no_table(text, line, column, said):
    fault = only_fault(text)

    assert (fault.line, fault.column) == (line, column)
    assert said in fault.message


@pytest.mark.parametrize(
    ("route", "said"),
    [
        (
            "{path: /a, too: legacy, to: legacy}",
            "The key 'too' is not known here. Did you mean 'to'?",
        ),
        ("{path: /a}", "the key 'to' is missing. Write who answers"),
        ("{to: legacy}", "either a path or a prefix"),
        ("{path: /a, prefix: /a, to: legacy}", "either a path or a prefix"),
        ("{path: a, to: legacy}", "does not start with a slash. Write '/a'"),
        ("{path: /a//b, to: legacy}", "can never match"),
        ("{path: /a/../b, to: legacy}", "can never match"),
        ("{path: '/a\\b', to: legacy}", "can never match"),
        ("{path: /<in:a>, to: legacy}", "uses the converter 'in', which is not one of any, float"),
        ("{path: '/<int(foo=1):a>', to: legacy}", "arguments that it does not take"),
        ("{path: /<a>/<a>, to: legacy}", "uses the variable 'a' twice"),
        ("{path: /<a, to: legacy}", "can't be read at '<a'"),
        ("{prefix: '/<path:p>', to: legacy}", "has a path converter. Write it as a path"),
        ("{path: /a, methods: GET, to: legacy}", "Write a list, such as [GET]"),
        ("{path: /a, methods: [get], to: legacy}", "The method 'get' is written 'GET'"),
        ("{path: /a, methods: [], to: legacy}", "Leave the line out to match every method"),
        (
            "{path: /a, to: modem}",
            "There is no backend 'modem'. The table names 'legacy', 'modern'",
        ),
        ("{path: /a, to: {}}", "does not say who answers"),
        ("{path: /a, to: {legacy: 60, modern: 30}}", "The weights add up to 90."),
        ("{path: /a, to: {legacy: 140, modern: -40}}", "The weight of 'legacy' is 140."),
        ("{path: /a, to: {legacy: 99.999, modern: 0.001}}", "at most two decimals"),
        ("{path: /a, to: {legacy: yes, modern: 1}}", "The weight of 'legacy' is 'yes'"),
        ("{path: /a, to: {legacy: .inf, modern: 1}}", "The weight of 'legacy' is '.inf'"),
        ("{path: /a, to: legacy, sticky: session}", "Write cookie, address or header:NAME"),
        ("{path: /a, to: legacy, host: 'a b'}", "is not a host"),
        ("{path: /a, to: legacy, headers: {'a b': x}}", "can't be the name of a header"),
        ("{path: /a, to: legacy, headers: {a: 1}}", "Write text (put it in quotes"),
        ("{path: /a, to: legacy, headers: {A-b: x, a-B: x}}", "'A-b' and 'a-B' are one header"),
        ("{path: /a, to: legacy, headers: {a: ' x'}}", "The header 'a' can never be ' x'"),
        ("{path: /a, to: legacy, headers: {a: 日}}", "The header 'a' can never be '日'"),
        ("{path: '/<int(min=x):a>', to: legacy}", "min is 'x', not a number"),
        ("3", "Write a mapping with the keys of this entry"),
    ],
)
def test_rejects_a_route_with_what_to_write_instead(route, said):
    fault = only_fault(with_route(route))

    assert said in fault.message
    assert (fault.line, fault.route) == (4, "x")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("default: legacy\n", 1, "the key 'backends' is missing"),
        ("backends: {legacy: a:app}\n", 1, "the key 'default' is missing"),
        ("backends: {}\ndefault: x\n", 1, "'backends' is empty"),
        ("backends: {legacy: app}\ndefault: legacy\n", 1, "'app' does not name an application"),
        ("backends: {le gacy: a:b}\ndefault: le gacy\n", 1, "can't be the name of a backend"),
        ("backends: {a: b:c}\ndefault: a\ncolour: red\n", 3, "The key 'colour' is not known here"),
        ("backends: {a: b:c}\n\ndefault: b\n", 3, "There is no backend 'b'"),
        ("backends: {a: b:c}\ndefault: a\ndatabase: db\n", 3, "does not name a database object"),
        ("backends: {a: b:c}\ndefault: a\nsettings: {header: 1}\n", 3, "Did you mean 'headers'?"),
    ],
)
def test_rejects_a_table_with_what_to_write_instead(text, line, said):
    assert any(said in fault.message and fault.line == line for fault in faults_of(text))


def test_a_key_that_stands_twice_names_both_places():
    text = GOOD + "routes: {}\n"

    fault = only_fault(text)

    assert fault.line == text.count("\n")
    assert "stands here again; it is first on line 6" in fault.message


def test_ties_name_both_routes_and_lines():
    text = GOOD.replace(
        "settings:", "  again: {path: /auth/login/, methods: [POST], to: legacy}\nsettings:"
    )

    fault = only_fault(text)

    assert "Route 'again' ties with route 'login' on line 7" in fault.message
    assert fault.route == "again"


def test_reports_every_fault_at_once_in_the_order_of_the_file():
    text = """\
backends: {legacy: legacy}
default: lgacy
routes:
  a: {path: x, to: legacy}
  b: {path: /b, to: nobody}
  b: {path: /b, to: legacy}
  c: {path: /c/<x>, to: legacy}
  d: {path: /c/<y>, to: legacy}
"""
    faults = faults_of(text)

    assert [fault.line for fault in faults] == [1, 2, 4, 5, 6, 8]
    assert str(TableError(faults)).count("\n") == 5


STRICTLY = b"\n...\n"
"""The end of a document: says nothing, and leaves the text before it to the strict reader."""


def outcome(content: bytes):
    try:
        return parse_table(content, "t")
    except TableError as error:
        return error.faults


def test_both_readers_give_the_same_table():
    table = parse_table(GOOD.encode(), "t")

    assert repr(table) == repr(parse_table(GOOD.encode() + STRICTLY, "t"))
    assert [route.name for route in table.routes.values()] == list(table.routes)


def test_weights_are_told_apart_by_their_type():
    text = with_route("{path: /, to: {legacy: 1, modern: 99}}\n  y: {path: /y, to: {legacy: %s}}")

    assert parse_table((text % "100").encode(), "t").routes["y"].to.only == "legacy"
    assert "The weight of 'legacy' is True" in only_fault_of(text % "true")


def only_fault_of(text: str) -> str:
    (fault,) = faults_of(text)
    return fault.message


def test_a_thousand_ties_are_a_thousand_faults():
    text = with_route("{path: /a, to: legacy}")
    text += "".join(f"  r{n}: {{path: /a, to: legacy}}\n" for n in range(1_000))

    assert len(faults_of(text)) == 1_000


def test_revision_is_a_digest_of_the_content():
    assert revision_of(b"a") == revision_of(b"a") != revision_of(b"b")
    assert len(revision_of(b"")) == 12


lines = st.sampled_from(
    ["  b: {path: /b, to: legacy}", "  b:", "    path: /b", "    path: /<int:n>", "    path: b",
     "    to: legacy", "    to: {legacy: 90, modern: 10}", "    to: {legacy: 1}", "    to: 1",
     "    methods: [GET]", "    methods:", "    - GET", "      - PUT", "    host: a.org", "",
     "    headers: {A: 'b'}", "    headers: {A: 1}", "  404:", "  c d:", "# note", "    sticky: no",
     "settings: {salt: 2026}", "settings: {salt: 1_0, headers: yes}", "  c: &x {path: /c, to: *x}"]
)  # fmt: skip


@given(st.lists(lines, max_size=9))
def test_any_table_is_the_same_to_both_readers(added):
    content = with_route("{path: /a, to: legacy}\n" + "\n".join(added)).encode()

    assert outcome(content) == outcome(content + STRICTLY)


tokens = st.sampled_from(
    ["backends:", "default:", "routes:", "legacy", " ", "\n", "  ", "to:", "{", "}", "[", "]", ":",
     "a:b", "/x", "<int:a>", "-", "#", "'", '"', "&a", "*a", "!t", "|", "100", "path:", ",", "\t"]
)  # fmt: skip


@given(st.one_of(st.lists(tokens).map("".join).map(str.encode), st.binary(max_size=200)))
def test_any_text_is_a_table_or_a_table_error_with_a_place(content):
    try:
        parse_table(content, "table.yaml")
    except TableError as error:
        lines = content.count(b"\n") + content.count(b"\r") + 2
        assert error.faults
        assert all(1 <= fault.line <= lines and fault.column >= 1 for fault in error.faults)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["path", "to", "methods", "backends", "default", "routes", "x", "prefix"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(values)
def test_any_structure_is_a_table_or_a_table_error(value):
    import yaml  # noqa: PLC0415 - only this test writes YAML

    content = yaml.safe_dump(value).encode()

    assert outcome(content)
    assert outcome(content) == outcome(content + STRICTLY)


SPOILED = {
    "path: /{n}": ["path: {n}", "path: /<in:x>", "path: /a//b", "path: 3", "path: /<int(min=a):x>"],
    "methods: [GET]": ["methods: GET", "methods: [get]", "methods: []", "method: [GET]"],
    "to: legacy": ["to: nobody", "to: {legacy: 1}", "to: {legacy: x, modern: 1}", "to: []"],
    "sticky: cookie": ["sticky: 1", "sticky: nothing", "sticki: cookie", "sticky: [cookie]"],
    "host: h{n}.org": ["host: a b", "host: [a]", "hosts: a.org"],
}


@st.composite
def spoiled_tables(draw):
    """Return a table of which one line is wrong, and the number of that line."""
    names = [f"r{n}" for n in range(draw(st.integers(1, 5)))]
    spoiled, right = draw(st.sampled_from(names)), draw(st.sampled_from([*SPOILED]))
    wrong = draw(st.sampled_from(SPOILED[right]))
    lines = ["backends: {legacy: a:app, modern: b:app}", "default: legacy", "routes:"]
    for name in names:
        fields = [wrong if (name, f) == (spoiled, right) else f for f in SPOILED]
        written = [field.replace("{n}", name) for field in draw(st.permutations(fields))]
        lines += draw(st.sampled_from([[], ["", "  # a comment: with { in it"]]))
        if draw(st.booleans()):
            lines.append(f"  {name}: {{{', '.join(written)}}}")
        else:
            lines += [f"  {name}:", *(f"    {field}" for field in written)]
    text = wrong.replace("{n}", spoiled)
    (number,) = [n for n, line in enumerate(lines, 1) if text in line]
    return draw(st.sampled_from(["\n", "\r\n"])).join([*lines, ""]), number, spoiled


@given(spoiled_tables())
def test_a_fault_stands_on_the_line_that_is_wrong(spoiled):
    text, line, route = spoiled

    assert {(fault.line, fault.route) for fault in faults_of(text)} == {(line, route)}


def routes_of(number: int, field: str) -> str:
    routes = (f"  r{n}: {{{field.replace('N', str(n))}, to: legacy}}\n" for n in range(number))
    return f"backends: {{legacy: a:app}}\ndefault: legacy\nroutes:\n{''.join(routes)}"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (routes_of(2_000, "path: /a, headers: {A: 'N', BN: '1'}"), 0),
        (routes_of(2_000, "path: /a, headers: {AN: '1'}, methods: [M-N]"), 0),
        (routes_of(2_000, "path: /a, methods: [MN]"), 0),
        (routes_of(1_000, "path: '/<string(length=1N):x>'"), 0),
        (routes_of(1_000, "path: '/<string(minlength=1N):x>'"), 999),
        (routes_of(1_000, "path: '/xN<a>'"), 0),
        (routes_of(10_000, "path: /a"), 9_999),
        ("routes:\n" + "  a: 1\n" * 20_000, 20_002),
        ("settings:\n" + "".join(f"  headers{n}: 1\n" for n in range(20_000)), 20_002),
        ("default: " + "x" * 1_000_000 + "\nbackends: {a: '" + "a." * 500_000 + "'}\n", 2),
    ],
    ids=range(10),
)
def test_a_large_table_is_judged_in_time_and_briefly(text, faults):
    try:
        parse_table(text.encode(), "table.yaml")
    except TableError as error:
        assert len(error.faults) == faults
        assert len(str(error)) < 50_000
    else:
        assert not faults
