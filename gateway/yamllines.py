"""The common layout of YAML, read line by line: fast, or not at all.

A text in this layout has one reading, the one of `gateway.yamltext`, and is read in a tenth of the
time. It is made of block mappings of `key: value`, where a value stands on its line: a bare word, a
number, a quoted text without escapes, or a flow list or mapping of such. Lists of such values may
stand below their key. Whatever else a text holds (tabs, tags, anchors, several documents, words
with blanks, a key twice, ...) makes the reader give up, and no fault is ever told from here.

Everything is a list of what is allowed, never of what is not: what nobody thought of is left to
`yamltext`. No step takes long, so other threads run meanwhile.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from gateway.yamltext import MAX_VALUES, word

_KEPT_LINES = 512  # most lines of a large table stand in it many times
_MAX_BLOCKS = 8
_MAX_BRACKETS = 16  # with the blocks around them well below yamltext.MAX_DEPTH
_BEFORE_VALUES = "\n,[{"  # at least one of them stands before each value but the first

_KEY = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"
_INNER = r"\w/.~+<>()=@$%^*&;|!-"
_WORD = rf"[\w/.~+<][{_INNER}]*(?::+[{_INNER}]+)*"
_LONE_WORD = rf"[\w/.~+<][,{_INNER}]*(?::+[,{_INNER}]+)*"  # in a flow, a comma ends a word
_SINGLE = r"'[\w !-&(-~]*'"
_DOUBLE = r'"[\w !#-\[\]-~]*"'
_FLOW = r"""[\[{][\w !"$-~]*[\]}]"""  # without '#': what follows is then looked for once only
_COMMENT = r"\#[\t -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*"

_LINE = re.compile(
    rf"""
    (?P<indent>[ ]*)
    (?:
        (?: (?P<quote>['"]?) (?P<key>{_KEY}) (?P=quote) : | (?P<item>-) )
        (?:
            [ ]+
            (?: (?P<word>{_LONE_WORD}) | (?P<text>{_SINGLE}|{_DOUBLE}) | (?P<flow>{_FLOW}) )
        )?
        (?: [ ]+ {_COMMENT} | [ ]* )
    |
        (?: {_COMMENT} )?
    )
    \r?
    """,
    re.VERBOSE,
)
_TOKEN = re.compile(
    rf"""
    (?P<mark>[\[\]{{}},]) [ ]*
    | (?P<quote>['"]?) (?P<key>{_KEY}) (?P=quote) : [ ]+
    | (?: (?P<word>{_WORD}) | (?P<text>{_SINGLE}|{_DOUBLE}) ) [ ]*
    | .
    """,
    re.VERBOSE,
)

_Line = tuple[int, str | None, Any]
"""Indentation, key (None for an item of a list), and the value that stands there, or _NOTHING."""

_NOTHING = object()


class _UncommonError(Exception):
    """The text is not in the common layout."""


def read_lines(text: str) -> dict[str, Any] | None:
    """Read a mapping in the common layout. Returns None for any other text, good or bad.

    Equal lines may give one and the same list or mapping: the value is not to be changed.
    """
    if sum(map(text.count, _BEFORE_VALUES)) >= MAX_VALUES:
        return None
    try:
        return _read(text.removeprefix("---\n"))
    except _UncommonError:
        return None


class _Blocks:
    """The mappings that are open at a line, and what a line adds to the innermost."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._mapping = self.root
        self._indent = 0
        self._around: list[tuple[int, dict[str, Any]]] = []
        self._bare: str | None = None  # the key on the line before, if it has no value there
        self._items: tuple[int, list[Any]] | None = None

    def add(self, line: _Line) -> None:
        indent, key, value = line
        if key is None:
            self._add_item(indent, value)
            return
        if indent > self._indent:
            self._open(indent)
        elif indent < self._indent:
            self._close(indent)
        if key in self._mapping:
            raise _UncommonError
        self._items = None
        if value is _NOTHING:
            self._mapping[key] = None
            self._bare = key
        else:
            self._mapping[key] = value
            self._bare = None

    def _add_item(self, indent: int, value: Any) -> None:
        if self._bare is not None and indent >= self._indent:
            self._items = indent, []
            self._mapping[self._bare] = self._items[1]
            self._bare = None
        if self._items is None or self._items[0] != indent:
            raise _UncommonError
        self._items[1].append(value)

    def _open(self, indent: int) -> None:
        if self._bare is None or len(self._around) == _MAX_BLOCKS:
            raise _UncommonError
        self._around.append((self._indent, self._mapping))
        self._mapping[self._bare] = self._mapping = {}
        self._indent = indent

    def _close(self, indent: int) -> None:
        while indent < self._indent:
            self._indent, self._mapping = self._around.pop()
        if indent != self._indent:
            raise _UncommonError


def _read(text: str) -> dict[str, Any] | None:
    blocks = _Blocks()
    read_line = lru_cache(_KEPT_LINES)(_line)
    add = blocks.add
    for line in filter(None, map(read_line, text.split("\n"))):
        add(line)
    return blocks.root or None


def _line(text: str) -> _Line | None:
    """Read one line; None is a line that says nothing."""
    found = _LINE.fullmatch(text)
    if found is None:
        raise _UncommonError
    indent, _, key, item, bare, quoted, flow = found.groups()
    if key is None and item is None:
        return None
    if bare is not None:
        return len(indent), key, word(bare)
    if quoted is not None:
        return len(indent), key, quoted[1:-1]
    if flow is not None:
        return len(indent), key, _flow(flow)
    if key is None:
        raise _UncommonError
    return len(indent), key, _NOTHING


def _flow(text: str) -> Any:
    """Read a flow list or mapping: written as JSON, its structure is JSON's."""
    if text.count("[") + text.count("{") > _MAX_BRACKETS:
        raise _UncommonError
    try:
        return _JSON.decode(",".join(map(_as_json, text.split(", "))))
    except json.JSONDecodeError as error:
        raise _UncommonError from error


@lru_cache(_KEPT_LINES)
def _as_json(text: str) -> str:
    """Write what stands between two commas as JSON; a quoted text with a comma is uncommon."""
    return " ".join(map(_token_as_json, _TOKEN.finditer(text)))


def _token_as_json(token: re.Match[str]) -> str:
    mark, _, key, bare, quoted = token.groups()
    if mark is not None:
        return mark
    if key is not None:
        return f'"{key}":'
    if bare is not None:
        meant = word(bare)
        return f'"{bare}"' if meant is bare else json.dumps(meant)
    if quoted is not None:
        return quoted if quoted[0] == '"' else json.dumps(quoted[1:-1])
    raise _UncommonError


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise _UncommonError
    return mapping


_JSON = json.JSONDecoder(object_pairs_hook=_unique)
