"""The routes of one host, arranged so that a path finds its own among thousands in a few looks.

Rules are grouped by *shape*: how many segments they have, which of them are literal, and what the
others accept. So the number of rules does not count, only the number of shapes that a table has;
and of shapes that are literal in the same places, only those that have a rule with the path's
literals there. Shapes are tried in the order of precedence: segment by segment, literal before
typed converter before string before path before prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any

from gateway.collector import no_full_collections
from gateway.places import Payload, Place, make_place
from gateway.rules import Outline, Segment
from gateway.table import Route

BEYOND = -1
"""The length of paths that are longer than every rule."""

ByLiterals = dict[tuple[str, ...], list[Route]]
Key = str | tuple[str, ...]
"""A path's literals in some of its places; where that is one place, the literal itself."""


@dataclass(frozen=True, slots=True)
class Shape:
    """All rules that are literal in the same places and alike in the others."""

    number: int
    segments: tuple[Segment, ...]
    open_ended: bool
    places: dict[tuple[str, ...], Place]

    @property
    def literals(self) -> list[int]:
        """Which segments are literal, counted from 1."""
        return [
            i for i, segment in enumerate(self.segments, start=1) if segment.literal is not None
        ]

    def fits(self, length: int) -> bool:
        """Tell whether a path of so many segments can have this shape."""
        least = len(self.segments)
        return length == least or (self.open_ended and (length > least or length == BEYOND))


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes that are tried one after the other, and the segments in which all are literal.

    `nodes` has, by a path's literals in those segments, what each shape has there: None, a Place,
    or places by the shape's other literals.
    """

    shapes: tuple[Shape, ...]
    common: tuple[int, ...]
    nodes: dict[Any, list[Any]]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The places of one host: those of literal paths, and groups of shapes by a path's length."""

    static: dict[str, Place]
    groups: Mapping[int, tuple[Group, ...]]

    @property
    def literal(self) -> dict[str, Place]:
        """The places of literal paths, as far as they read the same before they are decoded."""
        return {path: place for path, place in self.static.items() if path.isascii()}


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
            open_ended = outline.prefix or outline.segments[-1].open_ended
            shapes.append(Shape(len(shapes), outline.segments, open_ended, places))
    return Arrangement(static, dict(_by_length(shapes)))


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


def _by_path(places: dict[tuple[str, ...], Place]) -> dict[str, Place]:
    spelled = {"/".join(("", *key)): place for key, place in places.items()}
    return spelled | {path + "/": place for path, place in spelled.items()}


def _by_length(shapes: list[Shape]) -> Iterator[tuple[int, tuple[Group, ...]]]:
    """Yield the groups for each length of a path, those lengths first that most rules have."""
    rules = dict.fromkeys(range(1 + max((len(shape.segments) for shape in shapes), default=0)), 0)
    for shape in shapes:
        rules[len(shape.segments)] += len(shape.places)
    for length in [*sorted(rules, key=lambda length: -rules[length]), BEYOND]:
        fitting = [shape for shape in shapes if shape.fits(length)]
        if fitting:
            yield length, tuple(_groups(fitting))


def _groups(shapes: list[Shape]) -> Iterator[Group]:
    """Yield runs of shapes that are literal in the same place, as long as they can be."""
    together, common = [shapes[0]], set(shapes[0].literals)
    for shape in shapes[1:]:
        if not common.isdisjoint(shape.literals):
            together.append(shape)
            common.intersection_update(shape.literals)
        else:
            yield _group(together, common)
            together, common = [shape], set(shape.literals)
    yield _group(together, common)


def _group(shapes: list[Shape], common: set[int]) -> Group:
    nodes: dict[Any, list[Any]] = {}
    for index, shape in enumerate(shapes):
        shared, other = _picks(shape, common)
        for key, place in shape.places.items():
            at = shared(key)
            node = nodes.get(at)
            if node is None:
                node = nodes[at] = [None] * len(shapes)
            if other is None:
                node[index] = place
            elif node[index] is None:
                node[index] = {other(key): place}
            else:
                node[index][other(key)] = place
    return Group(tuple(shapes), tuple(sorted(common)), nodes)


def _picks(
    shape: Shape, common: set[int]
) -> tuple[Callable[[tuple[str, ...]], Key], Callable[[tuple[str, ...]], Key] | None]:
    """Return what takes out of a shape's literals those in common segments, and the others."""
    shared = [index for index, place in enumerate(shape.literals) if place in common]
    other = [index for index, place in enumerate(shape.literals) if place not in common]
    return (itemgetter(*shared) if shared else _no_literals), itemgetter(*other) if other else None


def _no_literals(_key: tuple[str, ...]) -> tuple[()]:
    return ()
