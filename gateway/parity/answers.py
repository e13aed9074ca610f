"""Two answers: what became of the request, headers, cookies."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from gateway.parity.bodies import compare_bodies
from gateway.parity.cookies import FLAGS
from gateway.parity.difference import ABSENT, Difference
from gateway.parity.opaque import content_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.parity.canonical import Answer
    from gateway.parity.cookies import SetCookie
    from gateway.parity.values import Values

    CookiePairs = list[tuple[SetCookie | None, SetCookie | None]]


def compare_answers(control: Answer, candidate: Answer, values: Values) -> Iterator[Difference]:
    """Compare two answers from the outside in; the body comes last."""
    yield from _outcomes(control, candidate)
    yield from _headers(control.headers, candidate.headers, values)
    yield from _cookies(control.cookies, candidate.cookies, values)
    yield from compare_bodies(control.body, candidate.body, values)


def _outcomes(control: Answer, candidate: Answer) -> Iterator[Difference]:
    ours, theirs = (_last_line(answer.failure) for answer in (control, candidate))
    if ours != theirs:
        yield Difference("failure", "exception", ours, theirs)
    if control.status != candidate.status:
        yield Difference("status", "status", control.status, candidate.status)


def _last_line(failure: str | None) -> Any:
    return failure.strip().splitlines()[-1] if failure else ABSENT


def _headers(
    control: Mapping[str, str], candidate: Mapping[str, str], values: Values
) -> Iterator[Difference]:
    for name in sorted(control.keys() | candidate.keys()):
        kind = "redirect" if name == "location" else "header"
        ours, theirs = control.get(name, ABSENT), candidate.get(name, ABSENT)
        yield from values.scalars(kind, name.title(), ours, theirs)


def _cookies(
    control: tuple[SetCookie, ...], candidate: tuple[SetCookie, ...], values: Values
) -> Iterator[Difference]:
    ours, theirs = ({each.identity: each for each in side} for side in (control, candidate))
    for name in sorted({identity[0] for identity in (*ours, *theirs)}):
        pairs = _of_one_name(
            *([c for c in side.values() if c.name == name] for side in (ours, theirs))
        )
        for one, other in pairs:
            yield from _cookie(_place(name, one or other, len(pairs)), one, other, values)


def _of_one_name(control: list[SetCookie], candidate: list[SetCookie]) -> CookiePairs:
    """Pair cookies of one name by domain and path, what is left in order."""
    twins = {cookie.identity: cookie for cookie in candidate}
    pairs: CookiePairs = [(c, twins[c.identity]) for c in control if c.identity in twins]
    paired = {theirs.identity for _, theirs in pairs if theirs}
    ours, theirs = ([c for c in side if c.identity not in paired] for side in (control, candidate))
    return [*pairs, *zip_longest(ours, theirs)]


def _place(name: str, cookie: SetCookie | None, count: int) -> str:
    """Name a cookie, by its domain and path if there are several of its name."""
    if cookie is None or count == 1:
        return name
    return f"{name} ({cookie.domain or ''}{cookie.path})"


def _cookie(
    name: str, control: SetCookie | None, candidate: SetCookie | None, values: Values
) -> Iterator[Difference]:
    if control is None or candidate is None:
        ours, theirs = ("set" if side else ABSENT for side in (control, candidate))
        yield Difference("cookie", name, ours, theirs)
        return
    if not (control.deletes and candidate.deletes):
        yield from _cookie_values(name, control.value, candidate.value, values)
    for flag in FLAGS:
        ours, theirs = (getattr(side, flag) for side in (control, candidate))
        both_delete = flag == "lifetime" and control.deletes and candidate.deletes
        if ours != theirs and not both_delete:
            yield Difference("cookie", f"{name}; {flag}", ours, theirs)


def _cookie_values(name: str, control: str, candidate: str, values: Values) -> Iterator[Difference]:
    # First what signed ones carry, since that says where they differ.
    carried = content_of(control), content_of(candidate)
    found = [] if None in carried else [*values.trees("cookie", name, *carried)]
    yield from found or values.scalars("cookie", name, control, candidate)
