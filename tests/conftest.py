"""Fixtures for all tests: a private PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import parts

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["pytester"]

# Before an application reads it: a listener is told what there is and no more, and uploaded files
# go where they disturb nobody. Tests that want it otherwise start a server of their own.
os.environ.setdefault("EVENTS_LONGEST_MS", "0")
os.environ.setdefault("ATTACHMENT_FOLDER", tempfile.mkdtemp(prefix="attachments-"))


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of a database on a PostgreSQL server of this test run's own."""
    programs = parts.postgresql()
    # The server refuses to run as root and reaches its folder as another user.
    with _folder() as folder, _server(programs, folder):
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"


@contextmanager
def _folder() -> Iterator[Path]:
    # Short, since a socket's path may have 107 bytes only.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(programs: Path, folder: Path) -> Iterator[None]:
    data, log = folder / "data", folder / "log"
    initdb: list[object] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    _run([*initdb, "--locale=C.UTF-8", "--no-sync"])
    settings = f"-c listen_addresses= -k {folder} -c fsync=off -c full_page_writes=off"
    control: list[object] = [programs / "pg_ctl", "-D", data, "-w", "-l", log]
    _run([*control, "-o", settings, "start"])
    try:
        yield
    finally:
        _run([*control, "-m", "immediate", "stop"])


def _run(command: list[object]) -> None:
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*as_postgres, *map(str, command)],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        text=True,
    )
    assert done.returncode == 0, done.stdout
