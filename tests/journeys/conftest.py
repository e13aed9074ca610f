"""The reference migration under `gateway serve`, with a table that the test flips."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Engine, text

from gateway.loader import revision_of
from shared_models.engine import make_engine
from shared_models.sample import load_sample
from tests import parts
from tests.databases import Renewable, renewable
from tests.serving import Server, serving, until

ROOT = Path(__file__).parents[2]
WORKERS = 2
PAUSE_MS = 150
"""Between two pieces of an answer, so that something can happen amid it."""


@dataclass
class Migration:
    """Both applications behind one gateway, over one database."""

    table: Path
    engine: Engine
    server: Server
    revision: str
    flips: Counter[str] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        return self.server.url

    def flip(self, backend: str) -> None:
        """Send every route that both applications serve to one of them; wait for all workers."""
        table = re.sub(r"(?m)^    to: \w+$", f"    to: {backend}", self.table.read_text())
        table = table.replace("prefix: /assets\n    to: legacy", "prefix: /assets\n    to: modern")
        new = self.table.with_suffix(".new")
        new.write_text(table)
        new.replace(self.table)
        self._wait_for(revision_of(table.encode()))

    def _wait_for(self, revision: str) -> None:
        if revision == self.revision:
            return
        self.revision = revision
        self.flips[revision] += 1
        line, lines = f"serving revision {revision} ", self.flips[revision] * WORKERS
        until(lambda: self.server.stderr.read_text().count(line) == lines)

    def rows(self, sql: str, **parameters: object) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql), parameters)]


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Renewable]:
    now = datetime.now(UTC)
    folder = tmp_path_factory.mktemp("journeys")
    with renewable(folder, lambda session: load_sample(session, now)) as database:
        yield database


@pytest.fixture(scope="session")
def served(database: Renewable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Migration]:
    folder = tmp_path_factory.mktemp("served")
    table = folder / "routing_table.yaml"
    table.write_text((ROOT / "routing_table.yaml").read_text())
    options = ("--workers", str(WORKERS), "--threads", "4")
    environment = {
        "DATABASE_URL": database.url,
        "ATTACHMENT_FOLDER": str(folder / "attachments"),
        "STREAM_PAUSE_MS": str(PAUSE_MS),
    }
    engine = make_engine(database.url)
    with serving(table, *options, cwd=ROOT, environment=environment) as server:
        yield Migration(table, engine, server, revision_of(table.read_bytes()))
    engine.dispose()


@pytest.fixture
def migration(served: Migration, database: Renewable) -> Migration:
    """The migration with the sample people, as if nobody had used it."""
    database.renew()
    return served


class Load:
    """A steady load of GETs from clients of its own; `failures` must stay empty."""

    def __init__(self, migration: Migration, paths: tuple[str, ...]) -> None:
        self.failures: list[str] = []
        self.backends: dict[str, int] = {}
        self._migration = migration
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(path,)) for path in paths]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, path: str) -> None:
        with requests.Session() as client:
            while not self._stop.wait(0.005):
                try:
                    response = client.get(self._migration.url + path, timeout=10)
                except requests.RequestException as error:
                    self.failures.append(f"{path}: {error!r}")
                    continue
                if response.status_code != 200 or "</html>" not in response.text:
                    self.failures.append(f"{path}: {response.status_code}")
                backend = response.headers["X-Gateway-Backend"]
                self.backends[backend] = self.backends.get(backend, 0) + 1


@pytest.fixture
def load(migration: Migration) -> Callable[..., Load]:
    return lambda *paths: Load(migration, paths)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real Chromium."""
    program = parts.chromium()
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import

    quiet = ("background-networking", "component-update", "sync", "gpu", "quic")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)],
        )


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of nobody's yet; whatever its console calls an error fails the test."""
    context = browser.new_context()
    errors: list[str] = []
    context.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    context.on("weberror", lambda failed: errors.append(str(failed.error)))
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()
    assert errors == []
