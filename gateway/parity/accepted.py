"""Differences that are intended: each pins what control says and what candidate says.

An accepted difference *translates*: where both sides are exactly what it says, the places it
names are rewritten in candidate's answer to what control says, and the rest is compared as
strictly as ever. It hides nothing: a third value on either side is a difference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from gateway.parity.canonical import Answer, Body
from gateway.parity.matching import member
from gateway.parity.patterns import Context, Findings, Path, Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.parity.canonical import Tree


_NO_RESPONSE = Context(0)


@dataclass(frozen=True)
class Operation:
    """A method and a path that were requested."""

    method: str
    path: str


@dataclass(frozen=True)
class Scope:
    """The operations that an entry applies to; None stands for all methods, or all paths."""

    methods: frozenset[str] | None = None
    path: re.Pattern[str] | None = None

    def covers(self, operation: Operation) -> bool:
        """Tell whether an operation is one of these."""
        return (self.methods is None or operation.method in self.methods) and (
            self.path is None or self.path.fullmatch(operation.path) is not None
        )


@dataclass(frozen=True)
class Pinned:
    """What an entry says of one side; a header that is pinned to None must be absent."""

    status: Pattern | None = None
    headers: Mapping[str, Pattern | None] = field(default_factory=dict)
    json: Pattern | None = None
    page: Pattern | None = None
    no_body: bool = False
    json_value: Pattern | None = None
    rows: Mapping[str, Pattern] = field(default_factory=dict)
    outbound: Mapping[str, Pattern] = field(default_factory=dict)

    @cached_property
    def places(self) -> frozenset[str]:
        """Name the places of the response that are pinned."""
        found = {f"header {name}" for name in self.headers}
        if self.status is not None:
            found.add("status")
        if self.json is not None or self.page is not None or self.no_body:
            found.add("body")
        return frozenset(found)

    def matches(self, answer: Answer, context: Context, found: Findings) -> bool:
        """Tell whether an answer is what is pinned."""
        return (
            (self.status is None or self.status.match(answer.status, (), context, found))
            and all(
                _header_matches(pattern, answer.headers.get(name), context, found)
                for name, pattern in self.headers.items()
            )
            and (not self.no_body or answer.body.kind == "none")
            and (self.page is None or _page_matches(self.page, answer.body, context, found))
            and (
                self.json is None
                or (
                    answer.body.kind == "json"
                    and self.json.match(answer.body.value, (), context, found)
                )
            )
        )


def _page_matches(pattern: Pattern, body: Body, context: Context, found: Findings) -> bool:
    if body.page is None:
        return False
    said = {"title": body.page.title, "text": " ".join(body.page.text)}
    return pattern.match(said, (), context, found)


def _header_matches(
    pattern: Pattern | None, value: str | None, context: Context, found: Findings
) -> bool:
    if pattern is None or value is None:
        return pattern is None and value is None
    return pattern.match(value, (), context, found)


@dataclass(frozen=True)
class AcceptedDifference:
    """One intended difference: where, what on either side, why, whose, until when."""

    id: str
    where: tuple[Scope, ...]
    control: Pinned
    candidate: Pinned
    reason: str
    owner: str
    expires: date

    def covers(self, operation: Operation) -> bool:
        """Tell whether the entry applies to an operation."""
        return any(scope.covers(operation) for scope in self.where)


@dataclass(frozen=True)
class Translation:
    """Candidate's answer in control's terms, and the ids of the entries that it took.

    `unordered` are the places of lists whose order means nothing.
    """

    answer: Answer
    used: tuple[str, ...]
    unordered: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AcceptedDifferences:
    """All entries in the order of the file; the first that fits a place has it."""

    entries: tuple[AcceptedDifference, ...] = ()
    _found: dict[tuple[Operation, date], AcceptedDifferences] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def on(self, operation: Operation, today: date) -> AcceptedDifferences:
        """Give the entries that apply to an operation and are in force."""
        found = self._found.get((operation, today))
        if found is None:
            in_force = (e for e in self.entries if e.expires >= today and e.covers(operation))
            found = self._found[operation, today] = AcceptedDifferences(tuple(in_force))
        return found

    def expired(self, today: date) -> tuple[AcceptedDifference, ...]:
        """Give the entries whose time is over."""
        return tuple(entry for entry in self.entries if entry.expires < today)

    def translate(self, control: Answer, candidate: Answer) -> Translation:
        """Rewrite candidate's answer in control's terms."""
        answer, used = candidate, list[str]()
        taken, unordered = set[str](), set[str]()
        for entry in self.entries:
            places = entry.control.places
            if places and not places & taken:
                rewritten = _rewritten(entry, control, candidate, answer)
                if rewritten is not None:
                    answer, taken = rewritten.answer, taken | places
                    used += rewritten.used
                    unordered |= rewritten.unordered
        return Translation(answer, tuple(used), frozenset(unordered))

    def value(self, control: Tree, candidate: Tree) -> str | None:
        """Give the id of the entry that accepts two values found at one place of a JSON body."""
        patterns = ((e.id, e.control.json_value, e.candidate.json_value) for e in self.entries)
        return _accepting(patterns, control, candidate)

    def row_value(self, column: str, control: object, candidate: object) -> str | None:
        """Give the id of the entry that accepts two values of a column (`table.column`)."""
        patterns = (
            (e.id, e.control.rows.get(column), e.candidate.rows.get(column)) for e in self.entries
        )
        return _accepting(patterns, control, candidate)

    def sent_value(self, place: str, control: object, candidate: object) -> str | None:
        """Give the id of the entry that accepts two values of what was sent (`mail.subject`)."""
        patterns = (
            (e.id, e.control.outbound.get(place), e.candidate.outbound.get(place))
            for e in self.entries
        )
        return _accepting(patterns, control, candidate)


def _accepting(
    patterns: Iterator[tuple[str, Pattern | None, Pattern | None]],
    control: Tree,
    candidate: Tree,
) -> str | None:
    for identifier, ours, theirs in patterns:
        if ours is not None and theirs is not None:
            one, other = Findings(), Findings()
            if (
                ours.match(control, (), _NO_RESPONSE, one)
                and theirs.match(candidate, (), _NO_RESPONSE, other)
                and _groups_agree(one, other)
            ):
                return identifier
    return None


def _rewritten(
    entry: AcceptedDifference, control: Answer, original: Answer, answer: Answer
) -> Translation | None:
    """Rewrite what the entry names; None if either side is not what it says."""
    one, other = Findings(), Findings()
    if not (
        entry.control.matches(control, _context(control), one)
        and entry.candidate.matches(original, _context(original), other)
        and _groups_agree(one, other)
    ):
        return None
    status = control.status if entry.control.status else answer.status
    headers = {**answer.headers, **{n: control.headers.get(n) for n in entry.control.headers}}
    kept = {name: value for name, value in headers.items() if value is not None}
    body = answer.body
    if "body" in entry.control.places:
        body = _rewritten_body(control.body, original.body, one, other)
    unordered = {_place(one.same[name]) for name in one.unordered & other.unordered}
    rewritten = replace(answer, status=status, headers=kept, body=body)
    return Translation(rewritten, (entry.id,), frozenset(unordered))


def _rewritten_body(control: Body, candidate: Body, ours: Findings, theirs: Findings) -> Body:
    value = control.value
    for name, path in ours.same.items():
        value = _with(value, path, _at(candidate.value, theirs.same[name]))
    return replace(control, value=value)


def _place(path: Path) -> str:
    """Spell a path as places of differences are."""
    place = ""
    for step in path:
        place = f"{place}[{step}]" if isinstance(step, int) else member(place, step)
    return place


def _context(answer: Answer) -> Context:
    return Context(answer.status, answer.body.value if answer.body.kind == "json" else None)


def _groups_agree(one: Findings, other: Findings) -> bool:
    return all(other.groups.get(name, value) == value for name, value in one.groups.items())


def _at(tree: Tree, path: Path) -> Tree:
    for step in path:
        tree = tree[step]
    return tree


def _with(tree: Tree, path: Path, value: Tree) -> Tree:
    """Give a copy of a tree with another value at one place."""
    if not path:
        return value
    step, *rest = path
    changed = list(tree) if isinstance(tree, list) else dict(tree)
    changed[step] = _with(tree[step], tuple(rest), value)  # type: ignore[index]
    return changed
