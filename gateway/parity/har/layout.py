"""Python source laid out as ruff and black leave it, whatever their line length from 88 up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

WIDTH = 88
_INDENT = "    "


@dataclass(frozen=True)
class Code:
    """An expression that stays on one line."""

    text: str


@dataclass(frozen=True)
class Group:
    """Something in brackets: a call, a dictionary, a list, a tuple."""

    start: str
    items: tuple[tuple[str, Node], ...]
    end: str


Node = Code | Group


def call(name: str, arguments: Iterable[tuple[str, Node]]) -> Group:
    """Make a call; an argument without a name stands by its place."""
    named = ((f"{key}=" if key else "", node) for key, node in arguments)
    return Group(f"{name}(", tuple(named), ")")


def tuple_of(items: Iterable[Node]) -> Group:
    """Make a tuple of two or more."""
    return Group("(", tuple(("", item) for item in items), ")")


def value(tree: Any) -> Node:
    """Make a literal of plain data; nodes in it stay what they are."""
    if isinstance(tree, Code | Group):
        return tree
    if isinstance(tree, dict):
        items = ((f"{_flat(value(name))}: ", value(item)) for name, item in tree.items())
        return Group("{", tuple(items), "}")
    if isinstance(tree, list):
        return Group("[", tuple(("", value(item)) for item in tree), "]")
    return Code(literal(tree))


def literal(plain: Any) -> str:
    """Write a plain value; texts in double quotes, unless that costs more escapes."""
    if not isinstance(plain, str | bytes):
        return repr(plain)
    letters = [plain[at : at + 1] for at in range(len(plain))]
    shown = [repr(letter).lstrip("b")[1:-1] for letter in letters]
    quote = "'" if shown.count('"') > shown.count("'") + shown.count("\\'") else '"'
    inside = "".join(f"\\{quote}" if letter == quote else letter for letter in shown)
    return f"{'b' if isinstance(plain, bytes) else ''}{quote}{inside}{quote}"


def joined(pieces: Iterable[str | Code]) -> str:
    """Write a text that is made of others: a literal, an expression, or an f-string of both."""
    found = [piece for piece in pieces if piece != ""]
    if not any(isinstance(piece, Code) for piece in found):
        return literal("".join(piece for piece in found if isinstance(piece, str)))
    if len(found) == 1 and isinstance(found[0], Code):
        return found[0].text
    return f'f"{"".join(map(_inside, found))}"'


def _inside(piece: str | Code) -> str:
    """Write a piece between the double quotes of an f-string; older Pythons allow none inside."""
    if isinstance(piece, Code):
        return "{%s}" % piece.text.replace('"', "'")  # noqa: UP031  # braces
    shown = "".join(repr(letter)[1:-1] for letter in piece)
    return shown.replace("{", "{{").replace("}", "}}").replace('"', '\\"')


def statement(prefix: str, node: Node, depth: int = 1) -> Iterator[str]:
    """Lay out a statement that begins with a prefix, such as `made = `."""
    yield from _lines(prefix, node, "", depth)


def _lines(prefix: str, node: Node, suffix: str, depth: int) -> Iterator[str]:
    line = f"{_INDENT * depth}{prefix}{_flat(node)}{suffix}"
    if isinstance(node, Code) or not node.items or len(line) <= WIDTH:
        yield line
        return
    yield f"{_INDENT * depth}{prefix}{node.start}"
    for name, item in node.items:
        # The comma at the end keeps a formatter from joining the lines again.
        yield from _lines(name, item, ",", depth + 1)
    yield f"{_INDENT * depth}{node.end}{suffix}"


def _flat(node: Node) -> str:
    if isinstance(node, Code):
        return node.text
    inside = ", ".join(f"{name}{_flat(item)}" for name, item in node.items)
    return f"{node.start}{inside}{node.end}"
