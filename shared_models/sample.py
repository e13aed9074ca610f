"""Sample people and conversations, so that a new database has something to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from shared_models.conversation import Conversation, ConversationStatus
from shared_models.message import Message
from shared_models.passwords import HASH_METHOD
from shared_models.user import User, UserRole

SAMPLE_PASSWORD = "correct horse battery"  # noqa: S105


@dataclass(frozen=True, slots=True)
class _Person:
    email: str
    display_name: str
    role: UserRole = "user"


@dataclass(frozen=True, slots=True)
class _Thread:
    """A conversation: its question and answer by turns, the last one `hours_ago`."""

    owner: str
    assistant_key: str
    title: str | None
    hours_ago: float
    turns: Sequence[str]
    status: ConversationStatus = "open"
    pinned: bool = False


PEOPLE = (
    _Person("ada@example.test", "Ada Lovelace", "admin"),
    _Person("bob@example.test", "Bob Martin"),
    _Person("carol@example.test", "Carol Shaw"),
)

THREADS = (
    _Thread(
        owner="ada@example.test",
        assistant_key="docs",
        title="Notes on the Analytical Engine",
        hours_ago=2,
        pinned=True,
        turns=(
            "What do my notes say about the difference between the store and the mill?",
            "The store holds the numbers, the mill works on them: the granary, and what grinds.",
            "And where do I mention the Bernoulli numbers?",
            "In note G, as the example of a cycle of operations with a variable count.",
            "Thank you. Remind me to check the sign in the 24th operation.",
        ),
    ),
    _Thread(
        owner="ada@example.test",
        assistant_key="table",
        title="Lighthouse visitors, spring",
        hours_ago=26,
        turns=(
            "Which month had the most visitors?",
            "May, with 4,812. March had 1,203 and April 2,950.",
            "How many is that a day, in May?",
            "155 a day, rounded down; 201 on the Sundays.",
        ),
    ),
    _Thread(
        owner="ada@example.test",
        assistant_key="guide",
        title="Finding old conversations",
        hours_ago=75,
        turns=(
            "I archived something last week. Is it gone?",
            "No. Choose “Archived” above the list; “Reopen” brings it back.",
        ),
    ),
    _Thread(
        owner="ada@example.test",
        assistant_key="docs",
        title="Rotkäppchen, naïve café & 東京: names with accents",
        hours_ago=170,
        turns=(
            "Which of my documents have titles that aren't plain ASCII?",
            "Three: “Rotkäppchen”, “Le café naïf” and “東京の地図”. 🗼",
            'Does <b>markup</b> survive, and "quotes"?',
            "They are text like any other: <b>markup</b>, \"double\" and 'single'.",
        ),
    ),
    _Thread(
        owner="ada@example.test",
        assistant_key="guide",
        title="How do I take my data with me?",
        hours_ago=400,
        status="archived",
        turns=(
            "Can I export a conversation?",
            "Yes: as JSON, CSV or Markdown, from the menu of the conversation.",
            "Splendid.",
        ),
    ),
    _Thread(
        owner="bob@example.test",
        assistant_key="guide",
        title="Getting started",
        hours_ago=5,
        turns=(
            "Hello! What can you do?",
            "I answer questions about this workspace. For your own files, ask Documents or Tables.",
        ),
    ),
    _Thread(
        owner="bob@example.test",
        assistant_key="table",
        title=None,
        hours_ago=50,
        turns=(
            "Sum the column “amount”, please.",
            "I see no attached table yet. Attach a CSV file and ask again.",
            "Ah, of course. Later then.",
        ),
    ),
)


def load_sample(session: Session, now: datetime) -> None:
    """Add the sample people and what they said; those who are there already are left alone.

    The caller commits. All times lie before `now`.
    """
    known = set(session.scalars(select(User.email)))
    newcomers = [person for person in PEOPLE if person.email not in known]
    if not newcomers:
        return
    # One hash for all: it is meant to be slow, and the password is no secret.
    password_hash = generate_password_hash(SAMPLE_PASSWORD, method=HASH_METHOD)
    for person in newcomers:
        user = _user(person, password_hash, now)
        session.add(user)
        session.flush()
        for thread in THREADS:
            if thread.owner == person.email:
                _add_thread(session, user, thread, now)


def _user(person: _Person, password_hash: str, now: datetime) -> User:
    return User(
        email=person.email,
        display_name=person.display_name,
        password_hash=password_hash,
        role=person.role,
        status="active",
        default_assistant="guide",
        quota_resets_at=next_month(now),
        terms_accepted_at=now,
        created_at=now - timedelta(days=30),
    )


def next_month(now: datetime) -> datetime:
    """Return when the month after this one begins."""
    today = now.astimezone(UTC)
    return datetime(today.year + today.month // 12, today.month % 12 + 1, 1, tzinfo=UTC)


def _add_thread(session: Session, user: User, thread: _Thread, now: datetime) -> None:
    last = now - timedelta(hours=thread.hours_ago)
    times = [last - timedelta(seconds=40 * back) for back in reversed(range(len(thread.turns)))]
    conversation = Conversation(
        user_id=user.id,
        assistant_key=thread.assistant_key,
        title=thread.title,
        status=thread.status,
        pinned=thread.pinned,
        created_at=times[0],
        updated_at=last,
        last_message_at=last,
    )
    session.add(conversation)
    session.flush()
    session.add_all(
        Message(
            conversation_id=conversation.id,
            seq=seq,
            sender="user" if seq % 2 else "assistant",
            body=body,
            created_at=time,
        )
        for seq, (body, time) in enumerate(zip(thread.turns, times, strict=True), start=1)
    )
    session.flush()
