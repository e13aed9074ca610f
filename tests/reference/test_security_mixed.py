"""What one application lets in or keeps out, the other one keeps so: a flip opens no door.

The names carry the requirement of OWASP ASVS 5.0 that a test is about.
"""

from __future__ import annotations

import csv
from html import escape
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import func, select, update

from shared_models import AuditEvent, Message, User
from tests.reference.conftest import Person
from tests.reference.mixture import WAYS, Mixture
from tests.reference.test_access import FOREIGN, OPERATIONS, path_of
from tests.reference.test_security_content import FILE_NAMES, HOSTILE, attach, code_of
from tests.reference.test_turns import all_at_once

INVALID = {400, 422}  # AD-02


@pytest.mark.parametrize(("method", "path"), FOREIGN)
def test_v8_2_2_a_foreign_id_stays_a_missing_one(mixture, renewed, method, path):
    bob = mixture.signed_in("bob")
    before = renewed["legacy"].rows("login_session")
    for _ in range(2):
        for asked in (path, path.replace("/1", "/999")):
            assert bob.call(method, asked, json={"title": "x"}).status_code == 404
        mixture.flip()
    assert renewed["legacy"].rows("login_session") == before


def test_v8_2_1_every_operation_is_refused_to_whom_it_is_not_for(mixture, renewed):
    stranger, bob = mixture.browser(), mixture.signed_in("bob")
    before = renewed["legacy"].rows("login_session")
    for route, method in OPERATIONS:
        people = {"user": [stranger], "admin": [stranger, bob]}.get(route["auth"], [])
        for person in people:
            mixture.flip()
            answer = person.call(method, path_of(route))
            refused(mixture.answering, route, answer, is_known=person is bob)
    assert renewed["legacy"].rows("login_session") == before


def refused(side: str, route: Any, answer: Any, *, is_known: bool) -> None:
    if is_known and side == "legacy":
        assert (answer.status_code, answer.get_json()) == (200, {"success": False})  # AD-05
    elif is_known:
        assert answer.status_code == 403
    else:
        is_page = side == "legacy" or route["kind"] == "HTML"  # AD-04
        assert answer.status_code == (302 if is_page else 401)


def test_v3_5_nothing_unsafe_is_done_without_the_token(mixture, renewed):
    ada = mixture.signed_in("ada")
    before = renewed["legacy"].rows("login_session")
    for route, method in OPERATIONS:
        if method != "GET":
            mixture.flip()
            answer = ada.client.open(path_of(route), method=method, buffered=True)
            assert (route["path"], answer.status_code) == (route["path"], 400)
    assert renewed["legacy"].rows("login_session") == before


@pytest.mark.parametrize("field", ["user_id", "role", "version", "id", "created_at"])
def test_v15_3_3_a_field_that_is_not_offered_changes_nothing_with_the_others_etag(mixture, field):
    ada = mixture.signed_in("ada")
    seen = ada.get("/conversations/1")
    mixture.flip()
    headers = {"If-Match": seen.headers["ETag"]}
    sent = {"json": {"title": "x", field: 2}, "headers": headers}
    assert ada.call("PATCH", "/conversations/1", **sent).status_code in INVALID
    mixture.flip()
    assert ada.get("/conversations/1").get_json() == seen.get_json()
    changed = ada.call("PATCH", "/conversations/1", json={"title": "x"}, headers=headers)
    assert changed.status_code == 200


def test_v1_2_1_what_one_side_takes_the_other_shows_as_text(mixture):
    ada = mixture.signed_in("ada")
    for text in HOSTILE:
        new = {"title": text, "assistant_key": "guide"}
        number = ada.call("POST", "/conversations", json=new).get_json()["id"]
        form = {"display_name": text[:80], "timezone": "UTC", "default_assistant": "guide"}
        ada.submit("/settings", **form)
        mixture.flip()
        page = ada.get(f"/chat?conversation={number}").text
        assert code_of(page) == []
        assert escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page
        assert code_of(ada.get("/admin/users").text) == []


def test_v1_2_10_what_was_said_to_one_side_is_no_formula_in_the_others_export(mixture):
    ada = mixture.signed_in("ada")
    for number, said in enumerate(["=1+1", "@x", "+1", "-1", HOSTILE[0]]):
        body = {"conversation_id": 1, "text": said, "client_token": f"token-{number:04}"}
        assert ada.call("POST", "/chat/messages", json=body).status_code == 200
    mixture.flip()
    exported = ada.get("/conversations/1/export?format=csv")
    cells = [cell for row in csv.reader(StringIO(exported.text)) for cell in row]
    assert "'=1+1" in cells
    assert [cell for cell in cells if cell.startswith(("=", "@", "+", "-"))] == []


