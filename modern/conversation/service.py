"""Conversations and their messages: everything is seen through the eyes of one owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update, delete, exists, func, select, update
from sqlalchemy.orm import Session, selectinload

from modern.clock import Clock
from modern.conversation import finding, statements
from modern.conversation.export import Contents, Exported, exported
from modern.conversation.finding import Hit
from modern.conversation.overview import Overview, shortened
from modern.conversation.schemas import (
    ConversationCreate,
    ConversationQuery,
    ConversationUpdate,
    ExportQuery,
    MessageQuery,
    SearchQuery,
)
from modern.failures import Conflict, Fault, Invalid, NotFound, Stale
from modern.files import remove_stored
from modern.paging import Slice, offset
from modern.schemas import LARGEST_ID
from shared_models import Assistant, Attachment, Conversation, Message, User
from shared_models.message import MessageSender, MessageState
from shared_models.settings import SharedSettings

DEFAULT_ASSISTANT = "guide"
IN_FLIGHT = "An answer is still being written. Wait until it is done."
LARGEST_SEQ = 2**31 - 1  # PostgreSQL's integer

UNKNOWN_ASSISTANT = Fault(
    ("assistant_key",), "There is no assistant with this key.", "unknown_assistant"
)


@dataclass(frozen=True)
class Fresh:
    """A conversation that waits for its first message, and whether it was made just now."""

    overview: Overview
    created: bool


@dataclass(frozen=True)
class Messages:
    """Some messages in order; `next_cursor` leads to the older ones."""

    items: Sequence[Message]
    next_cursor: str | None


class ConversationService:
    """What can be done with conversations."""

    def __init__(self, session: Session, clock: Clock, settings: SharedSettings) -> None:
        self.session = session
        self.clock = clock
        self.settings = settings

    def create(self, user: User, wanted: ConversationCreate) -> Overview:
        """Start a conversation; Invalid if its assistant is unknown or disabled."""
        if not self._is_enabled(wanted.assistant_key):
            raise Invalid([UNKNOWN_ASSISTANT])
        return self._add(user, wanted.assistant_key, wanted.title)

    def get_owned(self, user: User, conversation_id: int) -> Overview:
        """The user's conversation; NotFound for one of somebody else, as for a missing one."""
        if conversation_id > LARGEST_ID:  # the database could not even compare it
            raise NotFound
        return self._owned({"id": conversation_id, "user_id": user.id})

    def list_page(self, user: User, query: ConversationQuery) -> Slice[Overview]:
        """One page of the user's conversations: pinned ones first, then the latest."""
        wanted: dict[str, Any] = {"user_id": user.id, "status": query.status}
        if query.assistant_key is not None:
            wanted["assistant_key"] = query.assistant_key
        part = {"limit": query.per_page, "offset": offset(query.page, query.per_page)}
        rows = self.session.execute(statements.page(*wanted), {**wanted, **part})
        items = [Overview(*row) for row in rows]
        if 0 < len(items) < query.per_page:  # the last page, so there is nothing else to count
            return Slice(items, part["offset"] + len(items))
        return Slice(items, self.session.scalar(statements.total(*wanted), wanted) or 0)

    def get_or_create_fresh(self, user: User) -> Fresh:
        """The newest open conversation without title and messages, or else a new one."""
        found = self._untouched(user)
        if found is None:
            self._lock(user)  # of two first visits at once, one makes it and the other finds it
            found = self._untouched(user)
        if found is None:
            assistant = user.default_assistant or DEFAULT_ASSISTANT
            return Fresh(self._add(user, assistant), created=True)
        self.session.commit()
        return Fresh(Overview(found), created=False)

    def update(
        self, conversation: Conversation, version: int, wanted: ConversationUpdate
    ) -> Overview:
        """Change the conversation, and read it anew; Stale unless it still has the version."""
        mine = {"id": conversation.id, "user_id": conversation.user_id}
        change = {**wanted.changes, "version": version + 1, "updated_at": self.clock()}
        chosen = {"seen_id": conversation.id, "seen": version}
        if not self._write(statements.CHANGE, {**chosen, **change}):
            raise Stale
        return self._owned(mine)

    def delete(self, conversation: Conversation, version: int | None) -> None:
        """Delete the conversation and what is in it; with a version, Stale unless it has that."""
        files = self._stored_names(conversation)
        removal = delete(Conversation).where(Conversation.id == conversation.id)
        if version is not None:
            removal = removal.where(Conversation.version == version)
        if not self._write(removal):
            raise Stale if version is not None else NotFound
        remove_stored(self.settings.attachment_folder, files)

    def list_messages(self, conversation: Conversation, query: MessageQuery) -> Messages:
        """The newest messages, or the newest of those before a `seq`, in ascending order."""
        newest = (
            select(Message)
            .where(Message.conversation_id == conversation.id)
            .order_by(Message.seq.desc())
            .limit(query.limit + 1)  # one more, to know whether there are older ones
            .options(selectinload(Message.attachments))
        )
        if query.before is not None:
            newest = newest.where(Message.seq <= min(query.before - 1, LARGEST_SEQ))
        found = self.session.scalars(newest).all()
        items = found[: query.limit][::-1]
        older = len(found) > query.limit
        return Messages(items, str(items[0].seq) if older else None)

    def search(self, user: User, query: SearchQuery) -> Slice[Hit]:
        """One page of the messages and titles in which all the words occur, newest first."""
        places = finding.found(user.id, query.q, self.session.get_bind().dialect.name)
        if places is None:
            return Slice([], 0)
        first = offset(query.page, query.per_page)
        rows = self.session.execute(finding.page_of(places, query.per_page, first))
        hits = [finding.hit(row, query.q, self.settings.snippet_length) for row in rows]
        total = self.session.scalar(select(func.count()).select_from(places.subquery()))
        return Slice(hits, total or 0)

    def clear(self, conversation: Conversation) -> int:
        """Delete all messages and files, and say how many messages that were.

        Conflict is raised while an answer is being written.
        """
        version = Conversation.version + 1
        now = self.clock()
        self.session.execute(
            update(Conversation)
            .where(Conversation.id == conversation.id)
            .values(version=version, updated_at=now, last_message_at=None)
            .execution_options(synchronize_session=False)
        )
        mine = Message.conversation_id == conversation.id
        live = Message.created_at > now - self.settings.turn_timeout
        writing = select(Message.id).where(mine, Message.state == "streaming", live)
        if self.session.scalar(writing) is not None:
            self.session.rollback()
            raise Conflict(IN_FLIGHT)
        files = self._stored_names(conversation)
        self.session.execute(
            delete(Attachment).where(Attachment.conversation_id == conversation.id)
        )
        cleared = cast("CursorResult[Any]", self.session.execute(delete(Message).where(mine)))
        self.session.commit()
        remove_stored(self.settings.attachment_folder, files)
        return cleared.rowcount

    def add_message(
        self,
        conversation_id: int,
        *,
        sender: MessageSender,
        body: str,
        state: MessageState = "complete",
        client_token: str | None = None,
    ) -> Message:
        """Add a message at the end; the caller commits, and sees to it that nobody else does."""
        newest = select(func.max(Message.seq)).where(Message.conversation_id == conversation_id)
        message = Message(
            conversation_id=conversation_id,
            seq=(self.session.scalar(newest) or 0) + 1,
            sender=sender,
            kind="text",
            body=body,
            data=None,
            state=state,
            client_token=client_token,
            created_at=self.clock(),
        )
        self.session.add(message)
        self.session.flush()
        return message

    def auto_title(self, conversation_id: int) -> None:
        """Name a conversation without a title after its first question; the caller commits."""
        first = self.session.scalar(
            select(Message.body)
            .where(Message.conversation_id == conversation_id, Message.sender == "user")
            .order_by(Message.seq)
            .limit(1)
        )
        if first is None:
            return
        title = shortened(first, self.settings.title_from_text_length)
        nameless = Conversation.id == conversation_id, Conversation.title.is_(None)
        self.session.execute(
            update(Conversation)
            .where(*nameless)
            .values(title=title)
            .execution_options(synchronize_session=False)
        )

    def export(self, user: User, overview: Overview, query: ExportQuery) -> Exported:
        """The whole conversation as a file."""
        messages = self.session.scalars(
            select(Message)
            .where(Message.conversation_id == overview.conversation.id)
            .order_by(Message.seq)
            .options(selectinload(Message.attachments))
        ).all()
        assistant = self.session.get_one(Assistant, overview.conversation.assistant_key)
        contents = Contents(user, overview, messages, assistant.name, self.clock())
        return exported(contents, query.format)

    def events_since(self, conversation_id: int, seq: int | None) -> Sequence[Message]:
        """The messages after a `seq`, in order; without one, none yet but the newest of all."""
        mine = select(Message).where(Message.conversation_id == conversation_id)
        if seq is None:
            newest = mine.order_by(Message.seq.desc()).limit(1)
            return self.session.scalars(newest).all()
        later = mine.where(Message.seq > seq).order_by(Message.seq)
        return self.session.scalars(later.options(selectinload(Message.attachments))).all()

    def _untouched(self, user: User) -> Conversation | None:
        untouched = (
            select(Conversation)
            .where(
                Conversation.user_id == user.id,
                Conversation.status == "open",
                Conversation.title.is_(None),
                ~exists().where(Message.conversation_id == Conversation.id),
            )
            .order_by(Conversation.created_at.desc(), Conversation.id.desc())
            .limit(1)
        )
        return self.session.scalar(untouched)

    def _lock(self, user: User) -> None:
        """Let others who want this lock wait until the end of the transaction.

        A change that changes nothing: SQLite has no FOR UPDATE, but waits for a writer too.
        """
        same = update(User).where(User.id == user.id).values(role=User.role)
        self.session.execute(same.execution_options(synchronize_session=False))

    def _stored_names(self, conversation: Conversation) -> list[str]:
        mine = Attachment.conversation_id == conversation.id
        return list(self.session.scalars(select(Attachment.stored_name).where(mine)))

    def _is_enabled(self, assistant_key: str) -> bool:
        found = select(Assistant.key).where(
            Assistant.key == assistant_key, Assistant.enabled.is_(True)
        )
        return self.session.scalar(found) is not None

    def _add(self, user: User, assistant_key: str, title: str | None = None) -> Overview:
        now = self.clock()
        conversation = Conversation(
            user_id=user.id,
            assistant_key=assistant_key,
            title=title,
            status="open",
            pinned=False,
            version=1,
            created_at=now,
            updated_at=now,
        )
        self.session.add(conversation)
        self.session.commit()
        return Overview(conversation)

    def _owned(self, mine: dict[str, Any]) -> Overview:
        row = self.session.execute(statements.OWNED, mine).one_or_none()
        if row is None:
            raise NotFound
        return Overview(*row)

    def _write(self, statement: Update | Delete, values: dict[str, Any] | None = None) -> bool:
        """Run a change of one row; False if there was no such row any more."""
        written = cast("CursorResult[Any]", self.session.execute(statement, values)).rowcount == 1
        self.session.commit()
        return written
