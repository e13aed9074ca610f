"""Werkzeug's rule syntax, read into segments: what a route's `path` and `prefix` mean.

The weights are Werkzeug's (`werkzeug.routing.rules.Rule._parse_rule`): whoever copies a rule from
`@app.route` gets the precedence that the application's own router gives it. One thing is added:
what accepts some strings only comes before a string that accepts all (`narrow`). Where Werkzeug
would still go by the order of registration, routes tie (`gateway.ties`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from werkzeug.routing import BaseConverter
from werkzeug.routing.converters import NumberConverter

from gateway.converters import PLAIN_STRING, ConverterError, Piece, atoms, converter, example
from gateway.languages import NEVER, Atom, Language, Words, is_canonical
from gateway.languages import example as find_example

_PART = re.compile(
    r"""
    (?P<static>[^<>]+)
    | <
      (?:(?P<converter>[A-Za-z_]\w*)(?:\((?P<arguments>.*?)\))?:)?
      (?P<variable>[A-Za-z_]\w*)
      >
    """,
    re.VERBOSE | re.DOTALL,
)
_LITERAL_RANK = (0,)
_PREFIX_RANK = (2,)
_LONGEST = 8_000
"""Characters of a path: what servers read of an address at least (RFC 9110 §4.1)."""
_UNREAD = frozenset({"", ".", ".."})
_VARIABLE = re.compile(r"<[^<>]*>")
_PIECE = re.compile(rf"/|{_VARIABLE.pattern}|[^/<]+|<")
_SLASH = Words(("/",))
_OTHER = str.maketrans("x10", "~76")  # what samples are made of, and others of its kinds
_KEPT_RULES = 64  # a route is checked and then keeps its rule
_KEPT_OUTLINES = 1_024  # many routes share one


class RuleError(ValueError):
    """A path or prefix that can't be read; the message is a full sentence."""


class Segment(NamedTuple):
    """One part of a rule: a literal, a pattern for one segment, or one for all that follow.

    `rank` orders segments that stand in the same place: the lower one is more specific. `refuses`
    tells of a text that fits the pattern whether it is out of the converter's `limits` (digits,
    minimum, maximum); Werkzeug then finds nothing at all. `atoms` says what the pattern does.
    """

    literal: str | None
    pattern: str
    rank: tuple[Any, ...]
    example: str
    atoms: tuple[Atom, ...]
    open_ended: bool = False
    limits: str = ""
    refuses: Callable[[str], bool] | None = None


class Outline(NamedTuple):
    """A rule without its literals: what it shares with all rules of its shape.

    `rank` orders rules; `patterns` and `limits` are those of the variable segments. `place` is the
    rank, which two rules that tie have in common, `shape` is all of these, which rules have that
    are tried together; texts, since a table's size times they are hashed.
    """

    segments: tuple[Segment, ...]
    prefix: bool
    rank: tuple[Any, ...]
    patterns: tuple[str, ...]
    limits: tuple[str, ...]
    place: str
    shape: str

    @property
    def static(self) -> bool:
        """Whether the literals are all there is."""
        return not self.patterns and not self.prefix


