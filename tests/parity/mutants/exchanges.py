"""Short exchanges with the reference application, each of which shows some faults."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from shared_models.sample import SAMPLE_PASSWORD
from tests.parity_reference.conftest import sign_in

if TYPE_CHECKING:
    from gateway.parity.harness import Browser, Parity
    from gateway.parity.reply import Reply
    from tests.parity_reference.person import Person

GUIDE = {"assistant_key": "guide"}
CSV = b"region,amount\nnorth,1.50\nsouth,2\n"
LETTER = {"name": "Grace", "email": "Grace@Example.test", "subject": "Hi", "body": "Is it you?"}
PROFILE = {"display_name": "Bob", "timezone": "Europe/Berlin", "default_assistant": "docs"}
NEWCOMER = {
    "email": "Grace@Example.test",
    "display_name": "Grace",
    "password": "a nanosecond of wire",
    "accept_terms": "1",
}


class Scene:
    """The people of an exchange, each in a browser of their own, and what they do."""

    def __init__(self, parity: Parity) -> None:
        self.stranger = parity
        self.advance = parity.advance

    @cached_property
    def ada(self) -> Person:
        """The administrator, with five conversations."""
        return sign_in(self.stranger.browser(), "ada")

    @cached_property
    def bob(self) -> Person:
        """Somebody with two conversations."""
        return sign_in(self.stranger.browser(), "bob")

    @cached_property
    def carol(self) -> Person:
        """Somebody with none."""
        return sign_in(self.stranger.browser(), "carol")

    def log_in(self, browser: Browser | Parity | None = None, **more: str) -> Reply:
        """Send the login form, as Ada unless told otherwise."""
        browser = browser or self.stranger
        form = {"email": "ada@example.test", "password": SAMPLE_PASSWORD}
        return self.submit(browser, "/auth/login", **{**form, **more})

    def submit(self, browser: Browser | Parity, path: str, **fields: str) -> Reply:
        """Post a stranger's form with the token that its page has."""
        token = browser.get(path).form("csrf_token")
        return browser.post(path, data={"csrf_token": token, **fields})


def submit(person: Person, path: str, **fields: str) -> Reply:
    """Post the form of somebody signed in."""
    return person.browser.post(path, data={"csrf_token": person.csrf, **fields})


def attach(person: Person, name: str = "sales.csv", content: bytes = CSV, to: Any = 1) -> Reply:
    """Upload a file to a conversation."""
    return person.post(
        "/attachments", data={"conversation_id": to}, files={"file": (name, content)}
    )


def say(person: Person, text: str = "Tell me about quotas", to: int = 1, **more: Any) -> Reply:
    """Send a message to a conversation."""
    body = {"conversation_id": to, "text": text, "client_token": "once-only", **more}
    return person.post("/chat/messages", json=body)


def act(person: Person, action: str, user: int = 2, **body: Any) -> Reply:
    """Press a button of an account."""
    return person.post(f"/admin/users/{user}/{action}", **({"json": body} if body else {}))


def change(person: Person, number: int = 1, **changes: Any) -> Reply:
    """Change a conversation whatever its version is."""
    return person.patch(f"/conversations/{number}", json=changes, headers={"If-Match": "*"})
