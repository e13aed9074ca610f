"""The routes of one host, compiled to a function that finds what answers a path.

The function is generated as source, as Werkzeug does to build URLs: without loops, calls and
indices it takes a good third fewer instructions than the same written out by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from types import CodeType
from typing import Any

from werkzeug.routing import FloatConverter, UUIDConverter

from gateway.paths import DOTS, is_canonical
from gateway.places import ANY_METHOD
from gateway.rules import Segment
from gateway.shapes import BEYOND, Arrangement, Group, Shape

Find = Callable[..., Any]
Search = Callable[..., Any]
Resolve = Callable[[Any, Any], Any]

_KEPT_CODE = 16
# Whether the slash at the end has been taken off; asked only of what still seems to end in one.
_SHORTENED = "size <= path.count('/')"
_INTEGER, _TEXT = r"(?:\d+)", r"(?:[^/]{1,})"
# Texts of letters, digits, hyphens and a dot in between are canonical as they stand.
_NUMBERS = {_INTEGER, *(f"(?:{kind.regex})" for kind in (FloatConverter, UUIDConverter))}


def compile_find(arrangement: Arrangement, final: type, resolve: Resolve) -> Find:
    """Compile `find(method, path, environ=None)`: the answer for a canonical path, or None.

    An answer of the class `final` is given back at once; `resolve(answer, environ)` makes one of
    any other, or None to pass the place over.
    """
    writer = _Writer(unread=False, final=final, resolve=resolve, default=None)
    writer.names["static"] = arrangement.static.get
    head = [
        "def function(method, path, environ=None):",
        "    place = static(path)",
        "    if place is not None:",
        *_answering("        ", "place"),
    ]
    return writer.compiled(head, arrangement)


def compile_search(
    arrangement: Arrangement, final: type, resolve: Resolve, default: object, reread: Search
) -> Search:
    """Compile `search(environ, place)`: the answer for a request, or the default.

    `place` is what the arrangement's `literal` has for the path. The path is not read before it is
    looked up: a route whose variable segments are numbers, or texts that are looked at, only
    matches what is canonical as it stands. Wherever a path may not be, it is left to
    `reread(environ)`.
    """
    writer = _Writer(unread=True, final=final, resolve=resolve, default=default)
    writer.names |= {"is_canonical": is_canonical, "dots": DOTS, "reread": reread}
    head = [
        "def function(environ, place):",
        "    method = environ['REQUEST_METHOD']",
        "    if place is not None:",
        *_answering("        ", "place"),
        "    try: path = environ['PATH_INFO']",
        "    except KeyError: path = ''",
    ]
    return writer.compiled(head, arrangement)


@lru_cache(_KEPT_CODE)
def _code(source: str) -> CodeType:
    """Compile a source; a table with a route flipped has the same one as before."""
    return compile(source, "<compiled routes>", "exec")


class _Writer:
    """Writes the lines that search the parts of a path, and keeps what they refer to by name.

    Only numbers get from the table into the source, never its text. If the path is `unread`, the
    lines see to it that it finds nothing, and misses nothing, that it may not when it is read.
    """

    def __init__(self, *, unread: bool, **names: Any) -> None:
        self._unread = unread
        self.names = names

    def compiled(self, head: Iterable[str], arrangement: Arrangement) -> Callable[..., Any]:
        source = "\n".join([*head, *self._search(arrangement)])
        exec(_code(source), self.names)  # noqa: S102 - made of shapes, not of the table's text
        # Out of its own globals, so that an old table is freed at once and not by the collector.
        function: Callable[..., Any] = self.names.pop("function")
        return function

    def _search(self, arrangement: Arrangement) -> Iterator[str]:
        if arrangement.groups:
            yield "    parts = path.split('/')"
            yield "    size = len(parts)"  # one more than there are segments
            yield "    while True:"
            longest = max(arrangement.groups)
            for index, (length, groups) in enumerate(arrangement.groups.items()):
                fits = f"size > {longest + 1}" if length == BEYOND else f"size == {length + 1}"
                yield f"        {'elif' if index else 'if'} {fits}:"
                yield from self._of_length(length, longest, groups)
            # One slash at the end is no segment more.
            yield f"        if parts[-1] or {_SHORTENED} or not path: break"
            yield "        del parts[-1]"
            yield "        size -= 1"
        if self._unread:
            yield "    if not is_canonical(path): return reread(environ)"
        yield "    return default"

    def _of_length(self, length: int, longest: int, groups: tuple[Group, ...]) -> Iterator[str]:
        if length == BEYOND:
            yield f"            {''.join(f'p{i}, ' for i in range(longest + 1))}*_, last = parts"
            yield f"            if last or {_SHORTENED}:"
        else:
            yield f"            {''.join(f'p{i}, ' for i in range(length + 1))}= parts"
            yield f"            if p{length} or {_SHORTENED}:"
        for index, group in enumerate(groups):
            name = f"nodes{length if length != BEYOND else 'beyond'}_{index}"
            self.names[name] = group.nodes.get
            places = [f"n{i}" for i in range(len(group.shapes))]
            yield f"                node = {name}({_key(group.common)})"
            yield "                if node is not None:"
            yield f"                    {', '.join(places)}, = node"
            for place, shape in zip(places, group.shapes, strict=True):
                yield from self._trying(place, shape, group, length)
        yield "                break"

    def _trying(self, place: str, shape: Shape, group: Group, length: int) -> Iterator[str]:
        indent = " " * 20
        others = [place for place in shape.literals if place not in group.common]
        if others:
            yield f"{indent}if {place} is not None:"
            indent += " " * 4
            yield f"{indent}{place} = {place}.get({_key(others)})"
        numbered = list(enumerate(shape.segments, start=1))
        tests = [self._test(shape, i, segment, length) for i, segment in numbered]
        yield f"{indent}if {' and '.join([f'{place} is not None', *filter(None, tests)])}:"
        indent += " " * 4
        if self._unread:
            yield f"{indent}if {_doubt(shape, length)}: return reread(environ)"
        yield from _answering(indent, place, self._refusals(shape, length))

    def _test(self, shape: Shape, index: int, segment: Segment, length: int) -> str:
        if segment.literal is not None:
            return ""
        if segment.pattern == _TEXT:
            return f"p{index}"
        if segment.pattern == _INTEGER:
            return f"p{index}.isdecimal()"
        name = f"pattern{shape.number}_{index}"
        self.names[name] = re.compile(segment.pattern).fullmatch
        return f"{name}({_text(index, segment, length)})"

    def _refusals(self, shape: Shape, length: int) -> Iterator[str]:
        for index, segment in enumerate(shape.segments, start=1):
            if segment.refuses is not None:
                self.names[f"refuses{shape.number}_{index}"] = segment.refuses
                yield f"refuses{shape.number}_{index}({_text(index, segment, length)})"


def _key(places: Iterable[int]) -> str:
    """Return the expression for a path's literals in some places, as `shapes.Key` has them."""
    parts = [f"p{place}" for place in places]
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def _text(index: int, segment: Segment, length: int) -> str:
    rest = segment.open_ended and length != index
    return f"'/'.join(parts[{index}:])" if rest else f"p{index}"