class Rule(NamedTuple):
    """A path, or a prefix to which everything below belongs too: an outline and its literals."""

    outline: Outline
    literals: tuple[str, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The parts of the rule, one after the other."""
        literals = iter(self.literals)
        return tuple(
            segment if segment.literal is None else _literal(next(literals))
            for segment in self.outline.segments
        )

    @property
    def language(self) -> Language:
        """The paths that fit the rule, those out of a number's limits too."""
        atoms = (atom for segment in self.segments for atom in (_SLASH, *segment.atoms))
        return Language(tuple(atoms), self.outline.prefix)


@lru_cache(_KEPT_RULES)
def parse_path(path: str) -> Rule:
    """Read a path in Werkzeug's rule syntax. A slash at the end means nothing here."""
    return _rule("path", path)


@lru_cache(_KEPT_RULES)
def parse_prefix(prefix: str) -> Rule:
    """Read a prefix: the path itself and everything below it. `/` is everything."""
    rule = _rule("prefix", prefix)
    if any(segment.open_ended for segment in rule.outline.segments):
        raise RuleError(f"The prefix {prefix!r} has a path converter. Write it as a path.")
    return rule


def sample(rule: Rule) -> str:
    """Return a path that a rule matches."""
    return "/" + "/".join(segment.example for segment in rule.segments)


def samples(rule: Rule) -> Iterator[str]:
    """Yield several such paths, as unlike as they can easily be; a few may not fit."""
    first = sample(rule)
    yield from dict.fromkeys((first, first.translate(_OTHER)))
    if rule.outline.prefix or (rule.segments and rule.segments[-1].open_ended):
        yield first.rstrip("/") + "/~/~"


def _segments(kind: str, text: str) -> list[str]:
    if len(text) > _LONGEST:
        raise RuleError(
            f"The {kind} that begins with {text[:30]!r} has {len(text):,} characters. Write one of"
            f" {_LONGEST:,} at most."
        )
    if not text.startswith("/"):
        raise RuleError(f"The {kind} {text!r} does not start with a slash. Write '/{text}'.")
    parts = _split(text)[1:]
    if parts[-1] == "":
        parts.pop()
    if not _UNREAD.isdisjoint(parts) or _has_unread_character(text):
        raise RuleError(
            f"The {kind} {text!r} can never match: the gateway reads a request's path without"
            " double slashes, dot segments, backslashes and control characters."
        )
    return parts


def _split(text: str) -> list[str]:
    if "(" not in text:
        return text.split("/")
    # A slash inside <...>, as in any('a/b'), is part of the converter's arguments.
    parts = [""]
    for piece in _PIECE.findall(text):
        if piece == "/":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _has_unread_character(text: str) -> bool:
    if text.isprintable() and "\\" not in text:
        return False
    return NEVER.search(_VARIABLE.sub("", text)) is not None


def _rule(kind: str, text: str) -> Rule:
    parts = _segments(kind, text)
    if "<" not in text and ">" not in text:
        return Rule(_outline(kind, ("",) * len(parts)), tuple(parts))
    variable = tuple([part if "<" in part or ">" in part else "" for part in parts])
    try:
        end, literals = _layout(variable)
        # Behind a path converter there are no literals: what follows is part of its pattern.
        outline = _outline(kind, variable[:end] + tuple(parts[end:]))
    except (RuleError, ConverterError) as error:
        raise RuleError(f"The {kind} {text!r} {error}") from error
    return Rule(outline, literals(parts))


@lru_cache(_KEPT_OUTLINES)
def _layout(variable: tuple[str, ...]) -> tuple[int, Callable[[list[str]], tuple[str, ...]]]:
    """Return where a path converter begins, and what takes the literals before it out of parts."""
    beyond = (place for place, text in enumerate(variable) if text and _part(text).segment is None)
    end = next(beyond, len(variable))
    places = [place for place in range(end) if not variable[place]]
    if len(places) > 1:
        return end, itemgetter(*places)
    return end, lambda parts: tuple([parts[place] for place in places])


@lru_cache(_KEPT_OUTLINES)
def _outline(kind: str, texts: tuple[str, ...]) -> Outline:
    """Put the parts of a rule together; the text of a literal is left out of it.

    Raises RuleError with the end of a sentence that starts with the path.
    """
    parts = list(map(_part, texts))
    _check_variables(parts)
    ends = next((i for i, part in enumerate(parts) if part.segment is None), len(parts))
    segments = [part.segment for part in parts[:ends] if part.segment is not None]
    if ends < len(parts):
        segments.append(_open_ended([part.pieces for part in parts[ends:]]))
    variable = [segment for segment in segments if segment.literal is None]
    rank = [segment.rank for segment in segments] + [_PREFIX_RANK] * (kind == "prefix")
    patterns = tuple(segment.pattern for segment in variable)
    limits = tuple(segment.limits for segment in variable)
    return Outline(
        tuple(segments),
        prefix=kind == "prefix",
        rank=tuple(rank),
        patterns=patterns,
        limits=limits,
        place=repr(rank),
        shape=repr((rank, patterns, limits)),
    )


def _check_variables(parts: list[_Part]) -> None:
    seen: set[str] = set()
    for variable in (variable for part in parts for variable in part.variables):
        if variable in seen:
            raise RuleError(f"uses the variable {variable!r} twice.")
        seen.add(variable)


class _Part(NamedTuple):
    """What stands between two slashes; `segment` is None where a converter reads beyond."""

    pieces: tuple[Piece, ...]
    variables: tuple[str, ...]
    segment: Segment | None


@lru_cache(_KEPT_OUTLINES)
def _part(text: str) -> _Part:
    if "<" not in text and ">" not in text:
        return _Part((text,), (), _literal(text))
    pieces, variables = _pieces(text)
    isolating = all(isinstance(piece, str) or piece.part_isolating for piece in pieces)
    return _Part(pieces, variables, _segment(pieces) if isolating else None)


def _literal(text: str) -> Segment:
    return Segment(text, re.escape(text), _LITERAL_RANK, text, (Words((text,)),))


def _pieces(text: str) -> tuple[tuple[Piece, ...], tuple[str, ...]]:
    pieces: list[Piece] = []
    variables: list[str] = []
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            raise RuleError(
                f"can't be read at {text[position:]!r}. Variables are written <name> or"
                " <converter:name>."
            )
        if found["static"]:
            pieces.append(found["static"])
        else:
            pieces.append(converter(found["converter"] or "string", found["arguments"] or ""))
            variables.append(found["variable"])
        position = found.end()
    return tuple(pieces), tuple(variables)


def _segment(pieces: tuple[Piece, ...]) -> Segment:
    limits, refuses = _limits(pieces)
    accepted = tuple(map(_within_segment, _atoms(pieces)))
    return Segment(
        None,
        _pattern(pieces),
        _rank(pieces),
        _example(["".join(map(example, pieces))], accepted),
        accepted,
        limits=limits,
        refuses=refuses,
    )


def _open_ended(parts: list[tuple[Piece, ...]]) -> Segment:
    joined = tuple(piece for part in parts for piece in ("/", *part))[1:]
    limits, refuses = _limits(joined)
    accepted = _atoms(joined)
    return Segment(
        None,
        "/".join(map(_pattern, parts)),
        _rank(tuple(piece for part in parts for piece in part)),
        _example("".join(map(example, joined)).split("/"), accepted),
        accepted,
        open_ended=True,
        limits=limits,
        refuses=refuses,
    )


def _atoms(pieces: tuple[Piece, ...]) -> tuple[Atom, ...]:
    return tuple(atom for piece in pieces for atom in atoms(piece))


def _within_segment(atom: Atom) -> Atom:
    """Leave out what an `any` accepts, but a request never has between two slashes."""
    return Words(tuple(t for t in atom.texts if "/" not in t)) if isinstance(atom, Words) else atom


def _example(texts: list[str], accepted: tuple[Atom, ...]) -> str:
    """Return the texts as a path, or another example where a request's path can't hold them."""
    if all(map(is_canonical, texts)):
        return "/".join(texts)
    found = find_example([Language((_SLASH, *accepted))])
    if found is None:
        raise RuleError("can never match: no text that fits can stand in a request's path.")
    return found[1:]


def _pattern(pieces: tuple[Piece, ...]) -> str:
    return "".join(
        re.escape(piece) if isinstance(piece, str) else f"(?:{piece.regex})" for piece in pieces
    )


def _limits(pieces: tuple[Piece, ...]) -> tuple[str, Callable[[str], bool] | None]:
    converters = [piece for piece in pieces if isinstance(piece, BaseConverter)]
    limits = [
        (converter.fixed_digits, converter.min, converter.max)
        if isinstance(converter, NumberConverter)
        else (0, None, None)
        for converter in converters
    ]
    if all(limit == (0, None, None) for limit in limits):
        return "", None
    groups = re.compile(
        "".join(re.escape(p) if isinstance(p, str) else f"({p.regex})" for p in pieces)
    )

    def refuses(text: str) -> bool:
        found = groups.fullmatch(text)
        try:
            for converter, value in zip(converters, found.groups() if found else (), strict=True):
                converter.to_python(value)
        except ValueError:
            return True
        return False

    return repr(limits), refuses


def _rank(pieces: tuple[Piece, ...]) -> tuple[Any, ...]:
    texts = [piece for piece in pieces if isinstance(piece, str)]
    converters = [piece for piece in pieces if isinstance(piece, BaseConverter)]
    narrow = tuple(converter.regex == PLAIN_STRING for converter in converters)
    return (
        1,
        -len(texts),
        tuple((index, -len(text)) for index, text in enumerate(texts)),
        -len(converters),
        tuple(converter.weight for converter in converters),
        narrow,
    )
