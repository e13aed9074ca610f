"""The workspace in a real browser, on a real server."""

import threading

import pytest
from playwright.sync_api import APIResponse, Route, expect, sync_playwright
from werkzeug.serving import make_server

from shared_models.sample import SAMPLE_PASSWORD
from tests import parts

pytestmark = pytest.mark.browser

QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 20_000  # a busy machine is slow, not wrong


@pytest.fixture(scope="module")
def browser():
    program = parts.chromium()
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def address(build):
    server = make_server("127.0.0.1", 0, build(environment="development"), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser, address):
    """A page that must not complain in its console."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: hear(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def hear(text):
        # That somebody is signed out is no fault of the page, but Chromium reports the 401.
        if "status of 401" not in text:
            complaints.append(text)

    yield page
    context.close()
    assert complaints == []


def sign_in(page, email="ada@example.test"):
    page.goto("/auth/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(SAMPLE_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Welcome back")).to_be_visible()
    page.wait_for_load_state()  # until its modules run, nothing hears a click


def row(page, title):
    return page.locator("#conversation-list li").filter(
        has=page.get_by_role("link", name=title, exact=True)
    )


def test_a_conversation_is_created_renamed_archived_reopened_and_deleted(page):
    sign_in(page, "carol@example.test")
    notice = page.locator("#notice")

    page.get_by_role("button", name="New conversation").click()
    expect(notice).to_have_text("Created.")
    expect(page).to_have_url("/chat?conversation=9")
    expect(row(page, "Untitled")).to_have_count(2)

    page.locator("li[data-id='9']").get_by_role("button", name="Rename").click()
    page.get_by_label("Title").fill("<b>Plans</b>")
    page.get_by_label("Title").press("Enter")
    expect(notice).to_have_text("Renamed.")
    expect(page.get_by_role("heading", level=1)).to_have_text("<b>Plans</b>")
    expect(row(page, "<b>Plans</b>").get_by_role("link")).to_be_focused()

    row(page, "<b>Plans</b>").get_by_role("button", name="Archive").click()
    expect(notice).to_have_text("Archived.")
    page.get_by_role("button", name="Archived", exact=True).click()
    row(page, "<b>Plans</b>").get_by_role("button", name="Reopen").click()
    expect(notice).to_have_text("Reopened.")
    expect(page.locator("#list-empty")).to_be_visible()

    page.get_by_role("button", name="Open", exact=True).click()
    page.once("dialog", lambda dialog: dialog.accept())
    row(page, "<b>Plans</b>").get_by_role("button", name="Delete").click()
    expect(notice).to_have_text("Deleted.")
    expect(page).to_have_url("/chat?conversation=8")
    expect(row(page, "Untitled")).to_have_count(1)


def test_a_late_answer_does_not_undo_a_newer_one(page):
    sign_in(page)
    held: list[tuple[Route, APIResponse]] = []

    def hold_the_first(route):
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.route("**/conversations?*", hold_the_first)
    page.goto("/chat?conversation=1")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#notice")).to_have_text("Created.")
    route, answer = held[0]
    route.fulfill(response=answer)
    page.wait_for_timeout(300)  # time enough to draw the outdated list

    expect(page.locator("li[data-id='9']")).to_be_visible()


def test_escape_leaves_the_title_as_it_was(page):
    sign_in(page)
    page.locator("li[data-id='1']").get_by_role("button", name="Rename").click()
    page.get_by_label("Title").fill("Something else")
    page.get_by_label("Title").press("Escape")

    expect(row(page, "Notes on the Analytical Engine")).to_be_visible()
    expect(page.locator("li[data-id='1']").get_by_role("button", name="Rename")).to_be_focused()


def test_a_dialog_that_is_dismissed_deletes_nothing(page):
    sign_in(page)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.locator("li[data-id='1']").get_by_role("button", name="Delete").click()

    expect(row(page, "Notes on the Analytical Engine")).to_be_visible()
    expect(page.locator("#notice")).to_be_empty()


def test_a_conversation_shows_its_messages(page):
    sign_in(page)
    page.get_by_role("link", name="Rotkäppchen").click()

    expect(page.locator(".message")).to_have_count(4)
    expect(page.locator(".message .body").nth(2)).to_contain_text("Does <b>markup</b> survive")


def test_a_session_that_ended_leads_to_the_login(page):
    sign_in(page)
    page.goto("/chat?conversation=1")
    expect(page.locator(".message")).to_have_count(5)
    page.context.clear_cookies()
    page.get_by_role("button", name="Archived").click()

    expect(page).to_have_url("/auth/login?next=/chat")
