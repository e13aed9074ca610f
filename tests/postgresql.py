"""A private PostgreSQL server, for tests and benchmarks.

`python -m tests.postgresql COMMAND [ARGUMENT ...]` runs a command with DATABASE_URL set to one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def programs() -> Path | None:
    """Return the folder of the newest server's programs, as Debian installs them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


@contextmanager
def running_server(programs: Path) -> Iterator[str]:
    """Run a server until the block ends; gives the URL of a database on it."""
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
    fast = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off"
    settings = f"-c listen_addresses= -k {folder} {fast}"
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


def main(command: list[str]) -> int:
    """Run a command with a server of its own; returns its exit status."""
    found = programs()
    if found is None or not command:
        sys.exit(
            "Usage: python -m tests.postgresql COMMAND [ARGUMENT ...]"
            if found
            else "PostgreSQL's programs are missing: run `make test-deps` as root."
        )
    with running_server(found) as url:
        return subprocess.run(
            command, check=False, env={**os.environ, "DATABASE_URL": url}
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
