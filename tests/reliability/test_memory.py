"""Memory after thousands of reloads of a large table."""

import subprocess
import sys

from tests.reliability.served import ROOT

RELOADS = 250
LONG_RELOADS = 10_000
MAY_GROW = 4 * 2**20
"""Bytes: what an allocator needs to settle. One table of these takes about 1 MiB."""


def test_reloads_of_a_table_of_a_thousand_routes_keep_no_memory(tmp_path, length):
    reloads = RELOADS if length == 1 else LONG_RELOADS
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.reliability.reloading"),
            *(str(tmp_path / "table.yaml"), str(reloads)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    warm, end = map(int, done.stdout.split())
    assert end - warm < MAY_GROW
