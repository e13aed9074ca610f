"""The main job: people at work while routes are flipped between every two of their steps."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

PASSWORD = "a long enough password"
OTHER = {"legacy": "modern", "modern": "legacy"}


class Person:
    """Somebody with an HTTP client of their own, who copes with either application's answers."""

    def __init__(self, migration, first: str) -> None:
        self.migration = migration
        self.client = requests.Session()
        self.backends = itertools.cycle([first, OTHER[first]])
        self.answered: dict[str, str] = {}

    def step(self, name: str, method: str, path: str, **options: Any) -> requests.Response:
        """Flip every route to the other application, then take the step."""
        backend = next(self.backends)
        self.migration.flip(backend)
        response = self.send(method, path, **options)
        assert response.headers["X-Gateway-Backend"] == backend
        self.answered[name] = backend
        return response

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        url = self.migration.url + path
        return self.client.request(method, url, timeout=20, allow_redirects=False, **options)

    def form_token(self, path: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.send("GET", path).text)
        assert found is not None
        return found[1]

    def api_token(self) -> dict[str, str]:
        return {"X-CSRFToken": self.send("GET", "/auth/current-user").json()["csrf_token"]}


def items(answer: Any) -> list[Any]:
    return answer if isinstance(answer, list) else answer["items"]


def walk(migration, first: str) -> Person:
    """Register, sign in, create, rename, list, archive, delete, sign out; check rows each time."""
    person, email = Person(migration, first), f"{first}@example.test"
    registration = {
        "email": email,
        "display_name": "Grace Hopper",
        "password": PASSWORD,
        "accept_terms": "1",
        "csrf_token": person.form_token("/auth/register"),
    }
    answer = person.step("register", "POST", "/auth/register", data=registration)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/auth/login")
    ((user_id, status),) = migration.rows(
        'select id, status from "user" where email = :email', email=email
    )
    assert status == "active"

    token = person.form_token("/auth/login")
    credentials = {"email": email, "password": PASSWORD, "csrf_token": token}
    answer = person.step("sign in", "POST", "/auth/login", data=credentials)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/chat")
    live = "select count(*) from login_session where user_id = :user and revoked_at is null"
    assert migration.rows(live, user=user_id) == [(1,)]

    made = {"title": "Compilers", "assistant_key": "guide"}
    answer = person.step("create", "POST", "/conversations", json=made, headers=person.api_token())
    assert answer.status_code in {200, 201}
    path = f"/conversations/{answer.json()['id']}"

    headers = {**person.api_token(), "If-Match": answer.headers["ETag"]}
    answer = person.step("rename", "PATCH", path, json={"title": "COBOL"}, headers=headers)
    assert answer.status_code == 200

    listed = person.step("list", "GET", "/conversations")
    assert [item["title"] for item in items(listed.json())] == ["COBOL"]

    headers = {**person.api_token(), "If-Match": answer.headers["ETag"]}
    answer = person.step("archive", "PATCH", path, json={"status": "archived"}, headers=headers)
    assert answer.status_code == 200
    row = "select title, status, version from conversation where user_id = :user"
    assert migration.rows(row, user=user_id) == [("COBOL", "archived", 3)]

    answer = person.step("delete", "DELETE", path, headers=person.api_token())
    assert answer.status_code == 200
    assert migration.rows(row, user=user_id) == []

    form = {"csrf_token": person.api_token()["X-CSRFToken"]}
    answer = person.step("sign out", "POST", "/auth/logout", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/auth/login")
    assert migration.rows(live, user=user_id) == [(0,)]
    return person


def test_a_client_works_on_while_every_route_is_flipped(migration, load):
    with load("/auth/login", "/") as steady:
        walks = [walk(migration, "legacy"), walk(migration, "modern")]

    for step in walks[0].answered:
        assert {person.answered[step] for person in walks} == {"legacy", "modern"}
    assert steady.failures == []
    assert min(steady.backends["legacy"], steady.backends["modern"]) > 10


class Visitor:
    """Somebody at a browser."""

    def __init__(self, migration, page, first: str) -> None:
        self.migration, self.page = migration, page
        self.email = f"{first}-browser@example.test"
        self.backends = itertools.cycle([first, OTHER[first]])

    def flip(self) -> str:
        backend = next(self.backends)
        self.migration.flip(backend)
        return backend

    def steps(self) -> Iterator[str]:
        """Take one step of the journey after the other, by what a person sees."""
        page, here = self.page, self.migration.url
        page.goto(f"{here}/auth/register")
        page.get_by_label("E-mail").fill(self.email)
        page.get_by_label("Name").fill("Grace Hopper")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("I accept the terms").check()
        yield "register"
        page.get_by_role("button", name="Create account").click()
        page.get_by_text("Your account is ready. Sign in to begin.").wait_for()

        page.get_by_label("E-mail").fill(self.email)
        page.get_by_label("Password").fill(PASSWORD)
        yield "sign in"
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("Welcome back, Grace Hopper.").wait_for()
        page.wait_for_load_state()  # until the page's scripts run, nothing hears a click

        yield "create"
        page.get_by_role("button", name="New conversation").click()
        page.get_by_text("Created.").wait_for()

        yield "rename"
        self.listed().get_by_role("button", name="Rename").first.click()
        page.get_by_label("Title").fill("COBOL")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Renamed.").wait_for()

        yield "list"
        page.reload()
        self.listed().get_by_role("link", name="COBOL").wait_for()

        yield "archive"
        self.item("COBOL").get_by_role("button", name="Archive").click()
        page.get_by_text("Archived.").wait_for()
        page.get_by_role("button", name="Archived").click()
        self.listed().get_by_role("link", name="COBOL").wait_for()

        yield "delete"
        page.once("dialog", lambda dialog: dialog.accept())
        self.item("COBOL").get_by_role("button", name="Delete").click()
        page.get_by_text("Deleted.").wait_for()

        yield "sign out"
        page.get_by_role("button", name="Sign out").click()
        page.get_by_text("You are signed out.").wait_for()

    def listed(self):
        return self.page.locator("#conversation-list")

    def item(self, title: str):
        link = self.page.get_by_role("link", name=title)
        return self.listed().get_by_role("listitem").filter(has=link)


@pytest.mark.browser
@pytest.mark.parametrize("first", ["legacy", "modern"])
def test_a_person_works_on_while_every_route_is_flipped(migration, load, page, first):
    visitor = Visitor(migration, page, first)
    taken = {}

    with load("/auth/login", "/") as steady:
        for step in visitor.steps():
            taken[step] = visitor.flip()

    assert list(taken) == [
        "register", "sign in", "create", "rename", "list", "archive", "delete", "sign out"
    ]  # fmt: skip
    assert set(taken.values()) == {"legacy", "modern"}
    assert steady.failures == []
    sql = (
        'select s.revoked_at is not null, c.title from "user" u'
        " join login_session s on s.user_id = u.id left join conversation c on c.user_id = u.id"
    )
    rows = migration.rows(f"{sql} where u.email = :email", email=visitor.email)
    # The fresh conversation that /chat opened is left; the one that was renamed is deleted.
    assert {signed_out for signed_out, _ in rows} == {1}
    assert {title for _, title in rows} == {None}
