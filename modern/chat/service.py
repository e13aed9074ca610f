"""The assistants: who may be talked to, the turns of a conversation, and its files."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from assistants import (
    AttachedFile,
    Context,
    PastMessage,
    StreamEvent,
    by_words,
    paced,
    responder_of,
)
from modern.auth.schemas import UsageStats
from modern.chat.choice import Choice
from modern.chat.schemas import FeedbackCreate, MessageCreate
from modern.chat.turn import Draft, Earlier, Outcome, Turn, started
from modern.chat.uploads import Upload, store
from modern.clock import Clock
from modern.conversation.service import IN_FLIGHT, ConversationService
from modern.failures import Conflict, Fault, Invalid, NotFound
from modern.files import remove_stored
from modern.paging import Slice, offset
from modern.quota import one_more, usage_at, used_up
from modern.schemas import LARGEST_ID, UNSTORABLE, PageQuery
from modern.upsert import insert_into
from shared_models import (
    Assistant,
    Attachment,
    Conversation,
    Enrolment,
    Feedback,
    Message,
    User,
)
from shared_models.settings import SharedSettings

SWITCHED_OFF = "This assistant is switched off."
IS_DEFAULT = "This is your default assistant. Choose another one in the settings first."
ARCHIVED = "This conversation is archived. Reopen it first."
SENT = "This file was sent with a message and can't be deleted."
WRONG_FILES = Fault(("attachment_ids",), "One of these files can't be sent.", "attachments")


class AssistantService:
    """What can be done with assistants."""

    def __init__(self, session: Session, clock: Clock, settings: SharedSettings) -> None:
        self.session = session
        self.clock = clock
        self.settings = settings

    def list_assistants(self, user: User, query: PageQuery) -> Slice[Choice]:
        """One page of all assistants, by key."""
        page = (
            select(Assistant)
            .order_by(Assistant.key)
            .limit(query.per_page)
            .offset(offset(query.page, query.per_page))
        )
        enrolled = set(self._enrolled(user))
        total = self.session.scalar(select(func.count(Assistant.key))) or 0
        found = [Choice(each, each.key in enrolled) for each in self.session.scalars(page)]
        return Slice(found, total)

    def get_enabled(self, key: str) -> Assistant:
        """The assistant; NotFound where there is none, Conflict where it is switched off."""
        assistant = self._find(key)
        if not assistant.enabled:
            raise Conflict(SWITCHED_OFF)
        return assistant

    def enrol(self, user: User, assistant: Assistant) -> Choice:
        """Remember that the user wants to see the assistant."""
        self._set_enrolment(user, assistant, active=True)
        return Choice(assistant, enrolled=True)

    def unenrol(self, user: User, key: str) -> Choice:
        """Remember that the user no longer wants to; Conflict for the one that is their default."""
        assistant = self._find(key)
        if assistant.key == user.default_assistant:
            raise Conflict(IS_DEFAULT)
        if assistant.key in self._enrolled(user):
            self._set_enrolment(user, assistant, active=False)
        return Choice(assistant, enrolled=False)

    def usage(self, user: User) -> UsageStats:
        """How much of the month's messages the user has sent."""
        return usage_at(self.clock(), user)

    def validate_send(
        self, user: User, conversation: Conversation, wanted: MessageCreate
    ) -> Earlier | None:
        """Raise what stands in the way of a message, or give the turn that it repeats."""
        question = self._by_token(conversation, wanted.client_token)
        if question is not None:
            return self._earlier(question)
        if conversation.status == "archived":
            raise Conflict(ARCHIVED)
        self.get_enabled(conversation.assistant_key)
        if self._in_flight(conversation.id):
            raise Conflict(IN_FLIGHT)
        if len(self._unsent(user, conversation, wanted)) != len(set(wanted.attachment_ids)):
            raise Invalid([WRONG_FILES])
        return None

    def consume_quota(self, user: User) -> None:
        """Count one message of the month, in the caller's transaction; or QuotaUsedUp."""
        if not self._met_one(one_more(self.clock(), user.id)):
            raise used_up(self.clock(), user)

    def begin_turn(self, user: User, conversation: Conversation, wanted: MessageCreate) -> Turn:
        """Keep the question, and begin an answer to it; Conflict if somebody was quicker."""
        try:
            turn = self._begin(user, conversation, wanted)
        except IntegrityError as error:
            self.session.rollback()
            raise Conflict(IN_FLIGHT) from error
        except Exception:
            self.session.rollback()
            raise
        self.session.commit()
        self.session.close()  # the answer is written without a connection
        return turn

    def build_context(self, turn: Turn) -> Context:
        """All that the answer may depend on."""
        past = self.session.execute(
            select(Message.sender, Message.body)
            .where(
                Message.conversation_id == turn.conversation_id,
                Message.seq < turn.seq - 1,
                Message.state == "complete",
            )
            .order_by(Message.seq)
        ).all()
        files = self.session.scalars(
            select(Attachment)
            .where(
                Attachment.conversation_id == turn.conversation_id,
                Attachment.message_id <= turn.question_id,
            )
            .order_by(Attachment.message_id, Attachment.id)
        ).all()
        context = Context(
            text=turn.text,
            chunk=paced(by_words(), self._pause),
            clock=self.clock,
            assistant_key=turn.assistant_key,
            config=turn.config,
            past=tuple(PastMessage(sender, body) for sender, body in past),
            files=tuple(map(self._attached, files)),
        )
        self.session.close()
        return context

    def stream_reply(self, turn: Turn, context: Context) -> Iterator[StreamEvent]:
        """What the assistant says, piece by piece; ResponderError where it can't."""
        return responder_of(turn.assistant_key, turn.config).reply(context)

    def complete_turn(self, turn: Turn, draft: Draft) -> Outcome:
        """Keep the whole answer."""
        self._end(turn, draft, "complete")
        ConversationService(self.session, self.clock, self.settings).auto_title(
            turn.conversation_id
        )
        self.session.commit()
        outcome = self._outcome(turn.message_id)
        self.session.close()  # as above, while the end of it is sent
        return outcome

    def fail_turn(self, turn: Turn, draft: Draft) -> None:
        """Keep what there is of an answer that came to no end."""
        self.session.rollback()
        self._end(turn, draft, "failed")
        self.session.commit()

    def save_attachment(self, user: User, conversation: Conversation, upload: Upload) -> Attachment:
        """Keep a file for a message that is yet to be sent."""
        folder = self.settings.attachment_folder
        stored = store(folder, upload)
        attachment = Attachment(
            user_id=user.id,
            conversation_id=conversation.id,
            original_name=upload.name,
            stored_name=stored,
            content_type=upload.content_type,
            size_bytes=len(upload.content),
            sha256=upload.digest,
            created_at=self.clock(),
        )
        self.session.add(attachment)
        try:
            self.session.commit()
        except BaseException:
            remove_stored(folder, [stored])
            raise
        return attachment

    def open_attachment(self, user: User, attachment_id: int) -> tuple[Attachment, Path]:
        """A file of the user's and where it lies; NotFound for another's, as for a missing one."""
        attachment = self._own_attachment(user, attachment_id)
        path = self._path(attachment)
        if not path.is_file():
            raise NotFound
        return attachment, path

    def delete_attachment(self, user: User, attachment_id: int) -> None:
        """Delete a file that was not sent yet; Conflict for one that was."""
        attachment = self._own_attachment(user, attachment_id)
        unsent = Attachment.id == attachment.id, Attachment.message_id.is_(None)
        stored = attachment.stored_name
        if not self._met_one(delete(Attachment).where(*unsent)):
            raise Conflict(SENT)
        self.session.commit()
        remove_stored(self.settings.attachment_folder, [stored])

    def submit_feedback(self, user: User, wanted: FeedbackCreate) -> tuple[Feedback, bool]:
        """Keep what the user thinks of an answer, and say whether it is the first time."""
        answer = self.session.scalar(
            select(Message.id)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(
                Message.id == wanted.message_id,
                Message.sender == "assistant",
                Message.state == "complete",
                Conversation.user_id == user.id,
            )
        )
        if answer is None:
            raise NotFound
        mine = Feedback.user_id == user.id, Feedback.message_id == answer
        first = self.session.scalar(select(Feedback.id).where(*mine)) is None
        said = {"rating": wanted.rating, "comment": wanted.comment}
        row = insert_into(self.session, Feedback).values(
            user_id=user.id, message_id=answer, created_at=self.clock(), **said
        )
        index = [Feedback.user_id, Feedback.message_id]
        self.session.execute(row.on_conflict_do_update(index_elements=index, set_=said))
        self.session.commit()
        return self.session.scalars(select(Feedback).where(*mine)).one(), first

    def _begin(self, user: User, conversation: Conversation, wanted: MessageCreate) -> Turn:
        now = self.clock()
        self._touch(conversation.id)  # first: from here on nobody else begins one here
        if self._in_flight(conversation.id):
            raise Conflict(IN_FLIGHT)
        self.consume_quota(user)
        conversations = ConversationService(self.session, self.clock, self.settings)
        question = conversations.add_message(
            conversation.id, sender="user", body=wanted.text, client_token=wanted.client_token
        )
        self._send_along(user, conversation, wanted, question)
        answer = conversations.add_message(
            conversation.id, sender="assistant", body="", state="streaming"
        )
        self.session.execute(
            update(Conversation)
            .where(Conversation.id == conversation.id)
            .values(last_message_at=now)
        )
        self.session.refresh(question, ["attachments"])
        assistant = self.session.get_one(Assistant, conversation.assistant_key)
        return Turn(
            user_id=user.id,
            conversation_id=conversation.id,
            question_id=question.id,
            message_id=answer.id,
            seq=answer.seq,
            assistant_key=assistant.key,
            config=dict(assistant.config),
            text=wanted.text,
            started=started(question, answer),
        )

    def _send_along(
        self, user: User, conversation: Conversation, wanted: MessageCreate, question: Message
    ) -> None:
        files = self._unsent(user, conversation, wanted)
        linked = (
            update(Attachment)
            .where(Attachment.id.in_(files), Attachment.message_id.is_(None))
            .values(message_id=question.id)
        )
        count = cast("CursorResult[Any]", self.session.execute(linked)).rowcount
        if count != len(set(wanted.attachment_ids)):
            raise Invalid([WRONG_FILES])

    def _end(self, turn: Turn, draft: Draft, state: str) -> None:
        values: dict[str, Any] = {"body": draft.body, "state": state}
        if draft.table is not None:
            values |= {"kind": "table", "data": draft.table}
        streaming = Message.id == turn.message_id, Message.state == "streaming"
        if self._met_one(update(Message).where(*streaming).values(values)):
            self._touch(turn.conversation_id)

    def _touch(self, conversation_id: int) -> None:
        self.session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(version=Conversation.version + 1, updated_at=self.clock())
            .execution_options(synchronize_session=False)
        )

    def _in_flight(self, conversation_id: int) -> bool:
        """Whether an answer is being written; one that nobody writes any more is given up."""
        streaming = Message.conversation_id == conversation_id, Message.state == "streaming"
        dead = Message.created_at <= self.clock() - self.settings.turn_timeout
        self.session.execute(update(Message).where(*streaming, dead).values(state="failed"))
        return self.session.scalar(select(Message.id).where(*streaming)) is not None

    def _by_token(self, conversation: Conversation, token: str) -> Message | None:
        return self.session.scalar(
            select(Message)
            .where(Message.conversation_id == conversation.id, Message.client_token == token)
            .options(selectinload(Message.attachments))
        )

    def _earlier(self, question: Message) -> Earlier:
        answer = self.session.scalar(
            select(Message).where(
                Message.conversation_id == question.conversation_id,
                Message.seq == question.seq + 1,
            )
        )
        if answer is None:
            raise NotFound
        if answer.state == "streaming":
            raise Conflict(IN_FLIGHT)
        complete = answer.state == "complete"
        return Earlier(question, answer, self._outcome(answer.id) if complete else None)

    def _outcome(self, message_id: int) -> Outcome:
        conversation, user = self.session.execute(
            select(Conversation, User)
            .join(User, User.id == Conversation.user_id)
            .join(Message, Message.conversation_id == Conversation.id)
            .where(Message.id == message_id)
            .execution_options(populate_existing=True)
        ).one()
        return Outcome(message_id, conversation.title, conversation.version, self.usage(user))

    def _unsent(
        self, user: User, conversation: Conversation, wanted: MessageCreate
    ) -> Sequence[int]:
        return self.session.scalars(
            select(Attachment.id).where(
                Attachment.id.in_(wanted.attachment_ids),
                Attachment.user_id == user.id,
                Attachment.conversation_id == conversation.id,
                Attachment.message_id.is_(None),
            )
        ).all()

    def _own_attachment(self, user: User, attachment_id: int) -> Attachment:
        found = self.session.get(Attachment, attachment_id) if attachment_id <= LARGEST_ID else None
        if found is None or found.user_id != user.id:
            raise NotFound
        return found

    def _attached(self, attachment: Attachment) -> AttachedFile:
        path = self._path(attachment)
        return AttachedFile(attachment.original_name, attachment.content_type, path.read_bytes)

    def _path(self, attachment: Attachment) -> Path:
        return self.settings.attachment_folder / attachment.stored_name

    def _pause(self) -> None:
        pause = self.settings.stream_pause.total_seconds()
        if pause:
            time.sleep(pause)

    def _met_one(self, statement: Update | Delete) -> bool:
        return cast("CursorResult[Any]", self.session.execute(statement)).rowcount == 1

    def _find(self, key: str) -> Assistant:
        assistant = None if UNSTORABLE.search(key) else self.session.get(Assistant, key)
        if assistant is None:
            raise NotFound
        return assistant

    def _enrolled(self, user: User) -> Sequence[str]:
        active = Enrolment.user_id == user.id, Enrolment.active.is_(True)
        return self.session.scalars(select(Enrolment.assistant_key).where(*active)).all()

    def _set_enrolment(self, user: User, assistant: Assistant, *, active: bool) -> None:
        row = insert_into(self.session, Enrolment).values(
            user_id=user.id, assistant_key=assistant.key, active=active, created_at=self.clock()
        )
        changed = row.on_conflict_do_update(
            index_elements=[Enrolment.user_id, Enrolment.assistant_key], set_={"active": active}
        )
        self.session.execute(changed)
        self.session.commit()
