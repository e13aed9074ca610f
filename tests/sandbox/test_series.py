"""Both series of SQLAlchemy that the package allows: the lock holds one, this runs the other."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import parts

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LOCK = ROOT / "requirements-sqlalchemy20.lock"
TESTS = ["tests/sandbox", "tests/shared_models/test_db.py", "tests/shared_models/test_models.py"]


@pytest.fixture
def other_series() -> Path:
    """A folder with the other series; it is fetched once, and kept beside the environment."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = Path(sys.prefix) / f"sqlalchemy-{digest}"
    complete = folder / ".complete"
    if not complete.exists():
        command = ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--upgrade"]
        done = subprocess.run(
            [sys.executable, *command, "--target", str(folder), "-r", str(LOCK)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            parts.missing(
                f"SQLAlchemy's other series can't be fetched: {done.stderr.strip()[-300:]}"
            )
        complete.touch()
    return folder


def test_sandbox_works_with_the_other_series_of_sqlalchemy(other_series: Path):
    environment = {**os.environ, "PYTHONPATH": str(other_series), "SANDBOX_PROGRAMS": "60"}

    def python(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    version = python("-c", "import sqlalchemy; print(sqlalchemy.__version__)").stdout
    left_out = [f"--ignore={HERE / name}" for name in ("test_series.py", "test_traffic.py")]
    done = python("-m", "pytest", "-q", "-p", "no:cacheprovider", *left_out, *TESTS)

    assert version.split(".")[:2] != sa.__version__.split(".")[:2]
    assert done.returncode == 0, done.stdout[-5000:]
