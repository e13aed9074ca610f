"""A day's work in a real browser: all legacy, all modern, and flipped between any two steps."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import expect

from shared_models.sample import SAMPLE_PASSWORD
from tests.databases import ON_SERVER
from tests.serving import until

pytestmark = pytest.mark.browser

MODES = {"legacy": ["legacy"], "modern": ["modern"], "mixed": ["legacy", "modern"]}
# A server's database, which takes its time, is shown both applications in one way.
WAYS = ["mixed"] if ON_SERVER else list(MODES)
USER = '"user"'  # a name that PostgreSQL has for itself
NEW_PASSWORD = "an even longer password"
CSV = b"month,visitors\nMarch,1203\nApril,2950\nMay,4812\n"


class Worker:
    """Somebody at a browser; in `mixed` every step begins with a flip to the other application."""

    def __init__(self, migration, page, mode: str) -> None:
        self.migration, self.page = migration, page
        self.backends = itertools.cycle(MODES[mode])
        self.notice = page.locator("#notice")
        self.messages = page.locator("#message-list > li")
        self.answer = page.locator("#message-list > .assistant")

    def step(self) -> None:
        self.migration.flip(next(self.backends))

    def sign_in(self, email: str, password: str = SAMPLE_PASSWORD) -> None:
        self.open("/auth/login")
        self.page.keyboard.press("Tab")
        expect(self.page.get_by_role("link", name="Skip to content")).to_be_focused()
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.press("Sign in")
        self.sees("Welcome back, ")
        self.page.wait_for_load_state()  # until its scripts run, nothing hears a click

    def open(self, path: str) -> None:
        self.page.goto(self.migration.url + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def agree_and_press(self, name: str) -> None:
        self.page.once("dialog", lambda dialog: dialog.accept())
        self.press(name)

    def is_told(self, text: str) -> None:
        expect(self.notice).to_have_text(text)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text)).to_be_visible()
        self.page.wait_for_load_state()  # by then its scripts have begun

    def say(self, text: str) -> None:
        self.page.get_by_label("Message", exact=True).fill(text)
        self.press("Send")

    def say_by_keyboard(self, text: str) -> None:
        box = self.page.get_by_label("Message", exact=True)
        box.press("Shift+Enter")
        expect(box).to_have_value("\n")
        box.fill(text)
        box.press("Enter")

    def another_window(self):
        """A second window on the same conversation, and the answers that it shows."""
        window = self.page.context.new_page()
        window.goto(self.page.url)
        return window, window.locator("#message-list > .assistant")

    def is_answered(self, text: str) -> None:
        expect(self.answer.last).to_contain_text(text)
        expect(self.page.locator("#stop")).to_be_hidden()
        expect(self.answer.last.get_by_label("Rate this answer 5 of 5")).to_be_visible()

    def drops(self, name: str, kind: str, content: str) -> None:
        """Drop a file onto the conversation."""
        made = """([name, type, content]) => {
            const files = new DataTransfer();
            files.items.add(new File([content], name, { type }));
            return files;
        }"""
        files = self.page.evaluate_handle(made, [name, kind, content])
        self.page.dispatch_event("#conversation", "drop", {"dataTransfer": files})

    def row(self, title: str):
        link = self.page.get_by_role("link", name=title, exact=True)
        return self.page.locator("#conversation-list > li").filter(has=link)

    def rows(self, sql: str, **parameters: object):
        return self.migration.rows(sql, **parameters)


@pytest.fixture(params=WAYS)
def worker(request, migration, page):
    expect.set_options(timeout=20_000)
    return Worker(migration, page, request.param)


def test_workday(worker):
    worker.step()
    worker.sign_in("bob@example.test")
    asks_and_watches(worker)
    attaches_a_table(worker)
    stops_an_answer(worker)
    tidies_up(worker)
    signs_out(worker)

    worker.sign_in("carol@example.test")
    changes_the_settings(worker)
    leaves_and_stays(worker)
    signs_out(worker)

    worker.sign_in("ada@example.test")
    administers(worker)
    signs_out(worker)


def signs_out(worker):
    worker.step()
    worker.press("Sign out")
    worker.sees("You are signed out.")
    live = "select count(*) from login_session where revoked_at is null"
    assert worker.rows(live) == [(0,)]


def asks_and_watches(worker):
    worker.step()
    worker.press("New conversation")
    worker.is_told("Created.")
    worker.say_by_keyboard("How do I attach a file to a message?")
    expect(worker.messages).to_have_count(2)
    expect(worker.answer.last).to_contain_text("Writing…")
    window, answer = worker.another_window()
    expect(answer.last).to_contain_text("Writing…")
    worker.step()  # amid the answer, which goes on where it began
    early = worker.answer.last.text_content()
    worker.is_answered("Attach")
    expect(answer.last.get_by_label("Rate this answer 5 of 5")).to_be_visible()
    assert len(worker.answer.last.text_content()) > len(early)
    title = "How do I attach a file to a message?"
    expect(worker.page.get_by_role("heading", level=1)).to_have_text(title)
    sql = "select sender, state from message m join conversation c on c.id = conversation_id"
    rows = worker.rows(f"{sql} where c.title = :title order by seq", title=title)
    assert rows == [("user", "complete"), ("assistant", "complete")]

    worker.say("Xyzzy?")
    expect(worker.messages).to_have_count(4)
    worker.is_answered("I found nothing about that")
    expect(answer).to_have_count(1)
    worker.step()
    come_back_to(window)
    expect(answer).to_have_count(2)
    expect(answer.last).to_contain_text("I found nothing about that")
    window.close()


def come_back_to(window):
    # By hand, since Chromium takes every page for looked at while it is driven by a test.
    window.evaluate("window.dispatchEvent(new Event('focus'))")


def attaches_a_table(worker):
    worker.step()
    worker.page.locator("#assistant").select_option("table")
    worker.press("New conversation")
    expect(worker.messages).to_have_count(0)
    file = {"name": "visitors.csv", "mimeType": "text/csv", "buffer": CSV}
    worker.page.locator("#file").set_input_files(file)
    expect(worker.page.get_by_role("button", name="Remove visitors.csv")).to_be_visible()

    worker.step()
    worker.say("Sum of visitors by month")
    worker.is_answered("visitors.csv")
    expect(worker.answer.last.locator("table")).to_contain_text("4812")
    expect(worker.page.get_by_role("link", name="visitors.csv")).to_be_visible()

    worker.step()
    worker.answer.last.get_by_label("Rate this answer 4 of 5").click()
    worker.is_told("Thank you for your feedback.")
    expect(worker.answer.last.locator("button[aria-pressed=true]")).to_have_count(4)
    worker.answer.last.get_by_text("Comment", exact=True).click()
    worker.answer.last.get_by_label("Comment").fill("Quick.")
    worker.answer.last.get_by_role("button", name="Save").click()
    sql = "select f.rating, f.comment from feedback f"
    until(lambda: worker.rows(sql) == [(4, "Quick.")])

    worker.step()
    worker.page.reload()
    expect(worker.answer.last.locator("button[aria-pressed=true]")).to_have_count(4)
    worker.drops("more.csv", "text/csv", CSV.decode())
    expect(worker.page.get_by_role("button", name="Remove more.csv")).to_be_visible()
    worker.press("Remove more.csv")
    expect(worker.page.get_by_role("button", name="Remove more.csv")).to_have_count(0)


def stops_an_answer(worker):
    worker.step()
    worker.page.locator("#assistant").select_option("guide")
    worker.press("New conversation")
    expect(worker.messages).to_have_count(0)
    worker.say("How do I change my password?")
    expect(worker.answer.last).to_contain_text("Writing…")
    worker.press("Stop")
    expect(worker.answer.last).to_contain_text("This answer was not finished.")
    assert worker.rows("select count(*) from message where state = 'failed'") == [(1,)]


def tidies_up(worker):
    page = worker.page
    worker.step()
    page.get_by_label("Search what was said").fill("attach file")
    worker.press("Find")
    worker.row("How do I attach a file to a message?").first.get_by_role("link").click()
    expect(worker.messages).to_have_count(4)

    worker.step()
    worker.press("Pin")
    worker.is_told("Saved.")
    row = worker.row("How do I attach a file to a message?")
    row.get_by_role("button", name="Rename").click()
    page.get_by_label("Title").fill("Something else")
    page.get_by_label("Title").press("Escape")
    row.get_by_role("button", name="Rename").click()
    page.get_by_label("Title").fill("Files")
    page.get_by_label("Title").press("Enter")
    worker.is_told("Renamed.")
    sql = "select pinned, title, status from conversation where title = 'Files'"
    assert worker.rows(sql) == [(1, "Files", "open")]

    worker.step()
    page.locator("summary").get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Markdown", exact=True).click()
    assert re.fullmatch(r"conversation-\d+\.md", download.value.suggested_filename)
    assert download.value.path().read_text().startswith("# Files\n")

    worker.step()
    worker.agree_and_press("Clear")
    worker.is_told("Cleared.")
    expect(worker.messages).to_have_count(0)
    sql = "select count(m.id) from conversation c left join message m on c.id = conversation_id"
    assert worker.rows(f"{sql} where title = 'Files'") == [(0,)]

    worker.step()
    worker.row("Files").get_by_role("button", name="Archive").click()
    worker.is_told("Archived.")
    worker.press("Archived")
    expect(worker.row("Files")).to_be_visible()


def changes_the_settings(worker):
    page = worker.page
    worker.open("/settings")
    page.get_by_label("Name").fill("Carol S.")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    worker.step()
    worker.press("Save settings")
    worker.sees("Your settings are saved.")
    sql = f"select display_name, timezone from {USER} where email = 'carol@example.test'"
    assert worker.rows(sql) == [("Carol S.", "Europe/Berlin")]

    worker.step()
    documents = page.locator("#enrolments").get_by_role("button", name="Documents")
    documents.click()
    worker.is_told("Documents is offered first.")
    sql = "select assistant_key, active from enrolment"
    assert worker.rows(sql) == [("docs", 1)]
    worker.step()
    documents.click()
    worker.is_told("Documents is left.")
    assert worker.rows(sql) == [("docs", 0)]

    worker.step()
    page.get_by_label("Current password").fill(SAMPLE_PASSWORD)
    page.get_by_label("New password").fill(NEW_PASSWORD)
    worker.press("Change password")
    worker.is_told("Your password is changed.")


def leaves_and_stays(worker):
    page = worker.page
    worker.step()
    worker.open("/auth/deletion")
    page.get_by_label("Password").fill(NEW_PASSWORD)
    worker.press("Delete my account")
    worker.sees("Until then you can keep it.")
    status = f"select status, deletion_requested_at is null from {USER} where email like 'carol@%'"
    assert worker.rows(status) == [("deleting", 0)]
    worker.step()
    page.get_by_role("link", name="Keep it").click()
    worker.press("Keep my account")
    worker.sees("Your account stays.")
    assert worker.rows(status) == [("active", 1)]


def administers(worker):
    page = worker.page
    worker.open("/admin/users/create")
    page.get_by_label("E-mail").fill("dora@example.test")
    page.get_by_label("Name").fill("Dora Duck")
    worker.step()
    worker.press("Create account")
    worker.sees("Account for dora@example.test created. Temporary password: ")
    dora = page.locator("#accounts tr").filter(has_text="dora@example.test")
    expect(dora).to_contain_text("active")

    worker.step()
    dora.get_by_role("button", name="Disable").click()
    expect(dora.get_by_role("button", name="Enable")).to_be_visible()
    status = f"select status from {USER} where email = 'dora@example.test'"
    assert worker.rows(status) == [("disabled",)]

    worker.step()
    page.once("dialog", lambda dialog: dialog.accept())
    dora.get_by_role("button", name="Delete").click()
    expect(dora).to_have_count(0)
    assert worker.rows(status) == []

    worker.step()
    worker.open("/admin/audit")
    for action in ("user.create", "user.disable", "user.delete"):
        worker.sees(action)
    sql = "select action from audit_event order by id"
    assert worker.rows(sql) == [("user.create",), ("user.disable",), ("user.delete",)]

    worker.step()
    worker.open("/admin/")
    worker.press("Count them")
    worker.is_told("Would delete 0 empty conversations.")
