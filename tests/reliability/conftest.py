"""How long these tests run, and the servers that `gateway serve` offers.

By default they take about two minutes. `pytest tests/reliability --long` takes ten times as many
flips, corruptions and reloads, and more kills.
"""

from __future__ import annotations

import pytest

from gateway.server import SERVERS


@pytest.fixture(params=sorted(SERVERS))
def server(request) -> str:
    """One of the servers that `gateway serve` offers."""
    return request.param
