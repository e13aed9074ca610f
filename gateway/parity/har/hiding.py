"""Writes texts of a recording as Python with every known secret replaced by a variable.

What is replaced stands for the same characters, so a text means what it meant, however often
a secret occurs in it. A secret of fewer than eight letters and digits may be part of a word by
chance, and is known between other signs only; one of fewer than four only in its own field.
"""

from __future__ import annotations

import ast
import json
import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from gateway.parity.har.archive import HarError
from gateway.parity.har.layout import Code, joined
from gateway.parity.har.names import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.parity.har.variables import Variables

_SHORTEST = 4
_STRONG = 8
_NO_SECRET = {"true", "false", "null", "none", "True", "False", "None"}
IN_SEGMENT = ":@!$&'()*+,;=~"
_SAFE = ("", "/", IN_SEGMENT, f"/%{IN_SEGMENT}")


class Hiding:
    """The secrets of a session: those that are known, and the variables of those in use."""

    def __init__(self, known: Mapping[str, str], variables: Variables) -> None:
        self._variables = variables
        self._known = dict(_spellings(known))
        spelled = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_expression, spelled)) or r"(?!)")
        self._strong = [value for value in spelled if _is_strong(value)]
        self.used: dict[str, str] = {}
        self.files: dict[bytes, str] = {}

    def variable(self, name: str, value: str) -> str:
        """Give the variable for a secret; one value has one, whatever field it is in."""
        if value not in self.used:
            wanted = "_".join(words_of(name)) or "secret"
            self.used[value] = self._variables.new(self.name(wanted, "secret"), "secret")
        return self.used[value]

    def file(self, name: str, content: bytes) -> str:
        """Give the variable for bytes that no one can look into."""
        if content not in self.files:
            wanted = "_".join(words_of(name)) or "content"
            self.files[content] = self._variables.new(self.name(wanted, "content"), "content")
        return self.files[content]

    def known(self, value: str) -> str | None:
        """Give the name of a value that is a secret as a whole."""
        return self._known.get(value)

    def name(self, name: str, otherwise: str) -> str:
        """Give a name that the recording gave, or another one if it shows a secret."""
        return otherwise if self.shows(name) else name

    def shows(self, text: str) -> bool:
        """Tell whether a text shows a secret."""
        return bool(self._pattern.search(text))

    def pieces(self, text: str) -> Iterator[str | Code]:
        """Take a text apart into secrets, as code, and what is between them."""
        end = 0
        for found in self._pattern.finditer(text):
            yield text[end : found.start()]
            yield Code(self.variable(self._known[found.group()], found.group()))
            end = found.end()
        yield text[end:]

    def code(self, text: str) -> Code:
        """Write a text."""
        return Code(joined(self.pieces(text)))

    def check(self, source: str) -> None:
        """Raise HarError if a secret stands in a file that is about to be written."""
        shown = next((value for value in self._strong if value in source), None)
        found = (self._pattern.search(text) for text in _constants(source))
        shown = shown or next((match.group() for match in found if match), None)
        if shown is not None:
            name = self._known[shown]
            raise HarError(
                f"The value of {name!r} would stand in the test, though it is a secret, so nothing"
                f" is written. Record the session again with another {name}."
            )


def _spellings(known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give each secret as it is, and as it is written in addresses, JSON and pages."""
    hunted = {v: n for v, n in known.items() if len(v) >= _SHORTEST and v not in _NO_SECRET}
    for value, name in hunted.items():
        encoded = value.encode("utf-8", "replace")
        spelled = {
            *(quote(encoded, safe=safe) for safe in _SAFE),
            quote_plus(encoded),
            *(json.dumps(value, ensure_ascii=only)[1:-1] for only in (True, False)),
            *(escape(value, quote=quoted) for quoted in (True, False)),
        }
        yield from ((other, f"{name}_encoded") for other in sorted(spelled) if other not in hunted)
    yield from hunted.items()


def _is_strong(value: str) -> bool:
    return len(value) >= _STRONG or not value.isalnum()


def _expression(value: str) -> str:
    return re.escape(value) if _is_strong(value) else rf"(?<!\w){re.escape(value)}(?!\w)"


def _constants(source: str) -> list[str]:
    """Give all texts and numbers of a file but its first one, its docstring, which is ours."""
    found = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    texts = (v.decode(errors="replace") if isinstance(v, bytes) else str(v) for v in found)
    return list(texts)[1:]
