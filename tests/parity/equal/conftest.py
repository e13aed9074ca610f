"""The state that walks start from is that of the reference application's parity tests."""

from __future__ import annotations

import pytest

from gateway.parity.run import Run, start_run
from tests.parity.mutants.mutant import ROOT
from tests.parity_reference.conftest import parity_state

__all__ = ["parity_state"]


@pytest.fixture(scope="session")
def parity_run() -> Run:
    """A run of its own: what equal variants show does not count as compared."""
    return start_run(ROOT / "routing_table.yaml", None, None)
