"""What control does in a walk, told by a process whose hashes have a seed of their own."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from gateway.parity.run import comparing, start_run
from tests.parity.equal.walks import Walk
from tests.parity.mutants.exchanges import Scene
from tests.parity.mutants.mutant import ROOT
from tests.parity_reference.conftest import fill

if TYPE_CHECKING:
    from gateway.parity.compare import Observation
    from gateway.parity.run import Run
    from gateway.sandbox import State

CALLS = 40


def observed(run: Run, state: State, calls: int = CALLS) -> list[Observation]:
    """Give what control did, request by request."""
    seen: list[Observation] = []
    with comparing(run, state) as parity:
        control = parity.sides[0]
        perform = control.perform

        def recorded(client, request):
            exchange, observation = perform(client, request)
            seen.append(observation)
            return exchange, observation

        control.perform = recorded  # type: ignore[method-assign]
        Walk(Scene(parity), Random("hashes")).go(calls)
    return seen


if __name__ == "__main__":
    this_run = start_run(ROOT / "routing_table.yaml", None, None)
    assert this_run.database is not None
    with this_run.database.empty() as prepared:
        fill(prepared)
        Path(sys.argv[1]).write_bytes(pickle.dumps(observed(this_run, prepared)))
