"""Whether a function answers with HTML or with JSON, as far as its code tells."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from textwrap import dedent
from types import CodeType, FunctionType
from typing import Any

from gateway.doctor.objects import is_own
from gateway.doctor.reach import reach

_NAMES = {
    "jsonify": "JSON",
    "render_template": "HTML",
    "render_template_string": "HTML",
    "stream_template": "HTML",
}
_TEXTS = {
    "JSON": re.compile(r"application/([\w.-]+\+)?json"),
    "HTML": re.compile(r"text/html|^\s*<\w"),
}


def formats_of(function: Any) -> frozenset[str]:
    """Return which of HTML and JSON a function may answer with; nothing if its code does not say.

    What it calls counts too, as far as that is the applications' own code.
    """
    return frozenset(_formats(inspect.unwrap(function)))


def _formats(function: Any) -> Iterator[str]:
    functions = [function]
    for use in reach([function]):
        if found := _NAMES.get(use.name.rpartition(".")[2]):
            yield found
        functions.append(use.value)
    for each in functions:
        if type(each) is FunctionType and is_own(each.__code__.co_filename):
            yield from _said_in(each.__code__)
            yield from ["JSON"] if _returns_an_object(each) else []


def _said_in(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield from (kind for kind, text in _TEXTS.items() if text.search(constant))
        elif isinstance(constant, tuple):
            yield from (k for k, text in _TEXTS.items() for c in constant if text.search(str(c)))
        elif isinstance(constant, CodeType):
            yield from _said_in(constant)


def _returns_an_object(function: FunctionType) -> bool:
    """Tell whether Flask makes JSON of what is returned: a dict, alone or with a status."""
    try:
        tree = ast.parse(dedent(inspect.getsource(function)))
    except (OSError, SyntaxError, TypeError):  # made by code, or a lambda within a line
        return False
    returned = (
        node.body if isinstance(node, ast.Lambda) else node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Return | ast.Lambda)
    )
    return any(map(_is_object, returned))


def _is_object(returned: ast.expr | None) -> bool:
    body = returned.elts[0] if isinstance(returned, ast.Tuple) and returned.elts else returned
    made = isinstance(body, ast.Call) and getattr(body.func, "id", None) == "dict"
    return made or isinstance(body, ast.Dict)
