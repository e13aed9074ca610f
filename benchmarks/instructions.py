"""Counts the instructions that a piece of Python executes, by valgrind's callgrind.

A count is the same whatever else the machine is doing. Setting up runs without instrumentation,
some ten times as fast; each piece then runs between two marks, at which callgrind writes down what
it counted since the last one. What the loop around a piece costs is counted too and taken off.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from textwrap import indent
from typing import IO

from benchmarks.needs import program

_ROOT = Path(__file__).parents[1]
# os.getsid calls a function of the C library that nothing else calls: callgrind's mark.
_PROGRAM = """\
import gc, os, sys
{setup}
{functions}
gc.collect()
gc.disable()
gc.freeze()
print("ready", flush=True)
sys.stdin.readline()
for piece in [{names}]:
    piece({warm})
    os.getsid(0)
    piece({times})
    os.getsid(0)
"""
_FUNCTION = """\
def {name}(times):
    for _ in range(times):
{statement}
"""


def count(setup: str, statement: str, times: int = 400) -> float:
    """Return how many instructions one execution of the statement takes, on average."""
    return counts(setup, {"statement": statement}, times)["statement"]


def counts(
    setup: str,
    statements: Mapping[str, str],
    times: int = 400,
    *,
    idle: str = "pass",
    warm: int = 200,
    seed: int = 0,
) -> dict[str, float]:
    """Count several statements that share a set-up; `idle` is what they are all wrapped in.

    `seed` is that of the hashes of texts: where things collide in a hash table is chance, and a
    mean over several seeds is more than a count with one. Raises MissingError without valgrind,
    RuntimeError where it or the program fails.
    """
    pieces = [idle, *statements.values()]
    functions = [
        _FUNCTION.format(name=f"piece{i}", statement=indent(piece, " " * 8))
        for i, piece in enumerate(pieces)
    ]
    names = ", ".join(f"piece{i}" for i in range(len(pieces)))
    source = _PROGRAM.format(
        setup=setup, functions="\n".join(functions), names=names, warm=warm, times=times
    )
    # Every second stretch is one of warming up.
    loop, *totals = _stretches(source, seed)[1::2]
    return {name: (total - loop) / times for name, total in zip(statements, totals, strict=True)}


def _stretches(source: str, seed: int) -> list[int]:
    """Run a program and return the instructions between its marks, in order."""
    valgrind = program("valgrind", advice="`apt-get install valgrind`")
    control = program("callgrind_control", advice="it comes with valgrind")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out")
        options = ["--tool=callgrind", "--instr-atstart=no", "--dump-before=getsid"]
        command = [valgrind, *options, f"--callgrind-out-file={out}", sys.executable, "-c", source]
        with Path(folder, "log").open("w+") as log:
            _supervise(command, control, log, seed)
        dumps = sorted(Path(folder).glob("out.*"), key=lambda dump: int(dump.suffix[1:]))
        return [_summary(dump) for dump in dumps]


def _supervise(command: list[str], control: str, log: IO[str], seed: int) -> None:
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        cwd=_ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline() == "ready\n":
            switch = [control, "--instr=on", str(process.pid)]
            subprocess.run(switch, check=True, capture_output=True)
        process.communicate("go\n")
    if process.returncode:
        log.seek(0)
        raise RuntimeError(f"Counting instructions failed:\n{log.read()[-2000:]}")


def _summary(dump: Path) -> int:
    found = re.search(r"^totals: (\d+)", dump.read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"Callgrind wrote no total into {dump.name}.")
    return int(found[1])
