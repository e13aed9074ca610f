"""What programs say about conversations, and how conversations and messages are shown."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from modern.auth.schemas import UserPublic
from modern.chat.schemas import AttachmentItem
from modern.conversation.overview import Overview
from modern.schemas import Body, Number, PageNumber, PageSize, Query, RowId, Storable
from shared_models import Message
from shared_models.conversation import ConversationStatus
from shared_models.message import MessageKind, MessageSender, MessageState

TITLE_LENGTH = 200
WORDS_LENGTH = 100

ExportFormat = Literal["json", "csv", "md"]


def _title(value: str) -> str | None:
    title = value.strip()
    if len(title) > TITLE_LENGTH:
        raise PydanticCustomError("title_length", "Use up to 200 characters.")
    return title or None


Title = Annotated[Storable, AfterValidator(_title)]


class ConversationQuery(Query):
    """Which conversations are wanted."""

    status: ConversationStatus = "open"
    assistant_key: Storable | None = None
    page: PageNumber = 1
    per_page: PageSize = 20


class ConversationCreate(Body):
    """A conversation that does not exist yet."""

    title: Title | None = None
    assistant_key: Storable


class ConversationUpdate(Body):
    """The fields to change; what was not sent stays as it is, whatever the default says."""

    title: Title | None = None
    status: ConversationStatus = "open"
    pinned: bool = False

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("nothing_to_change", "Send at least one field to change.")
        return self

    @property
    def changes(self) -> dict[str, Any]:
        """The new values by field, for the fields that were sent."""
        return self.model_dump(exclude_unset=True)


class ConversationSummary(BaseModel):
    """A conversation in a list."""

    id: int
    title: str | None
    status: ConversationStatus
    pinned: bool
    assistant_key: str
    preview: str | None
    message_count: int
    last_message_at: datetime | None

    @classmethod
    def of(cls, overview: Overview) -> Self:
        """Show a conversation with what its messages add to it."""
        stored = {name: getattr(overview.conversation, name, None) for name in cls.model_fields}
        counted = {"preview": overview.preview, "message_count": overview.message_count}
        return cls.model_validate({**stored, **counted})


class ConversationDetail(ConversationSummary):
    """A conversation by itself; `version` is what its ETag is made of."""

    created_at: datetime
    updated_at: datetime
    version: int


class MessageQuery(Query):
    """Which messages are wanted: the newest, or those before a `seq`."""

    before: RowId | None = None
    limit: Annotated[Number, Field(ge=1, le=100)] = 50


def _wanted_words(value: str) -> str:
    words = value.strip()
    if not words:
        raise PydanticCustomError("nothing_to_find", "Enter what to look for.")
    if len(words) > WORDS_LENGTH:
        raise PydanticCustomError("words_length", "Use up to 100 characters.")
    return words


class SearchQuery(Query):
    """What to look for in messages and titles."""

    model_config = ConfigDict(validate_default=True)

    q: Annotated[Storable, AfterValidator(_wanted_words)] = ""
    page: PageNumber = 1
    per_page: PageSize = 20


class SearchHit(BaseModel):
    """A place where the words occur; a title has no `message_id`."""

    model_config = ConfigDict(from_attributes=True)

    conversation_id: int
    message_id: int | None
    title: str | None
    snippet: str
    created_at: datetime


class ExportQuery(Query):
    """In which format a conversation is wanted."""

    format: ExportFormat = "json"


class MessageItem(BaseModel):
    """A message; `data` holds what a table is made of."""

    id: int
    seq: int
    sender: MessageSender
    kind: MessageKind
    body: str
    data: dict[str, Any] | None
    state: MessageState
    attachments: list[AttachmentItem]
    created_at: datetime

    @classmethod
    def of(cls, message: Message) -> Self:
        """Show a message with its attachments."""
        stored = {name: getattr(message, name) for name in cls.model_fields}
        attachments = [AttachmentItem.of(attachment) for attachment in message.attachments]
        return cls.model_validate({**stored, "attachments": attachments})


class ExportDocument(BaseModel):
    """A whole conversation, as its owner takes it along."""

    schema_version: Literal[1] = 1
    exported_at: datetime
    user: UserPublic
    conversation: ConversationDetail
    messages: list[MessageItem]
