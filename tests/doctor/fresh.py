"""Pairs of small projects, each looked at in an interpreter that has imported nothing of it."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

from gateway.backends import parse_target
from gateway.cli.main import main
from gateway.doctor import Finding, examine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROJECTS = Path(__file__).with_name("projects")
ROOT = Path(__file__).parents[2]

# Imported once in the server, which every interpreter is a fork of.
PRELOADED = [
    "tests.doctor.fresh",
    "gateway.sandbox",
    "alembic.command",
    "argon2",
    "flask_bcrypt",
    "flask_cors",
    "flask_limiter",
    "flask_login",
    "flask_session",
    "flask_wtf",
    "passlib.context",
    "passlib.hash",
    "tests.doctor.frozen",
]


@contextlib.contextmanager
def interpreters() -> Iterator[ProcessPoolExecutor]:
    """Interpreters that do one task each, about 20 ms apart."""
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with ProcessPoolExecutor(1, context, max_tasks_per_child=1) as pool:
        yield pool


def diagnose(folder: Path, targets: dict[str, str]) -> tuple[Finding, ...]:
    """Look at the applications of a project, from its folder; the first one is the control."""
    start_in(folder)
    backends = {name: parse_target(target) for name, target in targets.items()}
    return examine(backends, next(iter(targets)))


def command(folder: Path, arguments: Sequence[str]) -> CompletedProcess[str]:
    """Run `gateway` in a folder."""
    start_in(folder)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as exited:
            code = int(exited.code or 0)
    return CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def start_in(folder: Path) -> None:
    """Make a folder what it is to a command that is started there, with the gateway installed."""
    os.chdir(folder)
    sys.dont_write_bytecode = False  # whatever the environment of the tests says
    sys.path[:] = [str(folder), *(entry for entry in sys.path if Path(entry or ".") != ROOT)]
