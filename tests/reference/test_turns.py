"""What becomes of a turn, whoever fails and whoever goes away, on both sides."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select, update

from assistants import RESPONDERS, Context, Delta, ResponderError, StreamEvent
from shared_models import Assistant, Conversation, Feedback, LoginSession, Message, User
from tests.reference.conftest import Person, Site, events_of

PATIENCE = 20


class Held:
    """Says one thing, and another only when it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.closed = threading.Event()

    def reply(self, context: Context) -> Iterator[StreamEvent]:
        try:
            yield Delta("one ")
            assert self.go.wait(PATIENCE)
            yield Delta("two")
        finally:
            self.closed.set()


class Broken:
    """Says one thing and fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def reply(self, context: Context) -> Iterator[StreamEvent]:
        yield Delta("one ")
        raise self.error


@pytest.fixture
def answered_by(site: Site, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let a responder answer in the conversations with the guide."""

    def answered_by(responder: Any) -> Any:
        monkeypatch.setitem(RESPONDERS, "test", responder)
        with site.session() as session:
            changed = update(Assistant).where(Assistant.key == "guide")
            session.execute(changed.values(config={"responder": "test"}))
            session.commit()
        return responder

    return answered_by


@pytest.fixture
def fresh(ada: Person) -> int:
    number: int = ada.post("/conversations/fresh").get_json()["id"]
    return number


def newest(site: Site, conversation: int) -> Message:
    with site.session() as session:
        mine = select(Message).filter_by(conversation_id=conversation)
        return session.scalars(mine.order_by(Message.seq.desc())).first() or Message()


def test_the_first_byte_leaves_before_the_last_is_made(site, ada, fresh, answered_by):
    held = answered_by(Held())
    answer = ada.listen(fresh, "token-one")
    assert [answer.next()[0], answer.next()[0]] == ["start", "delta"]
    held.go.set()
    assert [name for name, _ in answer.rest()] == ["delta", "done"]
    assert (newest(site, fresh).state, newest(site, fresh).body) == ("complete", "one two")


def test_a_reader_who_goes_away_ends_the_turn(site, ada, fresh, answered_by):
    held = answered_by(Held())
    with closing(ada.listen(fresh, "token-one")) as answer:
        answer.next()
        answer.next()
    assert held.closed.wait(PATIENCE)
    assert (newest(site, fresh).state, newest(site, fresh).body) == ("failed", "one ")
    held.go.set()
    assert events_of(ada.say(fresh, "token-two"))[-1][0] == "done"


@pytest.mark.parametrize(
    "error", [ResponderError("unavailable", "It is away."), ZeroDivisionError("a bug")]
)
def test_an_assistant_that_fails_ends_the_turn(site, ada, fresh, answered_by, error):
    answered_by(Broken(error))
    said = events_of(ada.say(fresh, "token-one"))
    failed = {"code": "responder_failed", "message": "The answer could not be finished."}
    assert said[-1] == ("error", failed)
    assert (newest(site, fresh).state, newest(site, fresh).body) == ("failed", "one ")
    again = events_of(ada.say(fresh, "token-one"))
    assert [name for name, _ in again] == ["start", "delta", "error"]


def test_while_an_answer_is_written_nothing_comes_between(site, ada, fresh, answered_by):
    held = answered_by(Held())
    with closing(ada.listen(fresh, "token-one")) as answer:
        answer.next()
        assert ada.say(fresh, "token-two").status_code == 409
        assert ada.say(fresh, "token-one").status_code == 409
        assert ada.post(f"/conversations/{fresh}/clear").status_code == 409
        held.go.set()


def test_an_answer_that_nobody_writes_any_more_is_given_up(site, ada, fresh):
    ada.say(fresh, "token-one")
    left = newest(site, fresh).id
    with site.session() as session:
        message = session.get_one(Message, left)
        message.state, message.created_at = "streaming", message.created_at - timedelta(minutes=3)
        session.commit()
    assert ada.say(fresh, "token-two").status_code == 200
    with site.session() as session:
        assert session.get_one(Message, left).state == "failed"


def test_an_assistant_that_is_switched_off_takes_no_message(site, ada, fresh):
    with site.session() as session:
        session.execute(update(Assistant).values(enabled=False))
        session.commit()
    assert ada.say(fresh, "token-one").status_code == 409
    assert ada.post("/assistants/docs/enrolment").status_code == 409


def test_a_listener_is_told_of_what_is_written_and_of_its_end(site, ada, fresh, answered_by):
    held = answered_by(Held())
    path = f"/conversations/{fresh}/events"
    with closing(ada.listen(fresh, "token-one")) as answer:
        answer.next()
        told = events_of(ada.get(path, headers={"Last-Event-ID": "0"}))
        assert [(name, data["seq"]) for name, data in told] == [("done", 1), ("start", 2)]
        held.go.set()
        answer.rest()
    told = events_of(ada.get(path, headers={"Last-Event-ID": "1"}))
    assert [(name, data["body"]) for name, data in told] == [("done", "one two")]


@pytest.fixture
def quick_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTS_HEARTBEAT_MS", "0")


@pytest.mark.usefixtures("quick_heartbeat")
def test_a_listener_is_told_that_there_is_no_news(site, ada, fresh):
    assert ": heartbeat\n\n" in ada.get(f"/conversations/{fresh}/events").text


def test_no_connection_is_held_while_an_answer_is_written(site, ada, fresh, answered_by):
    held = answered_by(Held())
    with closing(ada.listen(fresh, "token-one")) as answer:
        answer.next()
        answer.next()
        assert connections_of(site) == 0
        held.go.set()
        assert [answer.next()[0], answer.next()[0]] == ["delta", "done"]
        assert connections_of(site) == 0


