"""Memory after thousands of reloads of a large table."""

import subprocess
import sys

from tests.reliability.served import ROOT

# `--long` makes 10,000 of them.
RELOADS = 1000 // 4
LONG_RELOADS = 10_000
MAY_GROW = 4 * 2**20


def test_reloading_a_table_of_a_thousand_routes_keeps_no_memory(tmp_path, length):
    reloads = RELOADS if length == 1 else LONG_RELOADS
    module = "tests.reliability.reloading"
    done = subprocess.run(
        [sys.executable, "-m", module, str(tmp_path / "table.yaml"), str(reloads)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    warm, end = map(int, done.stdout.split())
    assert end - warm < MAY_GROW
