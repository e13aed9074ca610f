"""How long these tests run, and the servers that `gateway serve` offers.

By default they take about two minutes. `pytest tests/reliability --long` takes ten times as many
flips, corruptions and reloads, and more kills.
"""

from __future__ import annotations

import pytest

from gateway.server import SERVERS

LONG = 10


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the reliability tests at length")


@pytest.fixture
def length(request) -> int:
    """How many times the default amount of work a test is to do."""
    return LONG if request.config.getoption("--long", default=False) else 1


@pytest.fixture(params=sorted(SERVERS))
def server(request) -> str:
    """One of the servers that `gateway serve` offers."""
    return request.param
