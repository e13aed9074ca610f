"""The ES modules' own tests, under Node."""

import subprocess
from pathlib import Path

import pytest

from tests import parts

MODULES = sorted((Path(__file__).parents[2] / "modern/static/js").glob("*.js"))
FILES = sorted(Path(__file__).parent.glob("*.test.mjs"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_module(file):
    done = subprocess.run(
        [parts.node(), "--test", str(file)], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_is_tested():
    tested = "".join(file.read_text("utf-8") for file in FILES)
    assert MODULES
    assert [module.name for module in MODULES if f"/js/{module.name}" not in tested] == []
