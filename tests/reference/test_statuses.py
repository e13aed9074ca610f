"""Every status that the contract lists for a route, produced on both sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import text, update
from werkzeug.test import TestResponse

from shared_models import Assistant, Message, RateBucket, User
from shared_models.sample import SAMPLE_PASSWORD
from tests.contract.test_contract import ROUTES
from tests.reference.conftest import LARGEST, Person, Site

LISTED = [
    (f"{route['blueprint']}.{route['endpoint']}", status)
    for route in ROUTES
    for status in route["statuses"]
]
BY_NAME = {f"{route['blueprint']}.{route['endpoint']}": route for route in ROUTES}
Step = Callable[[Site, Person], object]


@dataclass(frozen=True)
class Asked:
    """One request, by whom, and what happens before it."""

    method: str
    path: str
    by: str | None = "ada"
    before: tuple[Step, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


def get(path: str, *before: Step, by: str | None = "ada", **options: Any) -> Asked:
    return Asked("GET", path, by, before, options)


def post(path: str, *before: Step, by: str | None = "ada", **options: Any) -> Asked:
    return Asked("POST", path, by, before, options)


def delete(path: str, *before: Step) -> Asked:
    return Asked("DELETE", path, "ada", before)


def patch(path: str, *before: Step, **options: Any) -> Asked:
    return Asked("PATCH", path, "ada", before, options)


# What happens before


def used_up(key: str) -> Step:
    """A limit is used up, in the present window and in the next one."""

    def use_up(site: Site, _person: Person) -> None:
        now = datetime.now(UTC)
        with site.session() as session:
            for length in (60, 300, 600, 900, 3600):
                start = int(now.timestamp()) // length * length
                for begun in (start, start + length):
                    window = datetime.fromtimestamp(begun, UTC)
                    ends = now + timedelta(hours=2)
                    session.merge(
                        RateBucket(key=key, window_start=window, hits=1000, expires_at=ends)
                    )
            session.commit()

    return use_up


def changed(number: int, **values: Any) -> Step:
    """A user is another one."""

    def change(site: Site, _person: Person) -> None:
        with site.session() as session:
            session.execute(update(User).where(User.id == number).values(values))
            session.commit()

    return change


def without_schema(site: Site, _person: Person) -> None:
    with site.session() as session:
        session.execute(text("DROP TABLE alembic_version"))
        session.commit()


def assistants_off(site: Site, _person: Person) -> None:
    with site.session() as session:
        session.execute(update(Assistant).values(enabled=False))
        session.commit()


def streaming(site: Site, _person: Person) -> None:
    """An answer is being written in the first conversation."""
    now = {"state": "streaming", "created_at": datetime.now(UTC)}
    with site.session() as session:
        session.execute(update(Message).where(Message.id == 2).values(now))
        session.commit()


def attached(_site: Site, person: Person) -> None:
    assert person.post("/attachments", data=upload()).status_code in {200, 201}


def sent(site: Site, person: Person) -> None:
    attached(site, person)
    assert person.say(1, "token-one", attachment_ids=[1]).status_code == 200


def rated(_site: Site, person: Person) -> None:
    assert person.post("/feedback", json=RATING).status_code in {200, 201}


def everybody_has_a_fresh_one(_site: Site, person: Person) -> None:
    assert person.post("/conversations/fresh").status_code in {200, 201}


# What is sent

LETTER = {"name": "Ada", "email": "ada@example.test", "subject": "Hello", "body": "Hello."}
PROFILE = {"display_name": "Ada", "timezone": "UTC", "default_assistant": "guide"}
LOGIN = {"email": "ada@example.test", "password": SAMPLE_PASSWORD}
NEWCOMER = {
    "email": "new@example.test",
    "display_name": "New",
    "password": "granary of numbers",
    "accept_terms": "1",
}
PASSWORDS = {"current_password": SAMPLE_PASSWORD, "new_password": "granary of numbers"}
LEAVING = {"action": "request", "password": SAMPLE_PASSWORD}
RATING = {"message_id": 2, "rating": 4}
COLLEAGUE = {"email": "new@example.test", "display_name": "New", "role": "user"}
TITLE = {"title": "Another title"}


def upload(name: str = "a.txt", content: bytes = b"hello", conversation: str = "1") -> Any:
    return {"file": (BytesIO(content), name), "conversation_id": conversation}


def message(conversation: int = 1, **more: Any) -> dict[str, Any]:
    return {"conversation_id": conversation, "text": "Hi", "client_token": "token-two", **more}


def admin_action(action: str, done_to: str = "2", **options: Any) -> dict[int, Asked]:
    """What every change of a user may be answered with."""
    path = f"/admin/users/{done_to}/{action}"
    return {
        200: post(path, **options),
        401: post(path, by=None, **options),
        403: post(path, by="bob", **options),
        404: post(f"/admin/users/999/{action}", **options),
        409: post(f"/admin/users/1/{action}", **options),
    }


PENDING = changed(2, status="pending")

ANSWERED: dict[str, dict[int, Asked]] = {
    "pages.landing": {200: get("/", by=None), 302: get("/")},
    "pages.help": {200: get("/help")},
    "pages.contact": {
        200: get("/contact"),
        302: post("/contact", data=LETTER),
        422: post("/contact", data={}),
        429: post("/contact", used_up("contact-address:127.0.0.1"), data=LETTER),
    },
    "pages.legal": {200: get("/legal/terms"), 404: get("/legal/nothing")},
    "pages.health": {200: get("/health", by=None), 503: get("/health", without_schema, by=None)},
    "pages.settings": {
        200: get("/settings"),
        302: post("/settings", data=PROFILE),
        422: post("/settings", data={}),
    },
    "auth.login": {
        200: get("/auth/login", by=None),
        302: post("/auth/login", by=None, data=LOGIN),
        401: post("/auth/login", by=None, data={**LOGIN, "password": "a wrong one"}),
        422: post("/auth/login", by=None, data={}),
        429: post("/auth/login", used_up("login-address:127.0.0.1"), by=None, data=LOGIN),
    },
    "auth.register": {
        200: get("/auth/register", by=None),
        302: post("/auth/register", by=None, data=NEWCOMER),
        422: post("/auth/register", by=None, data={}),
        429: post("/auth/register", used_up("register-address:127.0.0.1"), by=None, data=NEWCOMER),
    },
    "auth.logout": {302: post("/auth/logout")},
    "auth.current_user": {
        200: get("/auth/current-user"),
        401: get("/auth/current-user", by=None),
    },
    "auth.update_password": {
        200: post("/auth/update-password", json=PASSWORDS),
        401: post("/auth/update-password", by=None, json=PASSWORDS),
        403: post("/auth/update-password", json={**PASSWORDS, "current_password": "no"}),
        422: post("/auth/update-password", json={**PASSWORDS, "new_password": "short"}),
        429: post("/auth/update-password", used_up("password-user:1"), json=PASSWORDS),
    },
    "auth.deletion": {
        200: get("/auth/deletion"),
        302: post("/auth/deletion", by="bob", data=LEAVING),
        403: post("/auth/deletion", by="bob", data={**LEAVING, "password": "no"}),
        422: post("/auth/deletion", data=LEAVING),
    },
    "auth.sessions": {200: delete("/auth/sessions"), 401: get("/auth/sessions", by=None)},
    "chat.app": {
        200: get("/chat"),
        302: get("/chat", by=None),
        404: get("/chat?conversation=999"),
    },
    "chat.send": {
        200: post("/chat/messages", json=message()),
        401: post("/chat/messages", by=None, json=message()),
        404: post("/chat/messages", json=message(999)),
        409: post("/chat/messages", streaming, json=message()),
        422: post("/chat/messages", json=message(text=" ")),
        429: post("/chat/messages", used_up("send-user:1"), json=message()),
    },
    "chat.assistants": {200: get("/assistants"), 401: get("/assistants", by=None)},
    "chat.enrolment": {
        200: post("/assistants/docs/enrolment"),
        401: post("/assistants/docs/enrolment", by=None),
        404: post("/assistants/nobody/enrolment"),
        409: post("/assistants/docs/enrolment", assistants_off),
    },
    "chat.upload": {
        201: post("/attachments", data=upload()),
        401: post("/attachments", by=None, data=upload()),
        404: post("/attachments", data=upload(conversation="999")),
        413: post("/attachments", data=upload(content=b"x" * (LARGEST + 1))),
        415: post("/attachments", data=upload("a.exe", b"MZ\0")),
        422: post("/attachments", data=upload(content=b"")),
        429: post("/attachments", used_up("upload-user:1"), data=upload()),
    },
    "chat.attachment": {
        200: get("/attachments/1", attached),
        206: get("/attachments/1", attached, headers={"Range": "bytes=1-2"}),
        304: get("/attachments/1", attached, headers={"If-None-Match": "*"}),
        401: get("/attachments/1", by=None),
        404: get("/attachments/999"),
        409: delete("/attachments/1", sent),
        416: get("/attachments/1", attached, headers={"Range": "bytes=99-"}),
    },
    "chat.feedback": {
        200: post("/feedback", rated, json=RATING),
        201: post("/feedback", json=RATING),
        401: post("/feedback", by=None, json=RATING),
        404: post("/feedback", json={**RATING, "message_id": 999}),
        422: post("/feedback", json={**RATING, "rating": 6}),
        429: post("/feedback", used_up("feedback-user:1"), json=RATING),
    },
    "conversation.collection": {
        200: get("/conversations"),
        201: post("/conversations", json={"assistant_key": "guide"}),
        401: get("/conversations", by=None),
        422: post("/conversations", json={"assistant_key": "nobody"}),
    },
    "conversation.fresh": {
        200: post("/conversations/fresh", everybody_has_a_fresh_one),
        201: post("/conversations/fresh"),
        401: post("/conversations/fresh", by=None),
    },
    "conversation.search": {
        200: get("/conversations/search?q=engine"),
        401: get("/conversations/search?q=engine", by=None),
        422: get("/conversations/search?q="),
    },
    "conversation.item": {
        200: get("/conversations/1"),
        304: get("/conversations/1", headers={"If-None-Match": '"1-1"'}),
        401: get("/conversations/1", by=None),
        404: delete("/conversations/999"),
        412: patch("/conversations/1", json=TITLE, headers={"If-Match": '"1-0"'}),
        422: patch("/conversations/1", json={}, headers={"If-Match": '"1-1"'}),
        428: patch("/conversations/1", json=TITLE),
    },
    "conversation.messages": {
        200: get("/conversations/1/messages"),
        401: get("/conversations/1/messages", by=None),
        404: get("/conversations/999/messages"),
        422: get("/conversations/1/messages?limit=0"),
    },
    "conversation.clear": {
        200: post("/conversations/1/clear"),
        401: post("/conversations/1/clear", by=None),
        404: post("/conversations/999/clear"),
        409: post("/conversations/1/clear", streaming),
    },
    "conversation.export": {
        200: get("/conversations/1/export?format=csv"),
        401: get("/conversations/1/export", by=None),
        404: get("/conversations/999/export"),
        422: get("/conversations/1/export?format=pdf"),
    },
    "conversation.events": {
        200: get("/conversations/1/events"),
        401: get("/conversations/1/events", by=None),
        404: get("/conversations/999/events"),
    },
    "admin.dashboard": {
        200: get("/admin/"),
        302: get("/admin/", by=None),
        403: get("/admin/", by="bob"),
    },
    "admin.users": {
        200: get("/admin/users"),
        403: get("/admin/users", by="bob"),
        422: get("/admin/users?page=0"),
    },
    "admin.create_user": {
        200: get("/admin/users/create"),
        302: post("/admin/users/create", data=COLLEAGUE),
        403: post("/admin/users/create", by="bob", data=COLLEAGUE),
        422: post("/admin/users/create", data={}),
    },
    "admin.approve": {
        **admin_action("approve"),
        200: post("/admin/users/2/approve", PENDING),
    },
    "admin.toggle": admin_action("toggle"),
    "admin.update_user": {
        **admin_action("update", json={"role": "user"}),
        422: post("/admin/users/2/update", json={"role": "queen"}),
    },
    "admin.delete_user": admin_action("delete"),
    "admin.stats": {
        200: get("/admin/stats"),
        401: get("/admin/stats", by=None),
        403: get("/admin/stats", by="bob"),
    },
    "admin.audit": {
        200: get("/admin/audit"),
        403: get("/admin/audit", by="bob"),
        422: get("/admin/audit?page=0"),
    },
    "admin.export_csv": {
        200: get("/admin/export.csv"),
        401: get("/admin/export.csv", by=None),
        403: get("/admin/export.csv", by="bob"),
    },
    "admin.cleanup": {
        200: post("/admin/cleanup", json={"older_than_days": 30, "dry_run": True}),
        401: post("/admin/cleanup", by=None, json={"older_than_days": 30}),
        403: post("/admin/cleanup", by="bob", json={"older_than_days": 30}),
        422: post("/admin/cleanup", json={"older_than_days": 0}),
    },
}


def in_legacy(name: str, status: int) -> int:
    """The status that legacy answers where modern answers this one."""
    route = BY_NAME[name]
    if name == "auth.login" and status == 401:
        return 200  # AD-09
    if route["auth"] == "admin" and status == 403:
        return 200  # AD-05
    return {422: 400, 401: 302, 201: 200}.get(status, status)  # AD-02, AD-04, AD-06


def test_the_table_has_exactly_the_statuses_of_the_contract():
    covered = [(name, status) for name, found in ANSWERED.items() for status in found]
    assert sorted(covered) == sorted(LISTED)


@pytest.mark.parametrize(("name", "status"), LISTED, ids=str)
def test_a_status_is_answered_by_its_route(side, name, status):
    asked = ANSWERED[name][status]
    person = side.stranger() if asked.by is None else side.signed_in(asked.by)
    for step in asked.before:
        step(side, person)
    # The file of a body can be read once only.
    options = {key: fresh(value) for key, value in asked.options.items()}
    answer = person.call(asked.method, asked.path, **options)
    assert answer.status_code == (status if side.name == "modern" else in_legacy(name, status))
    assert rule_of(side, asked) == BY_NAME[name]["path"]
    looks_as_this_side_looks(side, name, status, answer)


def fresh(value: Any) -> Any:
    if isinstance(value, dict) and isinstance(value.get("file"), tuple):
        content, name = value["file"]
        return {**value, "file": (BytesIO(content.getvalue()), name)}
    return value


def rule_of(site: Site, asked: Asked) -> str:
    """The address of the route that the request goes to."""
    path, _, _ = asked.path.partition("?")
    with site.app.test_request_context():
        rule, _ = site.app.url_map.bind("localhost").match(path, asked.method, return_rule=True)
    return str(rule.rule)


def looks_as_this_side_looks(site: Site, name: str, status: int, answer: TestResponse) -> None:
    """An error is one of the side's own shape, and a refusal for a time says for how long."""
    if status == 429:
        assert int(answer.headers["Retry-After"]) >= 1
    if status == 201 and site.name == "modern" and name != "chat.feedback":
        assert answer.headers["Location"].startswith("/")
    if status < 400 or name == "pages.health":
        return
    if site.name == "legacy" and answer.status_code < 400:
        assert answer.status_code == 302 or name == "auth.login" or not answer.get_json()["success"]
    elif BY_NAME[name]["kind"] == "HTML":
        assert answer.mimetype == "text/html"
    elif site.name == "legacy":
        assert set(answer.get_json()) == {"error"}  # AD-01
    else:
        assert answer.mimetype == "application/problem+json"
        assert answer.get_json()["status"] == status
