"""The gateway as a plain WSGI callable under other servers, flipped under load."""

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec

import pytest

from gateway.loader import revision_of
from tests.reliability.applications import JOURNAL
from tests.reliability.served import ROOT, ROUTES, Served, text_of
from tests.reliability.timeline import Table, Timeline
from tests.serving import Server, free_port, until

FLIPS = 20
CALLABLE = "gateway:create_gateway()"

BIND = "127.0.0.1:{port}"
WAITRESS = ["-m", "waitress", f"--listen={BIND}", "--call", "gateway:create_gateway"]
GUNICORN = ["-m", "gunicorn", "--workers=2", "--threads=4", f"--bind={BIND}", CALLABLE]
UWSGI = [
    *("-c", "import pyuwsgi; pyuwsgi.run()", f"--http-socket={BIND}", f"--wsgi={CALLABLE}"),
    *("--master", "--processes=2", "--threads=4", "--die-on-term", "--disable-logging"),
]
COMMANDS = {
    "waitress": ("waitress", WAITRESS),
    "gunicorn": ("gunicorn", GUNICORN),
    "gunicorn that forks when the table is read": ("gunicorn", [*GUNICORN, "--preload"]),
    "uWSGI": ("pyuwsgi", [*UWSGI, "--lazy-apps"]),
    # Without the option, uWSGI does not tell Python that it forked: no worker would follow.
    "uWSGI that forks when the table is read": ("pyuwsgi", [*UWSGI, "--py-call-uwsgi-fork-hooks"]),
}


@pytest.fixture(params=COMMANDS)
def command(request):
    module, arguments = COMMANDS[request.param]
    if find_spec(module) is None:
        missing = f"{module} is missing: install the group `dev` (`make setup`)."
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    return [sys.executable, *arguments]


@pytest.fixture
def site(command, tmp_path):
    backends = dict.fromkeys(ROUTES, "legacy")
    file, journal = tmp_path / "table.yaml", tmp_path / "journal"
    file.write_text(text_of(0, backends))
    first = Table(revision_of(file.read_bytes()), backends, 0)
    with hosted(command, file, journal) as server:
        yield Served(server, file, journal, 2, Timeline({first.revision: first}), backends)


@contextmanager
def hosted(command, table, journal):
    port, log = free_port(), table.with_suffix(".log")
    with log.open("w") as output:
        process = subprocess.Popen(
            [argument.format(port=port) for argument in command],
            cwd=ROOT,
            env={**os.environ, "GATEWAY_TABLE": str(table), JOURNAL: str(journal)},
            stdout=output,
            stderr=output,
            text=True,
        )
    server = Server(process, f"http://127.0.0.1:{port}", log, log)
    try:
        until(lambda: accepts(port), seconds=60)
        yield server
    finally:
        server.stop()


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def revisions(site) -> set[str]:
    """Return the revisions under which a handful of requests are answered."""
    return {site.server.get("/alpha?-").text.split()[1] for _ in range(20)}


def _all_serve(site, revision: str) -> bool:
    return revisions(site) == {revision}


def test_flips_reach_every_worker_and_lose_no_request(site):
    with site.load() as load:
        for _ in range(FLIPS):
            revision = site.flip()
            until(partial(_all_serve, site, revision), seconds=5)

    assert site.timeline.complaints(load.answers) == []
    assert len({a.revision for a in load.answers}) >= FLIPS
