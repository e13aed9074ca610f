"""The three ways to share a database, as the documentation tells and shows them."""

from __future__ import annotations

import importlib
import re
import shutil
from pathlib import Path

import pytest
from werkzeug.test import Client

from gateway import create_gateway
from tests.doctor import fresh

DOCS = fresh.ROOT / "docs"
QUOTED = dict(
    re.findall(
        r"^```console\n\$ cd docs/(examples/\S+)\n\$ gateway doctor\n(.*?)^```$",
        (DOCS / "one-database.md").read_text(),
        re.MULTILINE | re.DOTALL,
    )
)
STAGES = ["parallel", "bridge", "full"]


@pytest.fixture
def stage(tmp_path):
    """A copy of a stage's project, so that its database is not written beside the documentation."""

    def stage(name):
        source = DOCS / "examples" / "one-database" / name
        return shutil.copytree(
            source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )

    return stage


def test_every_stage_is_quoted():
    assert [Path(folder).name for folder in QUOTED] == STAGES


@pytest.mark.parametrize("folder", QUOTED)
def test_the_documentation_quotes_what_the_doctor_prints(doctor, stage, folder):
    project = stage(Path(folder).name)
    done = doctor(project)

    assert done.stdout.replace(str(project), "/srv/app") == QUOTED[folder]
    assert done.returncode == ("error:" in done.stdout)


def added_and_listed(folder):
    """Add a user by the route that stayed, and list users by the one that moved."""
    fresh.start_in(folder)
    client = Client(create_gateway())
    legacy = importlib.import_module("legacy.app").app
    legacy.test_cli_runner().invoke(args=["create-tables"])
    modern = importlib.import_module("modern").create_app()
    if "create-tables" in modern.cli.commands:
        modern.test_cli_runner().invoke(args=["create-tables"])
    added = client.post("/users", data={"name": "Ada"})
    listed = client.get("/users")
    return added.headers["X-Gateway-Backend"], listed.headers["X-Gateway-Backend"], listed.json


@pytest.mark.parametrize(
    ("name", "users"), [("parallel", []), ("bridge", ["Ada"]), ("full", ["Ada"])]
)
def test_what_one_application_writes_the_other_reads_from_the_bridge_on(
    interpreters, stage, name, users
):
    told = interpreters.submit(added_and_listed, stage(name)).result(60)

    assert told == ("legacy", "modern", users)


def test_a_stage_leaves_nothing_beside_the_documentation():
    assert not list((DOCS / "examples").rglob("*.db"))
