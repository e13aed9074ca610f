"""The product knows no application, its parts import one way, and its wheel holds nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gateway.cli.main import commands

ROOT = Path(__file__).parents[2]
APPLICATIONS = {"legacy", "modern", "shared_models", "assistants", "tests"}
PURE = (
    "table", "rules", "converters", "languages", "places", "shapes", "search", "matcher", "ties",
    "overlaps", "unreachable", "cohort", "paths", "override",
)  # fmt: skip


def imported(file: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize(
    "file", sorted((ROOT / "gateway").rglob("*.py")), ids=lambda f: str(f.relative_to(ROOT))
)
def test_no_module_of_the_product_imports_an_application(file):
    assert not {name.partition(".")[0] for name in imported(file)} & APPLICATIONS


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_import_only_pure_modules(module):
    ours = {n for n in imported(ROOT / "gateway" / f"{module}.py") if n.startswith("gateway.")}

    assert ours <= {f"gateway.{name}" for name in PURE} | {"gateway.percent", "gateway.collector"}


@pytest.mark.parametrize(
    "file",
    [f for f in sorted((ROOT / "gateway").rglob("*.py")) if "cli" not in f.parts],
    ids=lambda f: str(f.relative_to(ROOT)),
)
def test_nobody_imports_the_command_line(file):
    allowed = {"__main__.py"}

    assert file.name in allowed or not any(n.startswith("gateway.cli") for n in imported(file))


def test_every_command_is_documented():
    docs = "".join(file.read_text() for file in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])

    assert [name for name in commands.commands if f"gateway {name}" not in docs] == []


def test_the_repositorys_table_is_fine():
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_the_wheel_holds_only_the_gateway(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (points,) = (name for name in names if name.endswith("entry_points.txt"))
        entry_points = archive.read(points).decode()

    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"gateway"}
    assert "gateway = gateway.cli:main" in entry_points
    assert "gateway = gateway.parity.plugin" in entry_points


@pytest.mark.parametrize("lock", sorted(ROOT.glob("*.lock")), ids=lambda lock: lock.name)
def test_the_lock_has_hashes_and_no_addresses(lock):
    text = lock.read_text()

    assert "://" not in text
    assert text.count("==") <= text.count("--hash=sha256:")


def test_both_applications_share_one_engine_and_one_pool():
    from legacy.app import app as legacy  # noqa: PLC0415 - only this test imports applications
    from modern import create_app  # noqa: PLC0415
    from shared_models.db import db  # noqa: PLC0415

    modern = create_app()
    with legacy.app_context():
        engine = db.engine
    with modern.app_context():
        assert db.engine is engine
        assert db.engine.pool is engine.pool
