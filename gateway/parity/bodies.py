"""Two bodies, by their kind."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING

from gateway.parity.cells import compare_cells
from gateway.parity.difference import Difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.parity.canonical import Body
    from gateway.parity.layout import Layout
    from gateway.parity.values import Values


def compare_bodies(control: Body, candidate: Body, values: Values) -> Iterator[Difference]:
    """Compare two bodies by what they hold, else by their kind."""
    if control.kind != candidate.kind:
        ours, theirs = (_describe(body) for body in (control, candidate))
        yield Difference("body", "body", ours, theirs)
        return
    if control.content != candidate.content:
        at = _first_difference(control.content, candidate.content)
        yield from (
            replace(found, note=f"the first byte that differs is number {at}")
            for found in values.trees("body", "", control.value, candidate.value)
        )
        return
    yield from _layouts(control.layout, candidate.layout, values)
    if control.kind == "csv":
        yield from compare_cells(control.value, candidate.value, values)
        return
    yield from values.trees("body", "", control.value, candidate.value)
    yield from _texts(control, candidate, values)


def _describe(body: Body) -> str:
    content = body.value if body.value is not None and body.kind != "html" else list(body.lines)
    return f"{body.kind}: {content}" if body.kind != "none" else "no body"


def _first_difference(control: bytes, candidate: bytes) -> int:
    """Count bytes from 0, as ranges do."""
    pairs = enumerate(zip_longest(control, candidate))
    return next(at for at, (ours, theirs) in pairs if ours != theirs)


def _layouts(control: Layout, candidate: Layout, values: Values) -> Iterator[Difference]:
    if control == candidate:
        return
    ours, theirs = control.as_tree(), candidate.as_tree()
    for place, value in ours.items():
        if None not in (value, theirs[place]):
            yield from values.scalars("body", place, value, theirs[place])


def _texts(control: Body, candidate: Body, values: Values) -> Iterator[Difference]:
    # A page's text is one stream: where its pieces break is a matter of mark-up.
    glue = " " if control.kind == "html" else "\n"
    note = values.renaming.match(glue.join(control.lines), glue.join(candidate.lines))
    if note is not None:
        yield from _changed_lines(control.lines, candidate.lines, note, values)


def _changed_lines(
    control: tuple[str, ...], candidate: tuple[str, ...], note: str, values: Values
) -> Iterator[Difference]:
    matcher = SequenceMatcher(None, control, candidate, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        place, ours, theirs = f"text, piece {i1 + 1}", [*control[i1:i2]], [*candidate[j1:j2]]
        if tag != "equal" and not values.is_noise("body", place, ours, theirs, note):
            yield Difference("body", place, ours, theirs, note)