def connections_of(site: Site) -> int:
    with site.app.app_context():
        pool: Any = site.app.extensions["sqlalchemy"].engine.pool
        return int(pool.checkedout())


# Many at once.


def all_at_once(works: list[Any]) -> list[int]:
    barrier = threading.Barrier(len(works))

    def run(work: Any) -> int:
        barrier.wait(PATIENCE)
        answer = work()
        answer.get_data()
        return int(answer.status_code)

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(pool.map(run, works))


def test_twenty_messages_at_once_are_turns_one_after_the_other_or_refused(site, fresh):
    people = [site.signed_in("ada") for _ in range(20)]
    statuses = all_at_once(
        [lambda p=p, n=n: p.say(fresh, f"token-{n:03}") for n, p in enumerate(people)]
    )
    assert set(statuses) <= {200, 409}
    taken = statuses.count(200)
    with site.session() as session:
        mine = select(Message).filter_by(conversation_id=fresh).order_by(Message.seq)
        messages = session.scalars(mine).all()
        assert [message.seq for message in messages] == list(range(1, 2 * taken + 1))
        assert {message.state for message in messages} == {"complete"}
        assert session.scalar(select(User.quota_used).where(User.id == 1)) == taken


def test_one_token_sent_twenty_times_at_once_is_one_turn(site, fresh):
    people = [site.signed_in("ada") for _ in range(20)]
    statuses = all_at_once([lambda p=p: p.say(fresh, "the-same-token") for p in people])
    assert set(statuses) <= {200, 409}
    with site.session() as session:
        count = select(func.count(Message.id)).filter_by(conversation_id=fresh)
        assert session.scalar(count) == 2


def test_the_edge_of_a_quota_lets_exactly_the_rest_through(site, ada):
    with site.session() as session:
        session.execute(update(User).where(User.id == 1).values(monthly_quota=3, quota_used=0))
        session.commit()
    body = {"assistant_key": "guide"}
    numbers = [ada.post("/conversations", json=body).get_json()["id"] for _ in range(10)]
    people = [site.signed_in("ada") for _ in numbers]
    statuses = all_at_once(
        [lambda p=p, n=n: p.say(n, "the-token") for p, n in zip(people, numbers, strict=True)]
    )
    assert statuses == [200] * 3 + [429] * 7
    with site.session() as session:
        assert session.scalar(select(User.quota_used).where(User.id == 1)) == 3
        count = select(func.count(Message.id)).where(Message.conversation_id.in_(numbers))
        assert session.scalar(count) == 6


def test_twenty_approvals_at_once_are_one(site):
    with site.session() as session:
        session.execute(update(User).where(User.id == 2).values(status="pending"))
        session.commit()
    people = [site.signed_in("ada") for _ in range(20)]
    statuses = all_at_once([lambda p=p: p.post("/admin/users/2/approve") for p in people])
    assert statuses == [200] + [409] * 19


def test_twenty_ratings_at_once_are_one(site):
    people = [site.signed_in("ada") for _ in range(20)]
    body = {"message_id": 2, "rating": 4}
    statuses = all_at_once([lambda p=p: p.post("/feedback", json=body) for p in people])
    assert set(statuses) <= {200, 201}
    with site.session() as session:
        assert session.scalar(select(func.count(Feedback.id))) == 1


def test_twenty_first_visits_at_once_find_one_fresh_conversation(site):
    people = [site.signed_in("carol") for _ in range(20)]
    calls = [("GET", "/chat"), ("POST", "/conversations/fresh")] * 10
    visits = zip(people, calls, strict=True)
    statuses = all_at_once([lambda p=p, call=call: p.call(*call) for p, call in visits])
    assert set(statuses) <= {200, 201}
    with site.session() as session:
        assert session.scalar(select(func.count(Conversation.id)).filter_by(user_id=3)) == 1


def test_what_was_thought_of_an_answer_is_on_the_page_again(side):
    ada = side.signed_in("ada")
    said = "Fein, “kurz” & <b>gut</b>"
    ada.post("/feedback", json={"message_id": 2, "rating": 4, "comment": said})
    page = ada.get("/chat?conversation=1").text
    found = page.partition("data-feedback='")[2].partition("'")[0]
    assert json.loads(unescape(found)) == {"2": {"rating": 4, "comment": said}}
    assert "<b>gut" not in page


def test_an_ended_login_hears_nothing_more(site, ada, fresh):
    with site.session() as session:
        session.execute(update(LoginSession).values(revoked_at=LoginSession.created_at))
        session.commit()
    answer = ada.client.get(f"/conversations/{fresh}/events")
    assert answer.status_code in {302, 401}


def test_a_file_that_is_gone_is_missing(ada, tmp_path):
    form = {"conversation_id": 1, "file": (BytesIO(b"x"), "x.txt")}
    number = ada.post("/attachments", data=form).get_json()["id"]
    (stored,) = (tmp_path / "attachments").iterdir()
    stored.unlink()
    assert ada.get(f"/attachments/{number}").status_code == 404


@pytest.mark.parametrize("way", ["/conversations/1", "/conversations/1/clear", "/admin/users/1"])
def test_files_go_with_what_they_belong_to(site, ada, tmp_path, way):
    owner = site.signed_in("bob") if "admin" in way else ada
    conversation = 6 if "admin" in way else 1
    form = {"conversation_id": conversation, "file": (BytesIO(b"x"), "x.txt")}
    assert owner.post("/attachments", data=form).status_code in {200, 201}
    if way == "/conversations/1":
        ada.call("DELETE", way)
    else:
        ada.post("/admin/users/2/delete" if "admin" in way else way)
    assert list((tmp_path / "attachments").iterdir()) == []
