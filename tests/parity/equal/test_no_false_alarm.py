"""Walks on equal applications show no difference.

By default every variant takes a short walk; with `--long` the walks send 10,000 requests and more
to each side.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

import pytest

from gateway.parity.accepted import AcceptedDifferences
from gateway.parity.compare import compare
from gateway.parity.harness import START
from gateway.parity.renaming import Renaming
from gateway.parity.run import Named, comparing
from tests.parity.equal.observing import observed
from tests.parity.equal.variants import VARIANTS
from tests.parity.equal.walks import Walk
from tests.parity.mutants.exchanges import Scene
from tests.parity.mutants.mutant import seeded

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.parity.run import Run
    from gateway.sandbox import State
    from tests.parity.mutants.mutant import Mutant

CALLS, LONG_CALLS = 30, 100
INSTANTS = [
    START,
    START.replace(microsecond=500_000),
    datetime(2026, 2, 28, 23, 59, 40, tzinfo=UTC),  # a month begins
    datetime(2025, 12, 31, 23, 59, 20, 999_999, tzinfo=UTC),  # a year
    datetime(2024, 2, 29, 12, tzinfo=UTC),
    datetime(2025, 3, 9, 6, 59, 30, tzinfo=UTC),  # summer time in America
    datetime(2025, 3, 30, 0, 59, 30, tzinfo=UTC),  # and in Europe
    datetime(2025, 10, 26, 0, 59, 30, tzinfo=UTC),  # winter time
]
"""When walks begin; logins of the state are valid then."""


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_equal_variant_shows_no_difference(
    variant: Mutant, parity_run: Run, parity_state: State, length: int
) -> None:
    original = parity_run.control if variant.file.startswith("legacy") else parity_run.candidate
    with seeded(variant) as app:
        run = replace(
            parity_run,
            control=original,
            candidate=Named("variant", app),
            accepted=AcceptedDifferences(),
        )
        at = VARIANTS.index(variant) % len(INSTANTS)
        for walk, start in enumerate(INSTANTS if length > 1 else INSTANTS[at : at + 1]):
            seed = f"{variant.name} {walk}"
            with comparing(run, parity_state, start=start) as parity:
                Walk(Scene(parity), Random(seed)).go(CALLS if length == 1 else LONG_CALLS)
                assert parity.check() is None


def test_other_hashes_show_no_difference(
    parity_run: Run, parity_state: State, tmp_path: Path
) -> None:
    told = tmp_path / "observations"
    command = [sys.executable, "-m", "tests.parity.equal.observing", str(told)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "7"}, timeout=300)
    renaming = Renaming()
    here, there = observed(parity_run, parity_state), pickle.loads(told.read_bytes())
    pairs = [*zip(here, there, strict=True)]
    assert len(pairs) >= 40
    assert not [found for pair in pairs for found in compare(*pair, renaming).differences]
