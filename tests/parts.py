"""What tests need beyond Python: skipped where it is missing, a failure where it must not be."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from tests.postgresql import programs


def chromium() -> str:
    """Return Debian's Chromium."""
    return _need(shutil.which("chromium"), "Chromium is", "chromium")


def node() -> str:
    """Return Node, which runs the tests of the ES modules."""
    return _need(shutil.which("node"), "Node is", "nodejs")


def postgresql() -> Path:
    """Return the folder of the newest PostgreSQL server's programs."""
    found = programs()
    return Path(_need(str(found) if found else None, "PostgreSQL's programs are", "postgresql"))


def missing(sentence: str) -> NoReturn:
    """Skip the test; under CI nothing may be left out unseen, and it fails."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(sentence)


def _need(program: str | None, what: str, package: str) -> str:
    if program is None:
        missing(f"{what} missing: run `make test-deps` as root, or install Debian's `{package}`.")
    return program