def _doubt(shape: Shape, length: int) -> str:
    """Return what is true of a path of this shape that may not be canonical as it stands."""
    variable = [(i, s) for i, s in enumerate(shape.segments, start=1) if s.literal is None]
    texts = [i for i, segment in variable if segment.pattern == _TEXT]
    known = len(texts) + sum(segment.pattern in _NUMBERS for _, segment in variable)
    if length != len(shape.segments) or known < len(variable):
        return "not is_canonical(path)"
    doubts = [rf"p{i} in dots or '\\' in p{i} or not p{i}.isprintable()" for i in texts]
    return " or ".join(["p0", "not path.isascii()", *doubts])


def _answering(indent: str, name: str, refusals: Iterable[str] = ()) -> Iterator[str]:
    """Yield the lines that return what answers at the place of that name, if anything does."""
    yield f"{indent}try: {name} = {name}[method]"
    yield f"{indent}except KeyError: {name} = {name}['{ANY_METHOD}']"
    yield f"{indent}if type({name}) is not final and {name} is not None:"
    yield f"{indent}    {name} = resolve({name}, environ)"
    for refusal in refusals:
        # As in Werkzeug: a number out of its range finds nothing, not the next best rule.
        yield f"{indent}if {name} is not None and {refusal}: return default"
    yield f"{indent}if {name} is not None: return {name}"
