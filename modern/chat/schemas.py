"""What is asked of the workspace, and how attachments are shown."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from modern.chat.choice import Choice
from modern.schemas import Body, Query, RowId, Storable
from shared_models import Attachment

MESSAGE_LENGTH = 4000
COMMENT_LENGTH = 1000
ATTACHMENTS = 5


def _message_text(value: str) -> str:
    text = value.strip()
    if not 1 <= len(text) <= MESSAGE_LENGTH:
        raise PydanticCustomError("message_length", "Write a message of up to 4,000 characters.")
    return text


def _comment(value: str) -> str | None:
    text = value.strip()
    if len(text) > COMMENT_LENGTH:
        raise PydanticCustomError("comment_length", "Use up to 1,000 characters.")
    return text or None


class MessageCreate(Body):
    """A message to send; `client_token` lets a repeated send be recognised."""

    conversation_id: RowId
    text: Annotated[Storable, AfterValidator(_message_text)]
    client_token: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    attachment_ids: Annotated[tuple[RowId, ...], Field(max_length=ATTACHMENTS, strict=False)] = ()


class FeedbackCreate(Body):
    """What somebody thinks of an answer."""

    message_id: RowId
    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[Storable, AfterValidator(_comment)] | None = None


class StreamEvent(BaseModel):
    """One event of an answer that is being written."""

    id: str
    event: Literal["start", "delta", "table", "done", "error"]
    data: dict[str, Any]


class UploadForm(BaseModel):
    """Which conversation a file is for."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    conversation_id: RowId


class ChatQuery(Query):
    """Which conversation the workspace opens; a fresh one if none is named."""

    conversation: RowId | None = None


class AssistantItem(BaseModel):
    """An assistant as the person who asks sees it."""

    key: str
    name: str
    description: str
    enabled: bool
    enrolled: bool

    @classmethod
    def of(cls, choice: Choice) -> Self:
        """Show an assistant to a user."""
        stored = {name: getattr(choice.assistant, name, None) for name in cls.model_fields}
        return cls.model_validate({**stored, "enrolled": choice.enrolled})


class AttachmentItem(BaseModel):
    """An uploaded file and where to fetch it."""

    id: int
    name: str
    content_type: str
    size: int
    sha256: str
    url: str

    @classmethod
    def of(cls, attachment: Attachment) -> Self:
        """Show a file under the name that its owner gave it."""
        return cls(
            id=attachment.id,
            name=attachment.original_name,
            content_type=attachment.content_type,
            size=attachment.size_bytes,
            sha256=attachment.sha256,
            url=f"/attachments/{attachment.id}",
        )
