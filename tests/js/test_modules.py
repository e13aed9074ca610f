"""The ES modules' own tests, under Node."""

import subprocess
from pathlib import Path

import pytest

from tests import parts

FILES = sorted(Path(__file__).parent.glob("*.test.mjs"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_module(file):
    done = subprocess.run(
        [parts.node(), "--test", str(file)], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_tests():
    assert FILES
