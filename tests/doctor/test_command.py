"""`gateway doctor`, as it is started from a shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from shared_models.schema import upgrade
from tests.doctor.fresh import PROJECTS, ROOT


def test_the_reference_pair_is_clean(tmp_path):
    url = f"sqlite:///{tmp_path}/app.db"
    upgrade(url)
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "doctor", "--json"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )

    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"]) == (0, True)
    assert {finding["severity"] for finding in told["findings"]} == {"note"}
    assert [(finding["check"], finding["evidence"][0]) for finding in told["findings"]] == [
        # Sessions hold a random token, of which the database has no more than a hash.
        ("login.user-loader-untried", "No model of legacy is what its LoginManager signs in."),
        # AD-08, which is meant.
        (
            "web.slash-redirects",
            "legacy answers both /admin and /admin/; modern redirects /admin to /admin/",
        ),
    ]


def test_an_error_exits_with_one_and_is_told_to_programs(doctor):
    done = doctor(PROJECTS / "two-instances", "legacy:app", "modern:app", "--json")
    told = json.loads(done.stdout)
    (finding,) = (each for each in told["findings"] if each["check"] == "db.two-instances")

    assert (done.returncode, told["ok"]) == (1, False)
    assert finding.keys() == {"check", "severity", "message", "evidence", "fix"}
    assert finding["evidence"][0] == "legacy: legacy.db, with 1 model: legacy.User"


def test_an_error_is_told_to_people(doctor):
    done = doctor(PROJECTS / "two-instances", "legacy:app", "modern:app")

    assert done.stdout.startswith(
        "error: db.two-instances\n"
        "  legacy and modern are registered with two different SQLAlchemy objects."
    )
    assert "\n    legacy: legacy.db, with 1 model: legacy.User\n" in done.stdout
    assert "\n  Fix: Keep one db in a module of its own" in done.stdout
    assert done.stdout.endswith("legacy and modern: 2 errors, 1 warning.\n")


def test_warnings_alone_exit_with_zero(doctor, tmp_path):
    (tmp_path / "plain.py").write_text("def app(environ, start_response): ...")
    (tmp_path / "other.py").write_text("from flask import Flask\napp = Flask(__name__)")
    done = doctor(tmp_path, "plain:app", "other:app")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("plain and other: 1 warning.\n")


def test_what_an_application_prints_is_kept_out_of_the_result(doctor, tmp_path):
    (tmp_path / "loud.py").write_text(
        "from flask import Flask\nprint('hello')\none, two = Flask('one'), Flask('two')"
    )
    done = doctor(tmp_path, "loud:one", "loud:two", "--json")

    assert json.loads(done.stdout) == {"ok": True, "findings": []}
    assert done.stderr == "hello\n"


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
