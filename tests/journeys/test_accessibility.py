"""axe-core finds no serious fault on any page, by day and by night, on either side."""

from __future__ import annotations

from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from shared_models.sample import SAMPLE_PASSWORD

pytestmark = pytest.mark.browser

FOR_ALL = ("/", "/auth/login", "/auth/register", "/contact", "/help", "/legal/terms")
FOR_ADMINISTRATORS = (
    "/chat",
    "/chat?conversation=2",
    "/settings",
    "/auth/deletion",
    "/admin/",
    "/admin/users",
    "/admin/users/create",
    "/admin/audit",
)
GRAVE = {"serious", "critical"}


def faults(page):
    """What axe-core calls grave, as far as it helps to find it."""
    found = Axe().run(page).response["violations"]
    return [
        (page.url, fault["id"], node["html"][:120])
        for fault in found
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


def looked_at(page, address):
    """Look at a page wide by day, and phone-sized by night."""
    page.set_viewport_size({"width": 1280, "height": 850})
    page.emulate_media(color_scheme="light")
    page.goto(address)
    if "conversation=" in address:
        expect(page.locator("#message-list > li")).to_have_count(4)
    by_day = faults(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{address} is too wide"
    return by_day + faults(page)


@pytest.mark.parametrize("backend", ["legacy", "modern"])
def test_pages_can_be_used_by_everybody(migration, page, backend):
    migration.flip(backend)
    found = [fault for path in FOR_ALL for fault in looked_at(page, migration.url + path)]

    page.goto(f"{migration.url}/auth/login")
    page.get_by_label("E-mail").fill("ada@example.test")
    page.get_by_label("Password").fill(SAMPLE_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Welcome back").wait_for()
    found += [
        fault for path in FOR_ADMINISTRATORS for fault in looked_at(page, migration.url + path)
    ]
    # A page that is missing is an error in the console, which no other page may have.
    with closing(page.context.browser.new_page()) as elsewhere:
        found += looked_at(elsewhere, f"{migration.url}/nowhere")
    assert found == []
