"""The routes of one host, compiled to a function that finds what answers a path.

Rules are grouped by *shape*: how many segments they have, which of them are literal, and what the
others accept. A path is looked up once per shape, by the tuple of its segments at the literal
places, so the number of rules does not count, only the number of shapes that a table has. Shapes
are tried in the order of precedence: segment by segment, literal before typed converter before
string before path before prefix.

The function is generated as source, as Werkzeug does to build URLs: without loops, calls and
indices it takes a good third fewer instructions than the same written out by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from types import CodeType
from typing import Any

from werkzeug.routing import FloatConverter, UUIDConverter

from gateway.collector import no_full_collections
from gateway.paths import DOTS, is_canonical
from gateway.places import ANY_METHOD, Payload, Place, make_place
from gateway.rules import Outline, Segment
from gateway.table import Route

Find = Callable[..., Any]
Resolve = Callable[[Any, Any], Any]
Search = Callable[..., Any]
ByLiterals = dict[tuple[str, ...], list[Route]]

_KEPT_CODE = 16
_INTEGER, _TEXT = r"(?:\d+)", r"(?:[^/]{1,})"
# Texts of letters, digits, hyphens and a dot in between are canonical as they stand.
_NUMBERS = {_INTEGER, *(f"(?:{kind.regex})" for kind in (FloatConverter, UUIDConverter))}


@dataclass(frozen=True, slots=True)
class Shape:
    """All rules that are literal in the same places and alike in the others."""

    number: int
    segments: tuple[Segment, ...]
    open_ended: bool
    places: dict[tuple[str, ...], Place]

    def fits(self, length: int) -> bool:
        """Tell whether a path of so many segments can have this shape."""
        least = len(self.segments)
        return length == least or (self.open_ended and length > least)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The places of one host: those of literal paths, and the shapes in order of precedence."""

    static: dict[str, Place]
    shapes: tuple[Shape, ...]


def arrange(routes: Iterable[Route], payload: Payload, options: Any = None) -> Arrangement:
    """Put the routes of one host into places, each with the answer that `payload` makes of it."""
    with no_full_collections:
        return _arrange(routes, payload, options)


def _arrange(routes: Iterable[Route], payload: Payload, options: Any) -> Arrangement:
    static: dict[str, Place] = {}
    shapes: list[Shape] = []
    for outline, by_key in _by_precedence(routes):
        places = {key: make_place(routes, payload, options) for key, routes in by_key.items()}
        if outline.static:
            static |= _by_path(places)
        else:
            shapes.append(_shape(len(shapes), outline, places))
    return Arrangement(static, tuple(shapes))


def _by_precedence(routes: Iterable[Route]) -> Iterator[tuple[Outline, ByLiterals]]:
    by_shape: dict[str, ByLiterals] = {}
    outlines: dict[str, Outline] = {}
    for route in routes:
        outline, literals = route.rule
        outlines[outline.shape] = outline
        by_literals = by_shape.get(outline.shape)
        if by_literals is None:
            by_literals = by_shape[outline.shape] = {}
        by_literals.setdefault(literals, []).append(route)
    for outline in sorted(outlines.values(), key=attrgetter("rank", "patterns", "limits")):
        yield outline, by_shape[outline.shape]


def compile_find(arrangement: Arrangement, final: type, resolve: Resolve) -> Find:
    """Compile `find(method, path, environ=None)`: the answer for a canonical path, or None.

    An answer of the class `final` is given back at once; `resolve(answer, environ)` makes one of
    any other, or None to pass the place over.
    """
    names = {"final": final, "resolve": resolve, "static": arrangement.static.get, "default": None}
    head = [
        "def function(method, path, environ=None):",
        "    place = static(path)",
        "    if place is not None:",
        *_answering("        "),
        "    parts = path.split('/')",
    ]
    return _compiled([*head, *_search(arrangement.shapes, names)], names)


def compile_search(
    arrangement: Arrangement, final: type, resolve: Resolve, default: object, reread: Search
) -> Search:
    """Compile `search(environ, place)`: the answer for a request, or the default.

    `place` is what `literal_places` has for the path. The path is not read before it is looked up:
    a route whose variable segments are numbers, or texts that are looked at, only matches what is
    canonical as it stands. Wherever a path may not be, it is left to `reread(environ)`.
    """
    names = {
        "final": final,
        "resolve": resolve,
        "is_canonical": is_canonical,
        "dots": DOTS,
        "reread": reread,
        "default": default,
    }
    head = [
        "def function(environ, place):",
        "    method = environ['REQUEST_METHOD']",
        "    if place is not None:",
        *_answering("        "),
        "    path = environ.get('PATH_INFO', '')",
        "    parts = path.split('/')",
    ]
    return _compiled([*head, *_search(arrangement.shapes, names, unread=True)], names)


def literal_places(arrangement: Arrangement) -> dict[str, Place]:
    """Return the places of literal paths, as far as they read the same before they are decoded."""
    return {path: place for path, place in arrangement.static.items() if path.isascii()}


def _compiled(lines: Iterable[str], names: dict[str, Any]) -> Callable[..., Any]:
    exec(_code("\n".join(lines)), names)  # noqa: S102 - made of shapes, not of the table's text
    # Out of its own globals, so that an old table is freed at once and not by the collector.
    function: Callable[..., Any] = names.pop("function")
    return function


@lru_cache(_KEPT_CODE)
def _code(source: str) -> CodeType:
    """Compile a source; a table with a route flipped has the same one as before."""
    return compile(source, "<compiled routes>", "exec")


