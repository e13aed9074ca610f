"""Sessions made by chance: what three people and a stranger do with the reference application."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from tests.parity.mutants.exchanges import CSV, GUIDE, LETTER, act, attach, submit

if TYPE_CHECKING:
    from random import Random

    from tests.parity.mutants.exchanges import Scene
    from tests.parity_reference.person import Person

STRANGERS_PAGES = (
    "/", "/help", "/contact", "/legal/terms", "/auth/login", "/auth/register", "/chat", "/health",
    "/nothing", "/conversations", "/auth/current-user", "/admin/",
)  # fmt: skip
PAGES = (
    *STRANGERS_PAGES, "/settings", "/auth/sessions", "/auth/deletion", "/assistants",
    "/attachments/1", "/admin/users", "/admin/audit", "/admin/stats", "/admin/export.csv",
)  # fmt: skip
QUERIES = (
    "", "status=archived", "per_page=2", "per_page=2&page=2", "assistant_key=docs", "page=0",
    "per_page=x",
)  # fmt: skip
TITLES = ("Plans", None, "  More ", "", "<b>", "Žluťoučký 🗼", "x" * 201, 5)
TEXTS = ("Tell me about quotas", "How do I attach a file?", "sum amount by region", "")


class Walk:
    """One session; the same numbers make the same requests."""

    def __init__(self, scene: Scene, random: Random) -> None:
        self.scene = scene
        self.random = random
        self.calls = scene.stranger.calls
        self.tokens = count()

    def go(self, calls: int) -> None:
        """Do one thing after the other until so many requests were sent."""
        while len(self.calls) < calls:
            person = self.random.choice((self.scene.ada, self.scene.bob, self.scene.carol))
            self.random.choice(ACTIONS)(self, person)

    def number(self, person: Person) -> object:
        """Find a conversation of somebody's, or now and then one that may not be theirs."""
        found = person.get("/conversations", query=self.random.choice(QUERIES[:4])).json
        listed = found["items"] if isinstance(found, dict) else found
        return self.random.choice([each["id"] for each in listed] or [1])

    def browse(self, person: Person) -> None:
        person.get(self.random.choice(PAGES))

    def stroll(self, _person: Person) -> None:
        self.scene.stranger.get(self.random.choice(STRANGERS_PAGES))

    def list(self, person: Person) -> None:
        person.get("/conversations", query=self.random.choice(QUERIES))

    def create(self, person: Person) -> None:
        person.post("/conversations", json={**GUIDE, "title": self.random.choice(TITLES)})

    def begin(self, person: Person) -> None:
        person.post("/conversations/fresh")

    def read(self, person: Person) -> None:
        path = f"/conversations/{self.number(person)}"
        what = ("", "/messages", "/messages?limit=2", "/export", "/export?format=csv", "/events")
        person.get(path + self.random.choice(what))

    def change(self, person: Person) -> None:
        path = f"/conversations/{self.number(person)}"
        tag = person.get(path).headers.get("ETag", "*")
        body = self.random.choice(({"title": "More"}, {"pinned": True}, {"status": "archived"}, {}))
        person.patch(path, json=body, headers={"If-Match": tag})

    def remove(self, person: Person) -> None:
        path = f"/conversations/{self.number(person)}"
        if self.random.random() < 0.5:
            person.post(f"{path}/clear")
        else:
            person.delete(path)

    def say(self, person: Person) -> None:
        body = {"conversation_id": self.number(person), "text": self.random.choice(TEXTS)}
        person.post(
            "/chat/messages", json={**body, "client_token": f"token-{next(self.tokens):06}"}
        )

    def attach(self, person: Person) -> None:
        kept = attach(person, "sales.csv", CSV, self.number(person))
        if kept.control.status < 300:
            path = f"/attachments/{kept.json['id']}"
            person.get(path, headers=self.random.choice(({}, {"Range": "bytes=2-9"})))
            if self.random.random() < 0.3:
                person.delete(path)

    def rate(self, person: Person) -> None:
        message, stars = self.random.randrange(1, 24), self.random.randrange(6)
        person.post("/feedback", json={"message_id": message, "rating": stars})

    def search(self, person: Person) -> None:
        person.get("/conversations/search", query={"q": self.random.choice(("the", "file", ""))})

    def enrol(self, person: Person) -> None:
        path = f"/assistants/{self.random.choice(('docs', 'table', 'nobody'))}/enrolment"
        self.random.choice((person.post, person.delete))(path)

    def settle(self, person: Person) -> None:
        zone = self.random.choice(("UTC", "Europe/Berlin", "Nowhere"))
        form = {"display_name": "Somebody", "timezone": zone, "default_assistant": "docs"}
        submit(person, "/settings", **form)

    def write(self, _person: Person) -> None:
        stranger = self.scene.stranger
        self.scene.submit(stranger, "/contact", **{**LETTER, "name": self.random.choice("G ")})

    def administer(self, person: Person) -> None:
        quota = self.random.choice((7, 100, -1))
        act(person, "update", self.random.choice((2, 3, 999)), monthly_quota=quota)

    def wait(self, _person: Person) -> None:
        self.scene.advance(self.random.choice((1, 61, 600)))


ACTIONS = (
    Walk.browse, Walk.browse, Walk.browse, Walk.stroll, Walk.list, Walk.create, Walk.begin,
    Walk.read, Walk.read, Walk.read, Walk.change, Walk.change, Walk.remove, Walk.say, Walk.attach,
    Walk.rate, Walk.search, Walk.enrol, Walk.settle, Walk.write, Walk.administer, Walk.wait,
)  # fmt: skip