def test_v1_2_4_sql_finds_nothing_and_does_nothing_whoever_answers(mixture, renewed):
    ada = mixture.signed_in("ada")
    before = renewed["legacy"].rows("login_session")
    for text in HOSTILE:
        for path, name in (
            ("/conversations/search", "q"),
            ("/conversations", "assistant_key"),
            ("/admin/export.csv", "q"),
        ):
            mixture.flip()
            answer = ada.get(path, query_string={name: f"zzz {text}"})
            assert answer.status_code == 200
            assert text not in answer.text
    assert renewed["legacy"].rows("login_session") == before


@pytest.mark.parametrize(("name", "kept"), FILE_NAMES)
def test_v5_4_1_a_file_that_one_side_took_is_a_download_of_the_other(mixture, name, kept):
    ada = mixture.signed_in("ada")
    made = attach(ada, name, b"<script>window.hit=1</script>").get_json()
    mixture.flip()
    answer = ada.get(made["url"])
    assert (made["name"], answer.status_code, answer.mimetype) == (kept, 200, "text/plain")
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.usefixtures("standstill")
@pytest.mark.parametrize("limit", ["/chat/messages", "/feedback", "/attachments"])
def test_v2_4_1_a_limit_of_a_person_counts_in_both(mixture, limit):
    bob = mixture.signed_in("bob")
    most = {"/chat/messages": 20, "/feedback": 30, "/attachments": 20}[limit]
    for _ in range(most):
        mixture.flip()
        assert bob.call("POST", limit, json={}).status_code in INVALID
    for _ in range(2):
        mixture.flip()
        assert bob.call("POST", limit, json={}).status_code == 429


# Many at once, of whom the gateway sends every other one to the other application

MANY = 20


@pytest.fixture
def split(renewed) -> Mixture:
    """The gateway over both, for people whom it sends here and there."""
    apps = {name: site.app for name, site in renewed.items()}
    return Mixture(apps, renewed["legacy"].engine, WAYS["legacy"])


def many(split: Mixture, name: str) -> list[Person]:
    """Browsers of a person's, with a token each, so that all send at the same moment."""
    browsers = split.signed_in_at_each(name, MANY)
    return [Person(browser.client, browser.csrf()) for browser in browsers]


def test_v15_4_2_messages_to_both_sides_are_turns_one_after_the_other(split):
    people = many(split, "bob")
    number = people[0].post("/conversations/fresh").get_json()["id"]
    sends = [lambda p=p, n=n: p.say(number, f"token-{n:03}") for n, p in enumerate(people)]
    statuses = all_at_once(sends)
    taken = statuses.count(200)
    assert set(statuses) <= {200, 409}
    assert taken
    with split.session() as session:
        mine = select(Message.seq, Message.state).filter_by(conversation_id=number)
        messages = session.execute(mine.order_by(Message.seq)).all()
        assert messages == [(seq + 1, "complete") for seq in range(2 * taken)]
        assert session.get_one(User, 2).quota_used == taken


def test_v15_4_2_one_token_sent_to_both_sides_is_one_turn(split):
    people = many(split, "bob")
    number = people[0].post("/conversations/fresh").get_json()["id"]
    statuses = all_at_once([lambda p=p: p.say(number, "the-same-token") for p in people])
    assert set(statuses) <= {200, 409}
    with split.session() as session:
        written = select(func.count(Message.id)).filter_by(conversation_id=number)
        assert (session.get_one(User, 2).quota_used, session.scalar(written)) == (1, 2)


def test_v2_3_3_the_last_of_a_quota_is_spent_once(split):
    people, quota = many(split, "bob"), 3
    new = {"assistant_key": "guide"}
    numbers = [p.post("/conversations", json=new).get_json()["id"] for p in people]
    with split.session() as session:
        session.execute(update(User).values(monthly_quota=quota))
        session.commit()
    sends = [lambda p=p, n=n: p.say(n, "token-one") for p, n in zip(people, numbers, strict=True)]
    assert all_at_once(sends) == [200] * quota + [429] * (MANY - quota)
    with split.session() as session:
        written = select(func.count(Message.id)).where(Message.conversation_id.in_(numbers))
        assert (session.get_one(User, 2).quota_used, session.scalar(written)) == (3, 2 * quota)


def test_v15_4_2_an_account_is_approved_once(split):
    with split.session() as session:
        session.execute(update(User).where(User.id == 2).values(status="pending"))
        session.commit()
    approvals = [lambda p=p: p.post("/admin/users/2/approve") for p in many(split, "ada")]
    assert all_at_once(approvals) == [200] + [409] * (MANY - 1)
    with split.session() as session:
        approved = select(func.count(AuditEvent.id)).filter_by(action="user.approve")
        assert session.scalar(approved) == 1
