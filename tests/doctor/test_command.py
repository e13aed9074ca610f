"""`gateway doctor`, as it is started from a shell."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doctor.fresh import PROJECTS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def doctor():
    def doctor(folder, *arguments):
        command = [sys.executable, "-m", "gateway", "doctor", *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    return doctor


def test_the_reference_pair_is_clean(doctor):
    done = doctor(ROOT, "--json")

    assert (done.returncode, json.loads(done.stdout)) == (0, {"ok": True, "findings": []})


def test_an_error_exits_with_one_and_is_told_to_programs(doctor):
    done = doctor(PROJECTS / "two-instances", "legacy:app", "modern:app", "--json")
    (finding,) = json.loads(done.stdout)["findings"]

    assert done.returncode == 1
    assert finding.keys() == {"check", "severity", "message", "evidence", "fix"}
    assert finding["check"] == "db.two-instances"
    assert finding["evidence"] == ["legacy: legacy.db", "modern: modern.db"]


def test_an_error_is_told_to_people(doctor):
    done = doctor(PROJECTS / "two-instances", "legacy:app", "modern:app")

    assert done.stdout.startswith("error: legacy and modern are registered with two different")
    assert done.stdout.endswith("legacy and modern: 1 error.\n")


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        (["legacy:app"], "Name two applications"),
        (["legacy:app", "legacy:app"], "Both applications are 'legacy:app'"),
        (["legacy:app", "modern"], "'modern' does not name an application"),
    ],
)
def test_targets_that_are_no_pair_are_refused(doctor, targets, said):
    done = doctor(PROJECTS / "one-instance", *targets)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_table_with_one_backend_has_no_pair(doctor, tmp_path):
    (tmp_path / "routing_table.yaml").write_text("backends: {old: legacy:app}\ndefault: old\n")
    done = doctor(tmp_path)

    assert done.returncode == 2
    assert "has one backend, 'old'" in done.stderr
