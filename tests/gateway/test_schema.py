"""`gateway schema`: editors accept what the loader accepts, and mark what is plainly wrong."""

import json
import re
from pathlib import Path

import pytest

from gateway import TableError, yamltext
from gateway.cli.main import main
from gateway.loader import parse_table

ROOT = Path(__file__).parents[2]
HEAD = "backends: {legacy: a.b:app, modern: {wsgi: c:make()}}\ndefault: legacy\n"
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


@pytest.fixture(scope="module")
def schema():
    return printed()


def printed():
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr("click.echo", lines.append)  # capsys can't be had by a module's fixture
        with pytest.raises(SystemExit) as exited:
            main(["schema"])
    assert exited.value.code == 0
    return json.loads("\n".join(lines))


class Validator:
    """As much of JSON Schema as the table's schema uses; an unknown keyword is an error."""

    def __init__(self, root):
        self.root = root

    def accepts(self, schema, value) -> bool:
        return all(
            getattr(self, "_" + key.strip("$"))(schema[key], value, schema) for key in schema
        )

    def _ref(self, ref, value, _):
        return self.accepts(self.root["$defs"][ref.removeprefix("#/$defs/")], value)

    def _type(self, names, value, _):
        names = [names] if isinstance(names, str) else names
        numeric = isinstance(value, bool) and "boolean" not in names
        return not numeric and isinstance(value, tuple(_flat(TYPES[name] for name in names)))

    def _properties(self, known, value, _):
        return not isinstance(value, dict) or all(
            self.accepts(known[key], value[key]) for key in known if key in value
        )

    def _additionalProperties(self, rest, value, schema):  # noqa: N802 - the keyword's name
        if not isinstance(value, dict):
            return True
        others = [value[key] for key in value if key not in schema.get("properties", {})]
        return all(rest is not False and self.accepts(rest, other) for other in others)

    def _required(self, keys, value, _):
        return not isinstance(value, dict) or set(keys) <= set(value)

    def _anyOf(self, schemas, value, _):  # noqa: N802 - the keyword's name
        return any(self.accepts(each, value) for each in schemas)

    def _oneOf(self, schemas, value, _):  # noqa: N802 - the keyword's name
        return sum(self.accepts(each, value) for each in schemas) == 1

    def _items(self, each, value, _):
        return not isinstance(value, list) or all(self.accepts(each, item) for item in value)

    def _pattern(self, pattern, value, _):
        return not isinstance(value, str) or bool(re.search(pattern, value))

    def _propertyNames(self, each, value, _):  # noqa: N802 - the keyword's name
        return not isinstance(value, dict) or all(self.accepts(each, name) for name in value)

    def _minimum(self, least, value, _):
        return not isinstance(value, int | float) or value >= least

    def _maximum(self, most, value, _):
        return not isinstance(value, int | float) or value <= most

    def _minItems(self, least, value, _):  # noqa: N802 - the keyword's name
        return not isinstance(value, list) or len(value) >= least

    def _minProperties(self, least, value, _):  # noqa: N802 - the keyword's name
        return not isinstance(value, dict) or len(value) >= least

    def _says_nothing(self, *_):
        return True

    _title = _description = _default = _examples = _defs = _schema = _says_nothing


def _flat(types):
    for each in types:
        yield from each if isinstance(each, tuple) else (each,)


def accepts(schema, text: str) -> bool:
    return Validator(schema).accepts(schema, yamltext.read(text).value)


def loads(text: str) -> bool:
    try:
        parse_table(text.encode(), "table.yaml")
    except TableError:
        return False
    return True


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "database: a:db\n",
        "routes: {x: {path: /x, to: legacy}}\n",
        "routes: {x: {prefix: /x, to: {legacy: 87.5, modern: 12.5}, sticky: address}}\n",
        "routes: {x: {path: /x, methods: [GET, POST], host: a.org, to: modern}}\n",
        "routes: {x: {path: /x, headers: {A: b}, query: {c: d}, to: modern}}\n",
        "settings: {salt: 2026}\n",
        'settings: {salt: "2026-11", headers: false, override: {cookie: a, header: B}}\n',
    ],
)
def test_editors_accept_what_the_loader_accepts(schema, rest):
    assert loads(HEAD + rest)
    assert accepts(schema, HEAD + rest)


def test_editors_accept_the_table_of_this_repository(schema):
    assert accepts(schema, (ROOT / "routing_table.yaml").read_text())


@pytest.mark.parametrize(
    "text",
    [
        "default: legacy\n",
        "backends: {}\ndefault: legacy\n",
        "backends: {legacy: legacy}\ndefault: legacy\n",
        "backends: {le gacy: a:b}\ndefault: le gacy\n",
        "backends: {legacy: {wsgi: a:b, http: x}}\ndefault: legacy\n",
        HEAD + "colour: red\n",
        HEAD + "routes: {x: {path: /x}}\n",
        HEAD + "routes: {x: {to: legacy}}\n",
        HEAD + "routes: {x: {path: /x, prefix: /x, to: legacy}}\n",
        HEAD + "routes: {x: {path: /x, to: 3}}\n",
        HEAD + "routes: {x: {path: /x, to: {}}}\n",
        HEAD + "routes: {x: {path: /x, to: {legacy: 140, modern: -40}}}\n",
        HEAD + "routes: {x: {path: /x, to: {legacy: all}}}\n",
        HEAD + "routes: {x: {path: /x, methods: GET, to: legacy}}\n",
        HEAD + "routes: {x: {path: /x, methods: [get], to: legacy}}\n",
        HEAD + "routes: {x: {path: /x, methods: [], to: legacy}}\n",
        HEAD + "routes: {'a b': {path: /x, to: legacy}}\n",
        HEAD + "settings: {salt: true}\n",
        HEAD + "settings: {header: true}\n",
    ],
)
def test_editors_mark_what_is_plainly_wrong(schema, text):
    assert not loads(text)
    assert not accepts(schema, text)
