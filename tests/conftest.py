"""For all tests: a private PostgreSQL server, and how long they run."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import parts
from tests.parity_reference import statuses
from tests.postgresql import running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.parity.coverage import Coverage

pytest_plugins = ["pytester"]

# A busy machine is no fault of the code: speed is measured in benchmarks and not in tests.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

# Before an application reads it: a listener is told what there is and no more, and uploaded files
# go where they disturb nobody. Tests that want it otherwise start a server of their own.
os.environ.setdefault("EVENTS_LONGEST_MS", "0")
os.environ.setdefault("ATTACHMENT_FOLDER", tempfile.mkdtemp(prefix="attachments-"))

LONG = 10


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the tests that can be long at length")


def pytest_parity_faults(config: pytest.Config, coverage: Coverage) -> list[str]:
    """Ask of a full run that every status of the contract was compared."""
    return statuses.faults(coverage) if config.option.parity_full else []


@pytest.fixture
def length(request) -> int:
    """How many times the default amount of work a test is to do."""
    return LONG if request.config.getoption("--long", default=False) else 1


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of a database on a PostgreSQL server of this test run's own."""
    with running_server(parts.postgresql()) as url:
        yield url
