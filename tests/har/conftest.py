"""A session in a real Chromium at the reference application, and the database it began with."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.orm import Session

from shared_models.engine import make_engine
from shared_models.sample import SAMPLE_PASSWORD, load_sample
from shared_models.schema import upgrade
from tests import parts
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
QUESTION = "How do I attach a file to a message?"


@dataclass(frozen=True)
class Recorded:
    """A HAR file, the database as it was before, and the file that was uploaded."""

    har: Path
    database: Path
    upload: Path


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A session with login, creation, upload, question, renaming and deletion."""
    program = parts.chromium()
    folder = tmp_path_factory.mktemp("recorded")
    made = Recorded(folder / "session.har", folder / "before.db", folder / "visitors.csv")
    made.upload.write_bytes(b"month,visitors\nMarch,1203\nApril,2950\n")
    live = folder / "live.db"
    _fill(live)
    _copy(live, made.database)
    table = folder / "routing_table.yaml"
    table.write_text((ROOT / "routing_table.yaml").read_text())
    environment = {
        "DATABASE_URL": f"sqlite:///{live}",
        "ATTACHMENT_FOLDER": str(folder / "attachments"),
    }
    options = "--workers", "1", "--threads", "8"
    with serving(table, *options, cwd=ROOT, environment=environment) as server:
        _record(program, server.url, made)
    return made


def _fill(database: Path) -> None:
    upgrade(f"sqlite:///{database}")
    with Session(make_engine(f"sqlite:///{database}")) as session:
        load_sample(session, datetime.now(UTC))
        session.commit()


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _record(program: str, url: str, made: Recorded) -> None:
    """Work in a browser that writes a HAR; what it sent is asked of it as its tools ask."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(record_har_path=made.har, record_har_content="embed")
        page = context.new_page()
        tools = context.new_cdp_session(page)
        tools.send("Network.enable")
        uploads: list[str] = []
        tools.on("Network.requestWillBeSent", lambda event: _keep_upload(event, uploads))
        bodies: list[str] = []

        def ask() -> None:
            number = {"requestId": uploads.pop()}
            bodies.append(tools.send("Network.getRequestPostData", number)["postData"])

        _work(page, url, made.upload, ask)
        context.close()
        browser.close()
    _add_uploads(made.har, bodies)


def _keep_upload(event: Any, uploads: list[str]) -> None:
    if event["request"]["url"].endswith("/attachments") and event["request"]["method"] == "POST":
        uploads.append(event["requestId"])


def _add_uploads(har: Path, bodies: list[str]) -> None:
    """Write what Chromium's own export holds and Playwright's leaves out."""
    content = json.loads(har.read_text())
    for entry in content["log"]["entries"]:
        request = entry["request"]
        if request["method"] == "POST" and request["url"].endswith("/attachments"):
            headers = {header["name"].lower(): header["value"] for header in request["headers"]}
            post = {"mimeType": headers["content-type"], "text": bodies.pop(0)}
            request["postData"] = post
    har.write_text(json.dumps(content))


def _work(page: Any, url: str, upload: Path, uploaded: Callable[[], None]) -> None:
    from playwright.sync_api import expect  # noqa: PLC0415 - slow to import

    def press(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).first.click()

    def is_told(text: str) -> None:
        expect(page.locator("#notice")).to_have_text(text)

    page.set_default_timeout(15_000)
    page.goto(f"{url}/auth/login")
    page.get_by_label("E-mail").fill("bob@example.test")
    page.get_by_label("Password").fill(SAMPLE_PASSWORD)
    press("Sign in")
    expect(page.get_by_text("Welcome back, ")).to_be_visible()
    page.wait_for_load_state()
    press("New conversation")
    is_told("Created.")
    page.locator("#file").set_input_files(upload)
    expect(page.get_by_role("button", name="Remove visitors.csv")).to_be_visible()
    uploaded()
    page.get_by_label("Message", exact=True).fill(QUESTION)
    press("Send")
    answer = page.locator("#message-list > .assistant").last
    expect(answer.get_by_label("Rate this answer 5 of 5")).to_be_visible()
    press("Rename")
    page.get_by_label("Title").fill("Files")
    page.get_by_label("Title").press("Enter")
    is_told("Renamed.")
    page.once("dialog", lambda dialog: dialog.accept())
    press("Delete")
    is_told("Deleted.")
    press("Sign out")
    expect(page.get_by_text("You are signed out.")).to_be_visible()