def _by_path(places: dict[tuple[str, ...], Place]) -> dict[str, Place]:
    spelled = {"".join("/" + literal for literal in key): p for key, p in places.items()}
    return spelled | {path + "/": place for path, place in spelled.items()}


def _shape(number: int, outline: Outline, places: dict[tuple[str, ...], Place]) -> Shape:
    open_ended = outline.prefix or outline.segments[-1].open_ended
    return Shape(number, outline.segments, open_ended, places)


def _search(
    shapes: tuple[Shape, ...], names: dict[str, Any], *, unread: bool = False
) -> Iterator[str]:
    """Yield the lines that search the parts of a path; what they refer to is put into `names`.

    Only numbers get from the table into the source, never its text. With `unread`, the lines see to
    it that nothing is found, or not found, by a path that may not be canonical.
    """
    if shapes:
        yield "    length = len(parts) - 1"
        yield "    if not parts[length]:"
        yield "        del parts[length]"
        yield "        length -= 1"
        longest = max(len(shape.segments) for shape in shapes)
        # Those first that most routes have.
        for length in sorted(range(longest + 1), key=lambda n: -_routes_of_length(shapes, n)):
            yield from _of_length(shapes, length, names, unread=unread)
        open_ended = [shape for shape in shapes if shape.open_ended]
        yield from _beyond(open_ended, longest, names, unread=unread)
    if unread:
        yield "    if not is_canonical(path): return reread(environ)"
    yield "    return default"


def _routes_of_length(shapes: tuple[Shape, ...], length: int) -> int:
    return sum(len(shape.places) for shape in shapes if len(shape.segments) == length)


def _of_length(
    shapes: tuple[Shape, ...], length: int, names: dict[str, Any], *, unread: bool
) -> Iterator[str]:
    fitting = [shape for shape in shapes if shape.fits(length)]
    if fitting:
        yield f"    if length == {length}:"
        yield f"        {', '.join(f'p{i}' for i in range(length + 1))}, = parts"
        for shape in fitting:
            yield from _trying(shape, length, names, unread=unread)


def _beyond(
    shapes: list[Shape], longest: int, names: dict[str, Any], *, unread: bool
) -> Iterator[str]:
    """Yield the lines for paths longer than every rule: only open-ended shapes are left."""
    if shapes:
        yield f"    if length > {longest}:"
        yield f"        {''.join(f'p{i}, ' for i in range(longest + 1))}*_ = parts"
        for shape in shapes:
            yield from _trying(shape, None, names, unread=unread)


def _trying(
    shape: Shape, length: int | None, names: dict[str, Any], *, unread: bool
) -> Iterator[str]:
    numbered = list(enumerate(shape.segments, start=1))
    key = "".join(f"p{i}, " for i, segment in numbered if segment.literal is not None)
    names[f"places{shape.number}"] = shape.places.get
    yield f"        place = places{shape.number}(({key}))"
    tests = [_test(shape, i, segment, length, names) for i, segment in numbered]
    yield f"        if {' and '.join(['place is not None', *filter(None, tests)])}:"
    if unread:
        yield f"            if {_doubt(shape, length)}: return reread(environ)"
    yield from _answering("            ", list(_refusals(shape, length, names)))


def _doubt(shape: Shape, length: int | None) -> str:
    """Return what is true of a path of this shape that may not be canonical as it stands."""
    variable = [(i, s) for i, s in enumerate(shape.segments, start=1) if s.literal is None]
    texts = [i for i, segment in variable if segment.pattern == _TEXT]
    known = len(texts) + sum(segment.pattern in _NUMBERS for _, segment in variable)
    if length != len(shape.segments) or known < len(variable):
        return "not is_canonical(path)"
    doubts = [rf"p{i} in dots or '\\' in p{i} or not p{i}.isprintable()" for i in texts]
    return " or ".join(["p0", "not path.isascii()", *doubts])


def _test(
    shape: Shape, index: int, segment: Segment, length: int | None, names: dict[str, Any]
) -> str:
    if segment.literal is not None:
        return ""
    if segment.pattern == _TEXT:
        return f"p{index}"
    if segment.pattern == _INTEGER:
        return f"p{index}.isdecimal()"
    name = f"pattern{shape.number}_{index}"
    names[name] = re.compile(segment.pattern).fullmatch
    return f"{name}({_text(index, segment, length)})"


def _text(index: int, segment: Segment, length: int | None) -> str:
    rest = segment.open_ended and length != index
    return f"'/'.join(parts[{index}:])" if rest else f"p{index}"


def _refusals(shape: Shape, length: int | None, names: dict[str, Any]) -> Iterator[str]:
    for index, segment in enumerate(shape.segments, start=1):
        if segment.refuses is not None:
            names[f"refuses{shape.number}_{index}"] = segment.refuses
            yield f"refuses{shape.number}_{index}({_text(index, segment, length)})"


def _answering(indent: str, refusals: Iterable[str] = ()) -> Iterator[str]:
    yield f"{indent}try: answer = place[method]"
    yield f"{indent}except KeyError: answer = place['{ANY_METHOD}']"
    yield f"{indent}if type(answer) is not final and answer is not None:"
    yield f"{indent}    answer = resolve(answer, environ)"
    for refusal in refusals:
        # As in Werkzeug: a number out of its range finds nothing, not the next best rule.
        yield f"{indent}if answer is not None and {refusal}: return default"
    yield f"{indent}if answer is not None: return answer"
