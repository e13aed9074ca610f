"""What a real Firefox (153 ESR) exported after a session at the reference application.

It signed in, made a conversation, uploaded a file, asked, renamed, deleted, and signed out. The
file is its network panel's own export, without the bodies of style sheets and scripts, and with
other letters in signed tokens.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.parity.har.script import script_of
from gateway.parity.har.session import read_session
from shared_models.sample import SAMPLE_PASSWORD

FILE = Path(__file__).parent / "recordings" / "firefox.har"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def session():
    """The session, ready to be sent again."""
    return read_session(FILE)


def test_all_of_the_session_is_read(session):
    assert len(session.steps) == 25
    assert session.notes == ()
    assert session.left_out == {
        "static assets": 4,
        "addresses that are not HTTP, such as data:": 1,
    }


def test_file_that_was_uploaded_is_in_the_recording(session):
    (upload,) = [step for step in session.steps if step.entry.request.path == "/attachments"]
    content = b"month,visitors\nMarch,1203\nApril,2950\n"
    assert [part.content for part in upload.template.parts] == [b"9", content]


def test_session_is_the_same_on_both_sides(tmp_path):
    options = "--state=tests.har.sampled:sampled", f"--table={ROOT / 'routing_table.yaml'}"
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "parity", "replay", str(FILE), "--json", *options],
        cwd=ROOT,
        env=os.environ | database | {"ATTACHMENT_FOLDER": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert (told["calls"], told["differences"]) == (25, [])
    # It asked for the conversation while deleting it.
    assert [note.partition(": ")[2][:22] for note in told["notes"]] == ["GET /conversations/9 g"]


def test_session_becomes_a_test_without_its_secrets(session):
    script = script_of(session, "session")

    assert list(script.environment) == ["PARITY_PASSWORD"]
    assert SAMPLE_PASSWORD not in script.source
    assert 'data={"conversation_id": conversation_id_2}' in script.source
    assert '"attachment_ids": [attachments.json["id"]]' in script.source
