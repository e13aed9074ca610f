"""Whether a function answers with HTML or with JSON, as far as its code tells."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import FunctionType, ModuleType
from typing import Any

from gateway.doctor.sources import is_installed

_CALLS_DEEP = 4
_JSON_NAMES = frozenset({"jsonify", "dumps", "model_dump_json"})
_HTML_NAMES = frozenset({"render_template", "render_template_string", "stream_template"})
_JSON_TEXT = re.compile(r"application/([\w.-]+\+)?json")
_HTML_TEXT = re.compile(r"text/html|^\s*<\w")


def formats_of(function: Any) -> frozenset[str]:
    """Return which of HTML and JSON a function may answer with; nothing if its code does not say.

    Functions of the same project that it calls count, a few calls deep.
    """
    return frozenset(
        found for called in _with_called(inspect.unwrap(function)) for found in _formats_in(called)
    )


def _with_called(function: Any) -> Iterator[FunctionType]:
    seen: set[Any] = set()
    level = [function]
    for _ in range(_CALLS_DEEP):
        own = [each for each in level if _is_own(each) and each not in seen]
        seen |= set(own)
        yield from own
        level = [called for each in own for called in _called_in(each)]


def _is_own(function: Any) -> bool:
    return isinstance(function, FunctionType) and not is_installed(
        Path(function.__code__.co_filename)
    )


def _called_in(function: FunctionType) -> Iterator[Any]:
    for node in ast.walk(_tree(function)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield function.__globals__.get(node.func.id)
            elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                owner = function.__globals__.get(node.func.value.id)
                if isinstance(owner, ModuleType):
                    yield getattr(owner, node.func.attr, None)


def _formats_in(function: FunctionType) -> Iterator[str]:
    for node in ast.walk(_tree(function)):
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            yield from (["JSON"] if name in _JSON_NAMES else [])
            yield from (["HTML"] if name in _HTML_NAMES else [])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (["JSON"] if _JSON_TEXT.search(node.value) else [])
            yield from (["HTML"] if _HTML_TEXT.search(node.value) else [])
        elif isinstance(node, ast.Return | ast.Lambda) and _is_object(
            node.value if isinstance(node, ast.Return) else node.body
        ):
            yield "JSON"


def _is_object(returned: ast.expr | None) -> bool:
    """Tell whether Flask makes JSON of what is returned: a dict, alone or with a status."""
    body = returned.elts[0] if isinstance(returned, ast.Tuple) and returned.elts else returned
    return isinstance(body, ast.Dict) or (
        isinstance(body, ast.Call) and getattr(body.func, "id", None) == "dict"
    )


def _tree(function: FunctionType) -> ast.AST:
    try:
        return ast.parse(dedent(inspect.getsource(function)))
    except (OSError, SyntaxError, TypeError):  # made by code, or a lambda within a line
        return ast.Module([], [])
