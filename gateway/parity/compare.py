"""Two observations of one request → every difference between them.

This knows meanings only: neither WSGI nor SQL. Opaque values are bound in the renaming as
they are met, so what is compared first decides what a token stands for.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gateway.parity.accepted import AcceptedDifferences
from gateway.parity.answers import compare_answers
from gateway.parity.difference import KINDS, Difference
from gateway.parity.matching import in_controls_terms
from gateway.parity.noise import NO_NOISE, Noise
from gateway.parity.pairing import paired_effects
from gateway.parity.renaming import Renaming
from gateway.parity.traces import compare_effects, compare_sent
from gateway.parity.values import Counts, Values

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection

    from gateway.effects import Effect
    from gateway.parity.canonical import Answer
    from gateway.parity.sent import Sent


@dataclass(frozen=True)
class Observation:
    """What one side did with a request.

    `effects` is None where rows are not looked at; `sent` is what left the side by other ways
    than its answer; `ran` is how often it ran each SQL statement.
    """

    answer: Answer
    effects: tuple[Effect, ...] | None = None
    sent: tuple[Sent, ...] = ()
    ran: Counter[str] | None = None


@dataclass(frozen=True)
class Comparison:
    """The outcome: the differences, the accepted ones, candidate's answer in control's terms."""

    differences: tuple[Difference, ...]
    used: tuple[str, ...]
    translated: Answer
    counts: Counts = field(default_factory=Counts)


def compare(
    control: Observation,
    candidate: Observation,
    renaming: Renaming,
    accepted: AcceptedDifferences | None = None,
    channels: Collection[str] = KINDS,
    noise: Noise = NO_NOISE,
) -> Comparison:
    """Compare two observations under one renaming; `accepted` holds what is in force here.

    Only differences of the kinds in `channels` are reported; what is `noise` is compared by shape.
    """
    accepted = accepted or AcceptedDifferences()
    translation = accepted.translate(control.answer, candidate.answer)
    values = Values(renaming, accepted, noise, list(translation.used), translation.unordered)
    # First of all, since the answer may name the keys of rows that were inserted.
    rows = paired_effects(control.effects or (), candidate.effects or (), renaming)
    differences = [
        *compare_answers(control.answer, translation.answer, values),
        *compare_effects(rows, values),
        *compare_sent(control.sent, candidate.sent, values),
    ]
    used = tuple(dict.fromkeys(values.used))
    reported = tuple(each for each in differences if each.kind in channels)
    return Comparison(reported, used, _in_place(translation.answer, values), values.counts)


def _in_place(answer: Answer, values: Values) -> Answer:
    """Put candidate's items and members where control has the ones that they stand for."""
    body = answer.body
    if not values.counterparts:
        return answer
    return replace(
        answer, body=replace(body, value=in_controls_terms(body.value, values.counterparts))
    )


def varying(seen: Observation, again: Observation) -> dict[tuple[str, str], Difference]:
    """Give the differences between two runs of one side, by kind and place."""
    found = compare(seen, again, Renaming()).differences
    return {(difference.kind, difference.place): difference for difference in found}
