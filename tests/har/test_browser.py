"""What a real browser recorded at the reference application, replayed and made a test."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from gateway.parity.har.script import script_of
from gateway.parity.har.session import read_session
from shared_models.sample import SAMPLE_PASSWORD
from tests.har.conftest import ROOT

pytestmark = pytest.mark.browser


@pytest.fixture
def run(recorded, tmp_path):
    """Run a program of Python's on the database as it was before the session."""

    def start(*arguments, **environment):
        own = {"DATABASE_URL": f"sqlite:///{recorded.database}"}
        own["ATTACHMENT_FOLDER"] = str(tmp_path / "attachments")
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=ROOT,
            env=os.environ | own | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return start


@pytest.fixture
def parity(run, recorded):
    """Run `gateway parity` on the recording."""

    def start(command, *options, **environment):
        upload = f"--upload=file=@{recorded.upload}"
        arguments = "-m", "gateway", "parity", command, recorded.har, upload, *options
        return run(*arguments, **environment)

    return start


def test_session_is_the_same_on_both_sides(parity):
    done = parity("replay", "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["ok"]
    assert told["calls"] >= 15
    assert told["notes"] == []
    assert (told["differences"], told["strayed"]) == ([], [])
    assert told["left_out"]["static assets"] >= 2


def test_fault_that_only_the_rows_show_is_reported(parity, tmp_path):
    table = tmp_path / "routing_table.yaml"
    text = (ROOT / "routing_table.yaml").read_text()
    table.write_text(text.replace("modern: modern:create_app()", "modern: tests.har.changed:app"))
    accepted = (ROOT / "accepted_differences.yaml").read_text()
    (tmp_path / "accepted_differences.yaml").write_text(accepted)

    done = parity("replay", f"--table={table}", "--json")

    assert done.returncode == 1, done.stderr
    differences = json.loads(done.stdout)["differences"]
    found = {(d["method"], d["kind"], d["place"].rpartition(".")[2]) for d in differences}
    assert ("PATCH", "rows", "assistant_key") in found


@pytest.fixture
def written(recorded):
    """The test that the recording becomes."""
    return script_of(read_session(recorded.har, uploads={"file": recorded.upload}), "session")


def test_session_becomes_a_test_that_passes(written, run, tmp_path):
    file = tmp_path / "test_session.py"
    file.write_text(written.source)
    assert SAMPLE_PASSWORD not in written.source
    assert written.environment == {"PARITY_PASSWORD": SAMPLE_PASSWORD}

    options = "-q", "-p", "no:cacheprovider", f"--rootdir={ROOT}"
    ran = run("-m", "pytest", *options, file, PARITY_PASSWORD=SAMPLE_PASSWORD)

    assert ran.returncode == 0, ran.stdout
    assert "calls in 1 test compared" in ran.stdout


def test_written_test_is_as_ruff_leaves_it(written):
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "-"]
    done = subprocess.run(command, input=written.source, capture_output=True, text=True, check=True)
    assert done.stdout == written.source
