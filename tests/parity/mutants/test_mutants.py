"""Every seeded fault is found by the channels meant for it, and by no other.

Differences are told apart after all have been found, so what the other channels found is what
would be left with these switched off. `--long` tries that with every mutant, not only with one
of each combination of channels, and lets what varies by itself be found, which hides no fault.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.parity.difference import KINDS
from gateway.parity.run import Named, comparing
from tests.parity.mutants import body, cookie, drifts, header, outbound, redirect, rows, status
from tests.parity.mutants.exchanges import Scene
from tests.parity.mutants.mutant import DriftedError, Mutant, seeded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from wsgiref.types import WSGIApplication

    from gateway.parity.difference import Difference
    from gateway.parity.run import Run
    from gateway.sandbox import State

OF_ONE_CHANNEL = (status, redirect, header, cookie, body, rows, outbound)
MUTANTS = [
    *(
        replace(mutant, channels=(module.CHANNEL,))
        for module in OF_ONE_CHANNEL
        for mutant in module.MUTANTS
    ),
    *drifts.MUTANTS,
]
EXCHANGES = list(dict.fromkeys(mutant.shown_by for mutant in MUTANTS))


def observed(
    run: Run,
    state: State,
    app: WSGIApplication | None,
    exchange: Callable[[Scene], object],
    channels: Collection[str] = KINDS,
    *,
    again: bool = True,
) -> list[Difference]:
    """Give the differences between control and an application, or the run's own candidate."""
    if app is not None:
        run = replace(run, candidate=Named("modern", app))
    with comparing(run, state, channels=channels) as parity:
        if not again:
            parity.again = None
        exchange(Scene(parity))
        return [difference for call in parity.calls for difference in call.differences]


def without_its_channels(
    mutant: Mutant, run: Run, state: State, app: WSGIApplication
) -> list[Difference]:
    """Give the differences that are left with the mutant's channels switched off."""
    others = [kind for kind in KINDS if kind not in mutant.channels]
    return observed(run, state, app, mutant.shown_by, others)


@pytest.mark.parametrize(
    "mutant", MUTANTS, ids=lambda mutant: f"{'+'.join(mutant.channels)}-{mutant.name}"
)
def test_is_found_by_its_channels_alone(
    mutant: Mutant, parity_run: Run, parity_state: State, length: int
) -> None:
    with seeded(mutant) as app:
        long = length > 1
        found = observed(parity_run, parity_state, app, mutant.shown_by, again=long)
        assert {difference.kind for difference in found} == set(mutant.channels), found
        if long:
            assert not without_its_channels(mutant, parity_run, parity_state, app)


@pytest.mark.parametrize(
    "mutant",
    {mutant.channels: mutant for mutant in MUTANTS}.values(),
    ids=lambda mutant: f"{'+'.join(mutant.channels)}-{mutant.name}",
)
def test_is_missed_without_its_channels(
    mutant: Mutant, parity_run: Run, parity_state: State
) -> None:
    with seeded(mutant) as app:
        assert not without_its_channels(mutant, parity_run, parity_state, app)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.__name__)
def test_exchange_shows_nothing_where_there_is_no_fault(
    exchange: Callable[[Scene], object], parity_run: Run, parity_state: State
) -> None:
    assert not observed(parity_run, parity_state, None, exchange)


def test_there_are_enough_and_each_has_a_name() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 100


def test_mutant_that_does_not_apply_says_so() -> None:
    lost = Mutant("lost", "modern/paging.py", "page - 2", "", print)
    with pytest.raises(DriftedError, match=r"modern/paging\.py has 0 places"), seeded(lost):
        pass
